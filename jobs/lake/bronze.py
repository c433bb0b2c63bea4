"""Bronze: Arrow files written straight into the table's folder, and one delta-rs commit for all batches of a pass."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
from deltalake import DeltaTable

from jobs.catalogue.contract import Contract
from jobs.errors import PassError
from jobs.lake.files import commit_files
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.tables import column, ensure_table, has_transaction
from jobs.lake.typed import KEY_HASH

BOUNDED = ("_batch_id", "_row")
LINEAGE_FIELDS = (
    pa.field("_batch_id", pa.string()),
    pa.field("_part", pa.string()),
    pa.field("_row", pa.int64()),
    pa.field("_record", pa.int64()),
    pa.field("_malformed", pa.binary()),
    pa.field(KEY_HASH, pa.int64()),
)


def bronze_table_schema(contract: Contract) -> pa.Schema:
    """Bronze's columns: every field as text with its Chinese name as comment, then lineage."""
    fields = [column(field.name, pa.string(), field.title) for field in contract.fields]
    return pa.schema([*fields, *LINEAGE_FIELDS])


def ensure_bronze(lake: Lake, contract: Contract) -> DeltaTable:
    """The resource's bronze table."""
    return ensure_table(lake, "bronze", contract.table, bronze_table_schema(contract), f"{contract.title} (bronze)", bounded=BOUNDED)


def commit_bronze(lake: Lake, contract: Contract, number: int, files: Sequence[dict[str, Any]]) -> None:
    """Commit a pass' files as one version of bronze; a pass that is in the table already is left alone.

    Raises: PassError when a file is gone (vacuumed because the pass lay unfinished for too long).
    """
    table = ensure_bronze(lake, contract)
    application = transaction_id(contract.resource)
    if not files or has_transaction(table, application, number):
        return
    _check_files(lake, contract, number, files)
    commit_files(table, application, number, files)


def _check_files(lake: Lake, contract: Contract, number: int, files: Sequence[dict[str, Any]]) -> None:
    folder = lake.path("bronze", contract.table)
    infos = lake.filesystem().get_file_info([f"{folder}/{file['name']}" for file in files])
    gone = [info.base_name for info in infos if info.type == pafs.FileType.NotFound]
    if gone:
        raise PassError(
            f"{contract.resource}: pass {number} landed {len(files)} files, but {gone[:3]} are gone from bronze. Nothing was committed. "
            f"Delete passes/{contract.resource}/{number:08d}.landed.json in control; the next run lands the drops again from raw."
        )
