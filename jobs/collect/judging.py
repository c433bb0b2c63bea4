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
    flagged, flags = masks.widened(rows), {}
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
    """`flagged` with the further columns of `hits`, and a Column that is true where the row's key is among `hits` (few, as a rule)."""
    digest = F.xxhash64(*key)
    found = hits.select("*", digest.alias(f"{name}_digest"))
    few = found.limit(BROADCAST_KEYS + 1).collect()
    extra = [field for field in hits.schema.fields if field.name not in key]
    if not few:
        return flagged.select("*", *[F.lit(None).cast(field.dataType).alias(field.name) for field in extra]), F.lit(False)
    digests = {row[f"{name}_digest"] for row in few}
    marked = F.broadcast(flagged.sparkSession.createDataFrame(few, found.schema)) if len(few) <= BROADCAST_KEYS else found
    hit = marked.select(F.col(f"{name}_digest"), F.struct(*key).alias(f"{name}_key"), *[field.name for field in extra])
    is_same = F.col(f"{name}_key").eqNullSafe(F.struct(*key))
    # One long is a quick key to join by; two hits of one digest would double a row, so then the whole key joins.
    is_quick = len(digests) == len(few) <= BROADCAST_KEYS
    joined = flagged.join(hit, digest == F.col(f"{name}_digest") if is_quick else is_same, "left")
    return joined, F.coalesce(F.col(f"{name}_digest").isNotNull() & is_same, F.lit(False))
