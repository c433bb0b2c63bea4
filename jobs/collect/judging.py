"""Judging a pass: masks for every landed row in one Spark write, keys grouped beside it."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.lake.place import Lake
from jobs.lake.silver import silver_layer
from jobs.lake.tables import open_table
from jobs.lake.verdicts import write_verdicts
from jobs.quality.keys import BATCH, doubled_keys
from jobs.quality.masks import Masks

# Up to so many doubled keys are collected and sent to every task; beyond, the join shuffles.
BROADCAST_KEYS = 100_000
# Which of two batches of one pass came first.
PLACE = ("_period_end", "_received_at", "_batch_id")


def judge_rows(lake: Lake, contract: Contract, number: int, rows: DataFrame, masks: Masks, *, peers: DataFrame | None = None) -> None:
    """Commit a verdict for every one of `rows` (typed view). `peers` are accepted rows of the same batches, whose keys count too."""
    flagged, flags = rows, {}
    compared = rows if peers is None else rows.unionByName(peers)
    for place, key in enumerate(masks.keys):
        hits = doubled_keys(compared, key.columns, key.within)
        flagged, is_doubled = _joined(flagged, hits, [BATCH, *key.columns], f"_doubled_{place}")
        flags[key.rule.rule_id] = is_doubled & key.within
    for rule_id in masks.awaited:
        if rule_id not in flags:
            flagged, flags[rule_id] = _with_earlier(flagged, lake, contract, "_earlier")
    write_verdicts(lake, contract, number, flagged, masks.columns(flags))


def _with_earlier(flagged: DataFrame, lake: Lake, contract: Contract, name: str) -> tuple[DataFrame, Column]:
    """Keys that silver holds from another batch, or an earlier batch of the same pass brings: the later one loses."""
    key = ["_provider", *contract.key]
    keys = flagged.where(~F.col("_is_malformed")).select(*key, F.struct(*PLACE).alias("_place"))
    within = keys.groupBy(*key).agg(F.min("_place").alias("_first"), F.max("_place").alias("_last")).where("_first < _last")
    flagged, is_within = _joined(flagged, within.select(*key, "_first"), key, f"{name}_pass")
    is_later = is_within & (F.struct(*PLACE) > F.col("_first"))
    standing = open_table(lake, silver_layer(contract), contract.table)
    if standing is None or not standing.file_uris():
        return flagged, is_later
    spark = flagged.sparkSession
    batches = [row["_batch_id"] for row in flagged.select("_batch_id").distinct().collect()]
    silver = (
        spark.read.format("delta").load(lake.spark_uri(silver_layer(contract), contract.table)).where(~F.col("_batch_id").isin(*batches))
    )
    taken = silver.select(*key).join(keys.select(*key).distinct(), key, "left_semi").distinct()
    flagged, is_taken = _joined(flagged, taken, key, f"{name}_lake")
    return flagged, is_later | is_taken


def _joined(flagged: DataFrame, hits: DataFrame, key: Sequence[str], name: str) -> tuple[DataFrame, Column]:
    """`flagged` with column `name`, true where the key is among `hits` (few, as a rule)."""
    spark = flagged.sparkSession
    few = hits.limit(BROADCAST_KEYS + 1).collect()
    if not few:
        extra = [F.lit(None).cast(field.dataType).alias(field.name) for field in hits.schema.fields if field.name not in key]
        return flagged.select("*", *extra), F.lit(False)
    marked = F.broadcast(spark.createDataFrame(few, hits.schema)) if len(few) <= BROADCAST_KEYS else hits
    renamed = marked.select(
        *[F.col(column).alias(f"{name}_{column}") if column in key else F.col(column) for column in hits.columns], F.lit(True).alias(name)
    )
    same = [F.col(column).eqNullSafe(F.col(f"{name}_{column}")) for column in key]
    joined = flagged.join(renamed, on=same, how="left").drop(*[f"{name}_{column}" for column in key])
    return joined, F.coalesce(F.col(name), F.lit(False))
