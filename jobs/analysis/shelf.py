"""Which tables of silver and gold there are, and the one that a query means."""

import difflib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jobs.analysis.desk import LAYERS, AnalystDesk
from jobs.analysis.statement import Statement, TableName
from jobs.errors import QueryError
from jobs.lake.snapshot import Snapshot, read_snapshot
from jobs.storage.objects import list_folders

READERS = 8
NEAR = 3
TableKey = tuple[str, str]
# Anything else (a path, say) is the name of no table and is not looked for.
TABLE = re.compile(r"[a-z0-9][a-z0-9_]*")


def standing_tables(desk: AnalystDesk) -> list[TableKey]:
    """(layer, table) of every table in silver and gold, in order; no Delta log is read."""
    return [(layer, name) for layer in LAYERS for name in list_folders(desk.client, desk.lake.buckets[layer])]


def opened(desk: AnalystDesk, statement: Statement) -> list[Snapshot]:
    """The tables that the statement names, or all where it asks which there are.

    Raises: QueryError for a name that no table bears, or that a table of each layer bears.
    """
    wanted = {name: _candidates(name) for name in statement.tables}
    keys = standing_tables(desk) if statement.lists_tables else [key for keys in wanted.values() for key in keys]
    with ThreadPoolExecutor(READERS) as pool:
        read = dict(zip(keys, pool.map(lambda key: read_snapshot(desk.lake, *key), keys), strict=True))
    for name, candidates in wanted.items():
        _check(desk, name, [key for key in candidates if read.get(key)])
    return [one for one in read.values() if one is not None]


def _candidates(wanted: TableName) -> list[TableKey]:
    name = wanted.name.lower()
    return [(layer, name) for layer in LAYERS if TABLE.fullmatch(name) and wanted.layer in (None, layer)]


def _check(desk: AnalystDesk, wanted: TableName, found: Sequence[TableKey]) -> None:
    name = wanted.name.lower()
    if len(found) > 1:
        raise QueryError(f"{wanted}: a table of silver and one of gold. Nothing was run. Write silver.{name} or gold.{name}.")
    if not found and wanted.is_certain:
        raise _unknown(wanted, standing_tables(desk))


def _unknown(wanted: TableName, standing: Sequence[TableKey]) -> QueryError:
    names = [f"{layer}.{name}" for layer, name in standing]
    bare = {name: f"{layer}.{name}" for layer, name in standing}
    near = [bare[name] for name in difflib.get_close_matches(wanted.name.lower(), bare, NEAR, cutoff=0.5)]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    return QueryError(f"{wanted}: no such table. Nothing was run. {hint}There are: {', '.join(names) or 'none yet'}. See `haihe tables`.")
