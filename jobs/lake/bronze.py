"""Bronze: Arrow files written straight into the table's folder, and one delta-rs commit for all batches of a pass."""

import json
import time
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction, RemoveAction

from jobs.catalogue.contract import Contract
from jobs.errors import PassError
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.tables import column, ensure_table, has_transaction

ROW_GROUP_ROWS = 250_000
LINEAGE_FIELDS = (
    pa.field("_batch_id", pa.string()),
    pa.field("_part", pa.string()),
    pa.field("_row", pa.int64()),
    pa.field("_record", pa.int64()),
    pa.field("_malformed", pa.binary()),
)


def bronze_table_schema(contract: Contract) -> pa.Schema:
    """Bronze's columns: every field as text with its Chinese name as comment, then lineage."""
    fields = [column(field.name, pa.string(), field.title) for field in contract.fields]
    return pa.schema([*fields, *LINEAGE_FIELDS])


def ensure_bronze(lake: Lake, contract: Contract) -> DeltaTable:
    """The resource's bronze table."""
    return ensure_table(lake, "bronze", contract.table, bronze_table_schema(contract), f"{contract.title} (bronze)")


def write_file(rows: pa.Table, filesystem: pafs.FileSystem, folder: str, name: str) -> dict[str, Any]:
    """Write one Parquet file of bronze; returns what its AddAction needs: name, size in bytes, rows, bounds of batch and row."""
    path = f"{folder}/{name}"
    pq.write_table(
        rows,
        path,
        filesystem=filesystem,
        compression="snappy",
        row_group_size=ROW_GROUP_ROWS,
        use_dictionary=[name for name in rows.column_names if name not in ("_row", "_record")],
        column_encoding={"_row": "DELTA_BINARY_PACKED", "_record": "DELTA_BINARY_PACKED"},
        write_statistics=["_batch_id", "_row"],
    )
    batches = pc.min_max(rows["_batch_id"]).as_py()
    numbers = pc.min_max(rows["_row"]).as_py()
    return {
        "name": name,
        "size": filesystem.get_file_info(path).size,
        "rows": rows.num_rows,
        "minimum": {"_batch_id": batches["min"], "_row": numbers["min"]},
        "maximum": {"_batch_id": batches["max"], "_row": numbers["max"]},
    }


def commit_bronze(lake: Lake, contract: Contract, number: int, files: Sequence[dict[str, Any]]) -> None:
    """Commit a pass' files as one version of bronze; a pass that is in the table already is left alone.

    Raises: PassError when a file is gone (vacuumed because the pass lay unfinished for too long).
    """
    table = ensure_bronze(lake, contract)
    application = transaction_id(contract.resource)
    if not files or has_transaction(table, application, number):
        return
    _check_files(lake, contract, number, files)
    actions: list[AddAction | RemoveAction] = [_add_action(file) for file in files]
    # delta-rs refuses only concurrent duplicates: the look-up above and the commit share one handle, so a later twin conflicts.
    table.create_write_transaction(
        actions,
        "append",
        table.schema(),
        [],
        commit_properties=CommitProperties(app_transactions=[Transaction(application, number)]),
    )


def _check_files(lake: Lake, contract: Contract, number: int, files: Sequence[dict[str, Any]]) -> None:
    folder = lake.path("bronze", contract.table)
    infos = lake.filesystem().get_file_info([f"{folder}/{file['name']}" for file in files])
    gone = [info.base_name for info in infos if info.type == pafs.FileType.NotFound]
    if gone:
        raise PassError(
            f"{contract.resource}: pass {number} landed {len(files)} files, but {gone[:3]} are gone from bronze. Nothing was committed. "
            f"Delete passes/{contract.resource}/{number:08d}.landed.json in control; the next run lands the drops again from raw."
        )


def _add_action(file: dict[str, Any]) -> AddAction:
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
                "nullCount": {"_batch_id": 0, "_row": 0},
            }
        ),
    )
