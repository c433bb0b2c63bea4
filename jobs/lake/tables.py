"""Making, widening and asking Delta tables, in every layer by one function. Rows are written by one kind of writer per table.

A table is made by delta-rs (0.05 s; Spark takes a second), whoever writes its rows: deletion vectors, column mapping and row tracking
stay off and checkpoints classic, so every Delta reader reads it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.fs as pafs
from deltalake import DeltaTable
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import TableNotFoundError

from jobs.catalogue.contract import Field
from jobs.lake.place import Lake

if TYPE_CHECKING:  # it brings pandas with it, which a command that reads no dataset should not wait for
    import pyarrow.dataset as pads

PLAIN_TABLE = {"delta.enableDeletionVectors": "false", "delta.checkpointPolicy": "classic"}
BOUNDED_COLUMNS = "delta.dataSkippingStatsColumns"
ARROW_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
}


def arrow_type(field: Field) -> pa.DataType:
    """The type of a field's typed column."""
    return pa.decimal128(field.precision, field.scale) if field.type == "number" else ARROW_TYPES[field.type]


def column(name: str, kind: pa.DataType, comment: str) -> pa.Field:
    """A column with its Chinese name as comment."""
    return pa.field(name, kind, metadata={"comment": comment})


def ensure_table(lake: Lake, layer: str, name: str, schema: pa.Schema, comment: str, *, bounded: Sequence[str] | None = None) -> DeltaTable:
    """The table, made, widened by the schema's new columns or told its `bounded` ones if need be (before any commit that uses them).

    `bounded`: the columns of which the table keeps bounds by file, None for Delta's own choice. Whoever writes files with bounds of some
    columns alone must say so here: a dataset of delta-rs takes bounds that are missing for bounds that no row meets, and drops the rows.
    """
    uri = lake.table_uri(layer, name)
    bounds = {} if bounded is None else {BOUNDED_COLUMNS: ",".join(bounded)}
    if not DeltaTable.is_deltatable(uri, lake.options()):
        settings = {**PLAIN_TABLE, **bounds}
        DeltaTable.create(uri, schema, mode="ignore", storage_options=lake.options(), configuration=settings, description=comment)
    table = DeltaTable(uri, storage_options=lake.options())
    standing = {field.name for field in table.schema().fields}
    missing = [field for field in DeltaSchema.from_arrow(schema).fields if field.name not in standing]
    if missing:
        table.alter.add_columns(missing)
        table = DeltaTable(uri, storage_options=lake.options())
    if not bounds.items() <= table.metadata().configuration.items():
        table.alter.set_table_properties(bounds)
        table = DeltaTable(uri, storage_options=lake.options())
    return table


def open_table(lake: Lake, layer: str, name: str, version: int | None = None) -> DeltaTable | None:
    """The table as it stands, or as it was at `version`; None if it was never made."""
    try:
        return DeltaTable(lake.table_uri(layer, name), version=version, storage_options=lake.options())
    except TableNotFoundError:
        return None


def layer_bytes(lake: Lake, layer: str) -> int:
    """Bytes of the files that the layer's Delta tables hold in their newest versions; 0 for a layer without a table."""
    folders = lake.filesystem().get_file_info(pafs.FileSelector(lake.buckets[layer]))
    tables = [open_table(lake, layer, folder.base_name) for folder in folders if folder.type == pafs.FileType.Directory]
    return sum(table_bytes(table) for table in tables if table)


def table_bytes(table: DeltaTable) -> int:
    """Bytes of the files that this version of the table consists of."""
    sizes: list[int] = pa.table(table.get_add_actions())["size_bytes"].to_pylist()
    return sum(sizes)


def arrow_dataset(lake: Lake, layer: str, name: str, version: int | None = None) -> "pads.Dataset | None":
    """The table's rows, as they stand or as they were at `version`, for Arrow to read; None if it was never made.

    Over Arrow's own file system: delta-rs' own one is Python called from Arrow's threads, and one of them that still reads ahead when the
    interpreter ends aborts the process (tried: 2 of 35 small programs ended so).
    """
    table = open_table(lake, layer, name, version)
    return table and table.to_pyarrow_dataset(filesystem=pafs.SubTreeFileSystem(lake.path(layer, name), lake.filesystem()))


def has_transaction(table: DeltaTable | None, application: str, number: int) -> bool:
    """Whether the table holds a commit of this or a later pass."""
    standing = table.transaction_version(application) if table else None
    return standing is not None and standing >= number
