"""Verdicts: for each landed row its masks, one Delta commit a pass, and the counts that everything afterwards rests on."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.errors import PassError
from jobs.lake.commits import append_once
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.tables import column, ensure_table, has_transaction, open_table

ROW_ID = ("_batch_id", "_part", "_row")


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


def write_verdicts(lake: Lake, contract: Contract, number: int, judged: DataFrame, masks: Sequence[Column]) -> None:
    """Commit one verdict per row of the judged frame, as one version carrying the pass' transaction."""
    ensure_table(lake, "verdicts", contract.table, verdict_schema(len(masks)), f"{contract.title} (verdicts)")
    named = [mask.alias(f"_mask_{index}") for index, mask in enumerate(masks)]
    verdicts = judged.select(*ROW_ID, *named, F.lit(number).cast("bigint").alias("_judgement"))
    append_once(verdicts, lake.spark_uri("verdicts", contract.table), contract.resource, number)


def verdicts_of(spark: SparkSession, lake: Lake, contract: Contract, number: int, batch_ids: Sequence[str]) -> DataFrame:
    """Verdicts that judgement `number` gave to rows of the batches."""
    table = spark.read.format("delta").load(lake.spark_uri("verdicts", contract.table))
    return table.where((F.col("_judgement") == number) & F.col("_batch_id").isin(*batch_ids))


def mask_groups(verdicts: DataFrame, mask_count: int) -> Iterator[tuple[str, tuple[int, ...], int]]:
    """(batch, masks, rows) for every combination of masks that occurs."""
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
