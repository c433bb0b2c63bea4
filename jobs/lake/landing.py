"""Landing: from archived objects to Parquet files of bronze, by Arrow; small batches in this process, large ones by Spark's workers.

Nothing here commits: `landing.files` names what a commit takes. Workers need pyarrow and the package, no Delta and no Spark.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
from pyspark.sql import SparkSession

from jobs.catalogue.contract import Contract
from jobs.errors import BatchFailed
from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.fast import NotProven
from jobs.intake.malformed import explain_malformed
from jobs.intake.read import OpenRange, read_range, read_ranges, read_rest, rest_from
from jobs.intake.scan import Range
from jobs.lake.bronze import BOUNDED, bronze_table_schema, ensure_bronze
from jobs.lake.files import FILE_ROWS, file_name, gathered, repeated, write_file
from jobs.lake.key_hash import HashedKey, hashed_key, key_hashes
from jobs.lake.pass_record import Landed, LandedBatch, PassBatch
from jobs.lake.place import Lake
from jobs.lake.typed import KEY_HASH

SAMPLES = 50
# Below so many malformed rows a share says nothing.
LEAST_MALFORMED = 10
# A resend's own first column while it is read; in the file it is `_row`.
RESENT_ROW = "resent_row"


@dataclass(frozen=True)
class Reading:
    """How one batch's object is read: where it is, its dialect, its columns in our names, its limits. Travels to workers."""

    filesystem: Callable[[], pafs.FileSystem]
    path: str
    batch: PassBatch
    dialect: Dialect
    columns: Columns
    limits: RecordLimits
    schema: pa.Schema
    key: HashedKey | None


def reading_of(lake: Lake, contract: Contract, batch: PassBatch) -> Reading:
    """How the batch is read under this contract."""
    names = contract.headers(batch.provider)
    own = {"_row": RESENT_ROW} if batch.revision else {}
    sent = tuple(own.get(header) or names.get(header, header) for header in batch.header)
    return Reading(
        filesystem=lake.filesystem,
        path=lake.path("raw", batch.raw_key),
        batch=batch,
        dialect=Dialect(**batch.dialect.model_dump()),
        columns=Columns(sent=sent, contract=(*(field.name for field in contract.fields), *own.values())),
        limits=record_limits(contract, batch.provider, batch.header),
        schema=bronze_table_schema(contract),
        key=hashed_key(contract),
    )


def record_limits(contract: Contract, provider: str, header: Sequence[str]) -> RecordLimits:
    """Limits of the columns of a provider's file, in the file's order; columns that are not the contract's may hold no line break."""
    names = contract.headers(provider)
    breaks = {field.name: field.max_line_breaks for field in contract.fields}
    return RecordLimits(tuple(breaks.get(names.get(name, ""), 0) for name in header), contract.limits.field_bytes)


def land(spark: SparkSession, lake: Lake, contract: Contract, number: int, batches: Sequence[PassBatch], *, large_bytes: int) -> Landed:
    """Write the batches' rows as files of bronze; a batch past a technical limit leaves none. Nothing is committed."""
    ensure_bronze(lake, contract)
    large = [batch for batch in batches if batch.size >= large_bytes]
    small = [batch for batch in batches if batch.size < large_bytes]
    files: list[dict[str, Any]] = []
    outcomes: dict[str, LandedBatch] = {}
    for batch in large:
        landed, written = _land_large(spark, lake, contract, number, batch)
        outcomes[batch.batch_id] = landed
        files += written if landed.refusal is None else []
    tables: list[pa.Table] = []
    for batch in small:
        landed, rows = _land_small(reading_of(lake, contract, batch), contract)
        outcomes[batch.batch_id] = landed
        tables += [rows] if landed.refusal is None else []
    return Landed(batches=outcomes, files=(*files, *_write_together(lake, contract, number, tables)))


