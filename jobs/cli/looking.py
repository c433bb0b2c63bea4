"""Looking: status, batches, rows of a batch."""

import argparse
from typing import Any

from jobs.cli.line import add, moment, pipeline_of, say, session_of, tell, write
from jobs.settings import Settings

FATES = {
    "quarantined": "the quarantine: landed rows that a critical rule failed (what is shown without a choice)",
    "accepted": "landed rows that no critical rule failed",
    "warned": "accepted rows with a warning",
}


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    status = add(commands, "status", _status, "what is published, held, refused, pending and overdue")
    status.add_argument("--now", help="as of this moment instead (see report)")
    batches = add(commands, "batches", _batches, "batches and their states")
    batches.add_argument("--resource")
    batches.add_argument("--state", choices=["published", "held", "refused"])
    batches.add_argument("--json", action="store_true")
    rows = add(commands, "rows", _rows, "rows of a batch with what is wrong with them, values masked")
    rows.add_argument("batch")
    fate = rows.add_mutually_exclusive_group()
    for name, text in FATES.items():
        fate.add_argument(f"--{name}", dest="fate", action="store_const", const=name, help=text)
    rows.add_argument("--limit", type=int, default=50, help="at most so many rows (50)")
    rows.add_argument("--lang", choices=["zh", "en"], default="zh", help="language of the table; JSON and CSV have both")
    form = rows.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="an object a row, a line each, with all of its values")
    form.add_argument("--csv", action="store_true", help="a record a row, with all of its values")


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import status_table

    for table in status_table(pipeline_of(settings), moment(arguments.now)):
        say(table)
    return 0


def _batches(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import batches_table, chosen_batches

    outcomes = chosen_batches(pipeline_of(settings), arguments.resource, arguments.state)
    if arguments.json:
        tell([outcome.model_dump(mode="json") for outcome in outcomes])
    else:
        say(batches_table(outcomes))
    return 0


def _rows(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.row_listing import list_rows, rows_csv, rows_json, rows_table

    fate: Any = arguments.fate or "quarantined"
    contract, rows = list_rows(pipeline_of(settings), session_of(settings), arguments.batch, fate, arguments.limit)
    if arguments.json or arguments.csv:
        write(rows_json(rows) if arguments.json else rows_csv(rows, contract))
    else:
        say(rows_table(f"{arguments.batch}: {fate} rows", rows, arguments.lang))
    return 0
