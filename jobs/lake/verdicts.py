"""Verdicts: for each landed row its masks, in Arrow files and one delta-rs commit a pass, and the counts that all else rests on."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.errors import PassError
from jobs.lake.files import commit_files, file_name, gathered, repeated, write_file
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.tables import column, ensure_table, has_transaction, open_table

ROW_ID = ("_batch_id", "_part", "_row")
BOUNDED = ("_batch_id", "_row", "_judgement")
# Batch, masks, rows.
MaskGroup = tuple[str, tuple[int, ...], int]


def verdict_schema(mask_count: int) -> pa.Schema:
    """Columns of a verdicts table with that many masks."""
    masks = [column(f"_mask_{index}", pa.int64(), "规则位") for index in range(mask_count)]
    lineage = [column("_batch_id", pa.string(), "批次"), column("_part", pa.string(), "文件"), column("_row", pa.int64(), "行号")]
    return pa.schema([*lineage, *masks, column("_judgement", pa.int64(), "判定批号")])


def bronze_rows(spark: SparkSession, lake: Lake, contract: Contract, batch_ids: Sequence[str]) -> DataFrame:
    """Landed rows of the batches, as the text that came."""
    return spark.read.format("delta").load(lake.spark_uri("bronze", contract.table)).where(F.col("_batch_id").isin(*batch_ids))


def is_judged(lake: Lake, contract: Contract, number: int) -> bool:
    """Whether the pass' verdicts stand."""
    return has_transaction(open_table(lake, "verdicts", contract.table), transaction_id(contract.resource), number)


def write_verdicts(
    lake: Lake,
    contract: Contract,
    number: int,
    judged: DataFrame,
    masks: Sequence[Column],
    *,
    is_small: bool,
    origin: tuple[str, str] | None = None,
) -> list[MaskGroup] | None:
    """Commit one verdict per row of the judged frame, as one version carrying the pass' transaction; how many rows have which masks.

    None, and nothing written, where the pass' verdicts stand already. Rows of a small frame come into this process, those of a large one
    are written where they are computed. `origin` is batch and part of all rows, where these are the same.
    """
    table = ensure_table(lake, "verdicts", contract.table, verdict_schema(len(masks)), f"{contract.title} (verdicts)", bounded=BOUNDED)
    application = transaction_id(contract.resource)
    if has_transaction(table, application, number):
        return None
    # Two texts that are the same in every row would cost more on the way to Arrow than all the masks.
    verdicts = judged.select(*(("_row",) if origin else ROW_ID), *[mask.alias(f"_mask_{index}") for index, mask in enumerate(masks)])
    writer = _Writer(lake.filesystem, lake.path("verdicts", contract.table), number, origin)
    told = [_write(writer, verdicts.toArrow())] if is_small else _written_by_workers(writer, verdicts)
    commit_files(table, application, number, [one["file"] for one in told])
    groups: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for batch, *found, rows in (group for one in told for group in one["groups"]):
        groups[batch, tuple(found)] += rows
    return [(batch, found, rows) for (batch, found), rows in groups.items()]


@dataclass(frozen=True)
class _Writer:
    """Where a pass' verdicts are written, and batch and part that all are of, if these are not among their columns. Travels to workers."""

    filesystem: Callable[[], pafs.FileSystem]
    folder: str
    number: int
    origin: tuple[str, str] | None


def _written_by_workers(writer: _Writer, verdicts: DataFrame) -> list[dict[str, Any]]:
    def write(frames: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in gathered(pa.Table.from_batches([frame]) for frame in frames):
            yield pa.RecordBatch.from_pydict({"told": [json.dumps(_write(writer, rows))]})

    return [json.loads(row["told"]) for row in verdicts.mapInArrow(write, "told string").collect()]


def _write(writer: _Writer, verdicts: pa.Table) -> dict[str, Any]:
    """The file that was written, and (batch, masks …, rows) of every combination of masks in it."""
    masks = [name for name in verdicts.column_names if name.startswith("_mask_")]
    constants: dict[str, str | int] = {"_judgement": writer.number}
    if writer.origin:
        constants |= zip(("_batch_id", "_part"), writer.origin, strict=True)
    for name, value in constants.items():
        verdicts = verdicts.append_column(name, repeated(value, verdicts.num_rows))
    file = write_file(verdicts, writer.filesystem(), writer.folder, file_name(writer.number), BOUNDED)
    groups = verdicts.group_by(["_batch_id", *masks]).aggregate([([], "count_all")]).to_pylist()
    return {"file": file, "groups": [[group[name] for name in ("_batch_id", *masks, "count_all")] for group in groups]}


def verdicts_of(spark: SparkSession, lake: Lake, contract: Contract, number: int, batch_ids: Sequence[str]) -> DataFrame:
    """Verdicts that judgement `number` gave to rows of the batches."""
    table = spark.read.format("delta").load(lake.spark_uri("verdicts", contract.table))
    return table.where((F.col("_judgement") == number) & F.col("_batch_id").isin(*batch_ids))


def mask_groups(verdicts: DataFrame, mask_count: int) -> Iterator[MaskGroup]:
    """How many rows of which batch have which masks, for every combination that occurs."""
    names = [f"_mask_{index}" for index in range(mask_count)]
    for row in verdicts.groupBy("_batch_id", *names).count().collect():
        yield row["_batch_id"], tuple(row[name] for name in names), row["count"]


def check_complete(contract: Contract, number: int, landed: dict[str, int], judged: dict[str, int]) -> None:
    """Raise PassError unless every landed row of every batch has exactly one verdict of this judgement."""
    wrong = {batch: (rows, judged.get(batch, 0)) for batch, rows in landed.items() if judged.get(batch, 0) != rows}
    if wrong:
        raise PassError(
            f"{contract.resource}: judgement {number} is incomplete: (landed, judged) rows are {wrong}. Nothing was published. "
            "Run `haihe collect` again; if it stays, the verdicts table was changed by another hand."
        )
