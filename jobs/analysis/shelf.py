"""Which tables of silver and gold there are, and the one that a query means."""

import difflib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jobs.analysis.desk import LAYERS, AnalystDesk
from jobs.analysis.statement import Statement, TableName
from jobs.errors import QueryError, StoreError
from jobs.lake.snapshot import Snapshot, read_snapshot
from jobs.storage.objects import list_folders

READERS = 8
NEAR = 3
TableKey = tuple[str, str]


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
        read = dict(zip(keys, pool.map(lambda key: _snapshot(desk, *key), keys), strict=True))
    for name, candidates in wanted.items():
        _check(desk, name, [key for key in candidates if read.get(key)])
    return [one for one in read.values() if one is not None]


def _candidates(wanted: TableName) -> list[TableKey]:
    return [(layer, wanted.name.lower()) for layer in LAYERS if wanted.layer is None or wanted.layer.lower() == layer]


def _check(desk: AnalystDesk, wanted: TableName, found: Sequence[TableKey]) -> None:
    name = wanted.name.lower()
    if len(found) > 1:
        raise QueryError(f"{wanted}: a table of silver and one of gold. Nothing was run. Write silver.{name} or gold.{name}.")
    if not found and wanted.is_certain:
        raise _unknown(wanted, standing_tables(desk))


def _snapshot(desk: AnalystDesk, layer: str, name: str) -> Snapshot | None:
    try:
        return read_snapshot(desk.lake, layer, name)
    except OSError as error:
        raise StoreError(
            f"{layer}.{name}: the store did not let its log be read with the account {desk.endpoint.access_key}. Nothing was run. "
            "See that the store runs and that the key is the analyst's (HAIHE_STORE__ACCESS_KEY, HAIHE_STORE__SECRET_KEY)."
        ) from error


def _unknown(wanted: TableName, standing: Sequence[TableKey]) -> QueryError:
    names = [f"{layer}.{name}" for layer, name in standing]
    bare = {name: f"{layer}.{name}" for layer, name in standing}
    near = [bare[name] for name in difflib.get_close_matches(wanted.name.lower(), bare, NEAR, cutoff=0.5)]
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    return QueryError(f"{wanted}: no such table. Nothing was run. {hint}There are: {', '.join(names) or 'none yet'}. See `haihe tables`.")
