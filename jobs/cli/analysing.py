"""What an analyst runs on the analyst's own key (sql, tables), and the dictionary made for it; no Spark anywhere."""

import argparse
import sys
from pathlib import Path
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, pipeline_of, say, tell
from jobs.errors import QueryError
from jobs.settings import Settings

SHOWN_ROWS = 100
FORMATS = ("csv", "parquet", "json")
STDOUT = "-"


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    sql = add(commands, "sql", _sql, "run one reading SQL statement on the tables of silver and gold; it stands in the access log")
    sql.add_argument("query", help='for instance "select count(*) from credit__administrative_penalty"')
    sql.add_argument("--limit", type=int, help=f"at most so many rows; {SHOWN_ROWS} where they are shown, all where they go to a file")
    form = sql.add_mutually_exclusive_group()
    for name in FORMATS:
        form.add_argument(f"--{name}", nargs="?", const=STDOUT, metavar="FILE", help=f"the rows as {name}, to FILE or to standard output")
    tables = add(
        commands, "tables", _tables, "the tables of silver and gold: rows, latest period, accepted and quarantined rows, grain, key"
    )
    tables.add_argument("--json", action="store_true")
    dictionary = add(commands, "dictionary", _dictionary, "a page for each table, in the docs bucket; last line JSON")
    dictionary.add_argument("--out", type=Path, help="write the pages into this folder too")


def _sql(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.analysis.delivery import WRITERS, write_to
    from jobs.analysis.desk import open_desk
    from jobs.analysis.query import ask

    if arguments.limit is not None and arguments.limit < 0:
        raise QueryError(f"--limit {arguments.limit}: less than no row. Nothing was run.")
    form = next((name for name in FORMATS if getattr(arguments, name)), None)
    if form is None:
        return _show(arguments.query, SHOWN_ROWS if arguments.limit is None else arguments.limit, settings)
    target = getattr(arguments, form)
    path = None if target == STDOUT else Path(target)
    if path is None and form == "parquet" and sys.stdout.isatty():
        raise QueryError("--parquet: a terminal cannot show it. Nothing was run. Name a file, or send it into one.")
    answer = ask(open_desk(settings), arguments.query, write_to(path, sys.stdout.buffer, WRITERS[form]), arguments.limit)
    if path is not None:
        say(f"{answer.rows:,} rows in {path}" + (f", cut by --limit {arguments.limit}" if answer.is_cut else ""))
    return 0


def _show(query: str, limit: int, settings: Settings) -> int:
    from jobs.analysis.delivery import terminal_table
    from jobs.analysis.desk import open_desk
    from jobs.analysis.query import ask

    taken: list[Any] = []
    answer = ask(open_desk(settings), query, lambda rows: taken.append(rows.read_all()), limit)
    say(terminal_table(taken[0]))
    more = "; there are more: raise --limit, or take them all with --csv FILE, --parquet FILE or --json FILE" if answer.is_cut else ""
    say(f"{answer.rows:,} row{'' if answer.rows == 1 else 's'}{more}")
    return 0


def _tables(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.analysis.desk import open_desk
    from jobs.analysis.listing import list_tables, listing_table

    listings = list_tables(open_desk(settings))
    if arguments.json:
        tell([one.model_dump(mode="json") for one in listings])
    else:
        say(listing_table(listings))
    return 0


def _dictionary(arguments: argparse.Namespace, settings: Settings) -> int:
    from datetime import UTC, datetime

    from jobs.analysis.dictionary import dictionary_files, write_dictionary
    from jobs.collect.pipeline import city_date

    pipeline = pipeline_of(settings)
    files = dictionary_files(pipeline, city_date(datetime.now(UTC)))
    written = write_dictionary(pipeline, files, arguments.out)
    tell({"pages": len(files), "written": written})
    return 0 if written else NOTHING_TO_DO
