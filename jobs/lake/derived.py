"""Small tables of gold that are derived from the ledger as a whole: written anew when something in them differs, else left alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake
from deltalake.exceptions import CommitFailedError

from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset, ensure_table

GOLD = "gold"


def replace_rows(lake: Lake, name: str, schema: pa.Schema, comment: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether this call gave gold's table these rows, in this order; False if they stand there already or another run was quicker."""
    table = ensure_table(lake, GOLD, name, schema, comment)
    wanted = pa.Table.from_pylist(list(rows), schema)
    if read_rows(lake, name) == wanted.to_pylist():
        return False
    try:
        write_deltalake(table, wanted, mode="overwrite")
    except CommitFailedError:
        return False
    return True


def read_rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    """The rows of gold's table; none where it was never made."""
    table = arrow_dataset(lake, GOLD, name)
    rows: list[dict[str, Any]] = [] if table is None else table.to_table().to_pylist()
    return rows
