"""Parquet files that Arrow writes straight into a table's folder, and the one delta-rs commit that takes them in."""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction, RemoveAction

ROW_GROUP_ROWS = 250_000
# Rows that come in pieces share files of about this many rows.
FILE_ROWS = 1_000_000
# Ascending or nearly so.
PACKED = ("_row", "_record")
# Never the same twice, or as good as.
RANDOM = ("_key_hash",)


def file_name(number: int) -> str:
    """A name for a file of pass `number`, given once."""
    return f"pass-{number:08d}-{uuid.uuid4().hex}.parquet"


def gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Non-empty tables of up to FILE_ROWS rows or one table more."""
    held: list[pa.Table] = []
    for table in tables:
        held += [table] if table.num_rows else []
        if sum(part.num_rows for part in held) >= FILE_ROWS:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def repeated(value: str | int, count: int) -> pa.DictionaryArray:
    """The same value `count` times, as a dictionary of it alone."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), pa.array([value]))


def write_file(rows: pa.Table, filesystem: pafs.FileSystem, folder: str, name: str, bounded: Sequence[str]) -> dict[str, Any]:
    """Write one Parquet file; returns what its AddAction needs: name, size in bytes, rows, bounds of the columns `bounded` (no nulls)."""
    path = f"{folder}/{name}"
    pq.write_table(
        rows,
        path,
        filesystem=filesystem,
        compression="snappy",
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=_repeating(rows.schema),
        column_encoding={name: "DELTA_BINARY_PACKED" for name in PACKED if name in rows.column_names},
        write_statistics=list(bounded),
        store_schema=False,
    )
    bounds = {name: pc.min_max(_plain(rows[name])).as_py() for name in bounded}
    return {
        "name": name,
        "size": filesystem.get_file_info(path).size,
        "rows": rows.num_rows,
        "minimum": {name: bound["min"] for name, bound in bounds.items()},
        "maximum": {name: bound["max"] for name, bound in bounds.items()},
    }


def commit_files(table: DeltaTable, application: str, number: int, files: Sequence[Mapping[str, Any]]) -> None:
    """Append the files as one version that carries the transaction (`application`, `number`).

    delta-rs refuses only concurrent duplicates: the caller looks the transaction up on this very handle, so a later twin conflicts.
    """
    actions: list[AddAction | RemoveAction] = [_add_action(file) for file in files]
    properties = CommitProperties(app_transactions=[Transaction(application, number)])
    table.create_write_transaction(actions, "append", table.schema(), [], commit_properties=properties)


def _repeating(schema: pa.Schema) -> list[str]:
    """Columns that a dictionary makes smaller: those that come with one, and, where no field of the file was looked at, every other."""
    with_one = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    is_told = any(not name.startswith("_") for name in with_one)
    return with_one if is_told else [field.name for field in schema if field.name not in (*PACKED, *RANDOM)]


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.unique().cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def _add_action(file: Mapping[str, Any]) -> AddAction:
    return AddAction(
        path=file["name"],
        size=file["size"],
        partition_values={},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps(
            {
                "numRecords": file["rows"],
                "minValues": file["minimum"],
                "maxValues": file["maximum"],
                "nullCount": dict.fromkeys(file["minimum"], 0),
            }
        ),
    )