def check_raw(lake: Lake, batches: Sequence[PassBatch]) -> None:
    """Raise BatchFailed for the first batch whose archived object is gone or has another size than its ranges say."""
    infos = lake.filesystem().get_file_info([lake.path("raw", batch.raw_key) for batch in batches])
    for batch, info in zip(batches, infos, strict=True):
        expected = max((stretch.offset + stretch.length for stretch in batch.ranges), default=info.size)
        if info.type == pafs.FileType.NotFound:
            raise BatchFailed(
                batch.batch_id,
                "raw_missing",
                f"{batch.batch_id}: raw/{batch.raw_key} is gone. No row of the batch was landed. Put the same bytes back (the same file "
                "dropped again does), then release the batch.",
            )
        if info.size != expected:
            raise BatchFailed(
                batch.batch_id,
                "raw_differs",
                f"{batch.batch_id}: raw/{batch.raw_key} has {info.size} bytes, the archive saw {expected}. No row of the batch was landed. "
                "Restore the object from a backup, then release the batch.",
            )


def read_batch(reading: Reading) -> Iterator[pa.Table]:
    """The batch's rows as bronze takes them, in the file's order."""
    with reading.filesystem().open_input_file(reading.path) as source:
        for rows in read_ranges(_opener(source), _ranges(reading), reading.dialect, reading.columns, reading.limits):
            yield _as_bronze(pa.Table.from_batches([rows]), reading).cast(reading.schema)


def _opener(source: pa.NativeFile) -> OpenRange:
    def open_range(offset: int, length: int) -> bytes:
        source.seek(offset)
        return bytes(source.read(length))

    return open_range


def _ranges(reading: Reading) -> list[Range]:
    return [Range(**stretch.model_dump()) for stretch in reading.batch.ranges]


def _as_bronze(rows: pa.Table, reading: Reading) -> pa.Table:
    """The rows with bronze's columns; texts that repeat themselves as dictionaries, as the reader gives them."""
    batch, count = reading.batch, rows.num_rows
    lineage = {
        "_batch_id": repeated(batch.batch_id, count),
        "_part": repeated(batch.landed_part, count),
        "_row": _resent_row(rows) if batch.revision else rows["_row"],
        KEY_HASH: key_hashes(rows, reading.key, batch.batch_id) if reading.key else pa.nulls(count, pa.int64()),
    }
    return pa.table({name: lineage[name] if name in lineage else rows[name] for name in reading.schema.names})


def _resent_row(rows: pa.Table) -> Any:
    """The row that each line of a resend replaces; -1 where the line does not say one."""
    text = rows[RESENT_ROW]
    is_number = pc.fill_null(pc.match_substring_regex(text, r"^[0-9]{1,18}$"), fill_value=False)
    return pc.if_else(is_number, pc.if_else(is_number, text, "0").cast(pa.int64()), -1)


def _land_small(reading: Reading, contract: Contract) -> tuple[LandedBatch, pa.Table]:
    rows = pa.concat_tables([reading.schema.empty_table(), *read_batch(reading)])
    return _landed(contract, reading.batch, rows.num_rows, *_malformed(rows, reading)), rows


def _malformed(rows: pa.Table, reading: Reading) -> tuple[int, list[dict[str, Any]]]:
    count = rows.num_rows - rows["_malformed"].null_count
    if not count:
        return 0, []
    bad = rows.filter(pc.is_valid(rows["_malformed"])).slice(0, SAMPLES).select(["_row", "_record", "_malformed"]).to_pylist()
    width = len(reading.columns.sent)
    told = [(row, explain_malformed(row["_malformed"], reading.dialect, width, reading.limits)) for row in bad]
    return count, [
        {"row": row["_row"], "record": row["_record"], "code": fault.code, "details": dict(fault.details)} for row, fault in told
    ]


def _landed(contract: Contract, batch: PassBatch, rows: int, malformed: int, samples: list[dict[str, Any]]) -> LandedBatch:
    return LandedBatch(rows=rows, malformed=malformed, refusal=_refusal(contract, batch, rows, malformed), samples=tuple(samples[:SAMPLES]))


