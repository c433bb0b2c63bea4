"""A table as it stands, for those who look at it: columns with Chinese names, files, rows, latest period; all from its Delta log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from jobs.errors import StoreError
from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset, open_table

# Readers of a plain table need the list of its files and no more of the Delta protocol.
PLAIN_READER = 1


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its Delta type as text; `comment` is the Chinese name, None where the table has none."""

    name: str
    type: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table. `is_plain`: no partitions, deletion vectors or column mapping, so its rows are those of `files`."""

    layer: str
    name: str
    uri: str
    version: int
    title: str | None
    schema: pa.Schema
    columns: tuple[TableColumn, ...]
    files: tuple[str, ...]
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """How much stands in a table. `rows` and `latest_period` are None where the log has no statistics of them; `changed_at` in UTC."""

    rows: int | None
    latest_period: str | None
    changed_at: datetime


def read_snapshot(lake: Lake, layer: str, name: str) -> Snapshot | None:
    """The table's last version; None if there is no such table. Raises: StoreError."""
    table = _opened(lake, layer, name)
    if table is None:
        return None
    metadata, fields = table.metadata(), table.schema().fields
    return Snapshot(
        layer=layer,
        name=name,
        uri=lake.table_uri(layer, name),
        version=table.version(),
        title=metadata.description or None,
        schema=pa.schema(table.schema()),
        columns=tuple(TableColumn(field.name, _type_name(field.type), field.metadata.get("comment")) for field in fields),
        files=tuple(table.file_uris()),
        is_plain=not metadata.partition_columns and table.protocol().min_reader_version == PLAIN_READER,
    )


def read_extent(lake: Lake, layer: str, name: str) -> Extent | None:
    """Rows and latest period of the table's last version; None if there is no such table. Raises: StoreError."""
    table = _opened(lake, layer, name)
    return None if table is None else _extent(table)


def read_sample(lake: Lake, layer: str, name: str, rows: int) -> list[dict[str, Any]]:
    """Up to `rows` rows of the table, whichever come first; none if there is no such table."""
    table = arrow_dataset(lake, layer, name)
    sample: list[dict[str, Any]] = [] if table is None else table.head(rows).to_pylist()
    return sample


def _opened(lake: Lake, layer: str, name: str) -> DeltaTable | None:
    try:
        return open_table(lake, layer, name)
    except (OSError, DeltaError) as error:
        reason = str(error).strip().splitlines()[0]
        raise StoreError(
            f"{layer}.{name}: its Delta log cannot be read ({type(error).__name__}: {reason}). No row was read. See that the store runs, "
            "that the key is the right one (HAIHE_STORE__ACCESS_KEY, HAIHE_STORE__SECRET_KEY), and what lies in the table's folder."
        ) from error


def _extent(table: DeltaTable) -> Extent:
    actions = pa.table(table.get_add_actions(flatten=True))
    counts = actions["num_records"] if "num_records" in actions.column_names else None
    periods = actions["max._period"] if "max._period" in actions.column_names else None
    moment = table.history(1)[0]["timestamp"]
    return Extent(
        rows=None if counts is None or counts.null_count else pc.sum(counts).as_py() or 0,
        latest_period=None if periods is None else pc.max(periods).as_py(),
        changed_at=datetime.fromtimestamp(moment / 1000, UTC),
    )


def _type_name(kind: object) -> str:
    """`string`, `decimal(18,6)`; the JSON of the type where it is nested."""
    return str(getattr(kind, "type", None) or kind)
