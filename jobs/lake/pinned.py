"""A table's rows at one version, in record batches; no more than a batch is in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from jobs.errors import StoreError
from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset

BATCH_ROWS = 16_384


def pinned_batches(
    lake: Lake, layer: str, name: str, version: int, columns: Sequence[str], within: Mapping[str, Sequence[str]]
) -> Iterator[pa.RecordBatch]:
    """Batches of these columns of the rows whose text columns lie in the values of `within`, in the order of the table's files.

    Raises: StoreError if there is no such table.
    """
    dataset = arrow_dataset(lake, layer, name, version)
    if dataset is None:
        raise StoreError(f"{layer}.{name}: no such table. No row was read.")
    wanted = pc.scalar(True)
    for column, values in within.items():
        wanted = wanted & pc.field(column).isin(list(values))
    yield from dataset.scanner(columns=list(columns), filter=wanted, batch_size=BATCH_ROWS, batch_readahead=1).to_batches()


def newest_period_end(lake: Lake, layer: str, name: str, version: int) -> date | None:
    """The last day that the table's rows speak of at that version; None where it has no rows."""
    newest = [
        pc.max(batch.column(0)).as_py() for batch in pinned_batches(lake, layer, name, version, ["_period_end"], {}) if batch.num_rows
    ]
    return max((day for day in newest if day), default=None)