def _refusal(contract: Contract, batch: PassBatch, rows: int, malformed: int) -> dict[str, Any] | None:
    limits = contract.limits
    share = 100.0 * malformed / rows if rows else 0.0
    if malformed > limits.malformed_rows or (malformed > LEAST_MALFORMED and share > limits.malformed_pct):
        params = {"malformed": malformed, "share_pct": round(share, 2), "limit": limits.malformed_rows, "limit_pct": limits.malformed_pct}
        return {"code": "malformed_over_limit", "params": params}
    if batch.manifest_rows is not None and batch.manifest_rows != rows:
        return {"code": "manifest_mismatch", "params": {"what": "rows", "expected": batch.manifest_rows, "found": rows}}
    if rows == 0:
        return {"code": "header_only", "params": {}}
    return None


def _write_together(lake: Lake, contract: Contract, number: int, tables: Sequence[pa.Table]) -> list[dict[str, Any]]:
    if not tables:
        return []
    rows = pa.concat_tables(tables)
    pieces = [rows.slice(start, FILE_ROWS) for start in range(0, rows.num_rows, FILE_ROWS)]
    return [write_file(piece, lake.filesystem(), lake.path("bronze", contract.table), file_name(number), BOUNDED) for piece in pieces]


def _land_large(
    spark: SparkSession, lake: Lake, contract: Contract, number: int, batch: PassBatch
) -> tuple[LandedBatch, list[dict[str, Any]]]:
    reading, folder = reading_of(lake, contract, batch), lake.path("bronze", contract.table)
    results = _run(spark, reading, folder, number, [(place, False) for place in range(len(batch.ranges))])
    unproven = [result["place"] for result in results if not result["is_proven"]]
    if unproven:
        # An odd quote inverts the parity of every later cut: what lies before it is right, the rest is one range.
        first = min(unproven)
        results = [result for result in results if result["place"] < first] + _run(spark, reading, folder, number, [(first, True)])
    ordered = sorted(results, key=lambda result: result["place"])
    rows = sum(file["rows"] for result in ordered for file in result["files"])
    samples = [sample for result in ordered for sample in result["samples"]]
    landed = _landed(contract, batch, rows, sum(result["malformed"] for result in ordered), samples)
    return landed, [file for result in ordered for file in result["files"]]


def _run(spark: SparkSession, reading: Reading, folder: str, number: int, tasks: list[tuple[int, bool]]) -> list[dict[str, Any]]:
    """One task per (range, whether it is read to the file's end in order), each writing its own files; what came of each."""

    def land_ranges(frames: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for frame in frames:
            chosen = [tasks[index] for index in frame.column("id").to_pylist()]
            told = [json.dumps(_land_range(reading, folder, number, place, is_rest=is_rest)) for place, is_rest in chosen]
            yield pa.RecordBatch.from_pydict({"told": told})

    spread = spark.range(0, len(tasks), 1, len(tasks))
    return [json.loads(row["told"]) for row in spread.mapInArrow(land_ranges, "told string").collect()]


def _land_range(reading: Reading, folder: str, number: int, place: int, *, is_rest: bool) -> dict[str, Any]:
    filesystem = reading.filesystem()
    told: dict[str, Any] = {"place": place, "is_proven": True, "malformed": 0, "files": [], "samples": []}
    with filesystem.open_input_file(reading.path) as source:
        found = _rows_from(source, reading, place, is_rest=is_rest)
        if isinstance(found, NotProven):
            return {**told, "is_proven": False}
        for rows in gathered(_as_bronze(part, reading) for part in found):
            count, samples = _malformed(rows, reading)
            told["malformed"] += count
            told["samples"] = (told["samples"] + samples)[:SAMPLES]
            told["files"].append(write_file(rows, filesystem, folder, file_name(number), BOUNDED))
    return told


def _rows_from(source: pa.NativeFile, reading: Reading, place: int, *, is_rest: bool) -> Iterable[pa.Table] | NotProven:
    """Rows of one range, or of all from there on in order; NotProven where the range's cuts are in doubt."""
    how = (reading.dialect, reading.columns, reading.limits)
    if is_rest:
        return (pa.Table.from_batches([rows]) for rows in read_rest(_opener(source), rest_from(_ranges(reading), place), *how))
    rows = read_range(_opener(source), _ranges(reading)[place], *how)
    return rows if isinstance(rows, NotProven) else [rows]
