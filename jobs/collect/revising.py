"""Revisions of a batch: which rows are in force after resends, and what a resend may replace.

A part `<part>#<revision>` holds rows that replace those of the same number in `<part>` and its earlier revisions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.collect.gate import Counts
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Desk
from jobs.lake.landing import read_batch, reading_of
from jobs.lake.pass_record import PassBatch
from jobs.lake.verdicts import ROW_ID, bronze_rows, verdicts_of
from jobs.quality.layout import Layout
from jobs.quality.verdict import critical_predicate

NAMED_ROWS = 20


def judgement_key(resource: str, number: int) -> str:
    """Key of a judgement in control."""
    return f"judgements/{resource}/{number:08d}.json"


def read_layout(desk: Desk, resource: str, number: int) -> Layout:
    """What the bits of judgement `number` mean."""
    return Layout.model_validate(desk.control.read(judgement_key(resource, number))["layout"])


def newest_revisions(rows: DataFrame) -> DataFrame:
    """Of all rows that stand for one row of the drop, the newest; ROW_ID among the columns."""
    base, revision = F.substring_index("_part", "#", 1), F.coalesce(F.try_element_at(F.split("_part", "#"), F.lit(2)).cast("int"), F.lit(0))
    window = Window.partitionBy("_batch_id", base, "_row").orderBy(revision.desc())
    return rows.withColumn("_age", F.row_number().over(window)).where("_age = 1").drop("_age")


def verdicts_in_force(desk: Desk, spark: SparkSession, contract: Contract, judgements: Mapping[str, Mapping[str, int]]) -> DataFrame:
    """(_batch_id, _part, _row, _is_critical) of the newest revision of every row. `judgements`: batch -> part -> judgement in force."""
    frames = [
        verdicts_of(spark, desk.lake, contract, number, list(parts))
        .where(is_part_of(parts))
        .select(*ROW_ID, critical_predicate(read_layout(desk, contract.resource, number)).alias("_is_critical"))
        for number, parts in by_judgement(judgements).items()
    ]
    return newest_revisions(reduce(DataFrame.unionByName, frames))


def accepted_in_force(desk: Desk, spark: SparkSession, contract: Contract, judgements: Mapping[str, Mapping[str, int]]) -> DataFrame:
    """Bronze rows of the batches that are in force and not quarantined."""
    good = verdicts_in_force(desk, spark, contract, judgements).where("NOT _is_critical").drop("_is_critical")
    return bronze_rows(spark, desk.lake, contract, list(judgements)).join(good, list(ROW_ID), "left_semi")


def revised_counts(before: Counts, fresh: Counts) -> Counts:
    """Counts in force after a resend: each of its rows stands for one that was quarantined."""
    return Counts(
        read=before.read,
        accepted=before.accepted + fresh.accepted,
        quarantined=before.quarantined - fresh.accepted,
        warned=before.warned + fresh.warned,
        malformed=before.malformed,
        replaced=before.replaced + fresh.read,
    )


def resend_refusals(
    desk: Desk, spark: SparkSession, contract: Contract, batches: Sequence[PassBatch], before: Mapping[str, BatchOutcome]
) -> dict[str, dict[str, Any]]:
    """Resends that name a row twice, or one that is not quarantined, by batch; none of their rows is landed."""
    refusals: dict[str, dict[str, Any]] = {}
    for batch in batches:
        numbers = Counter(row for table in read_batch(reading_of(desk.lake, contract, batch)) for row in table["_row"].to_pylist())
        # A resend may name at most as many rows as are quarantined, which the receipt bounds; a batch never judged has none.
        judgements = before[batch.batch_id].judgements
        quarantined = (
            _quarantined_among(desk, spark, contract, batch.batch_id, judgements, list(numbers)) if numbers and judgements else set()
        )
        wrong = sorted(row for row, count in numbers.items() if count > 1 or row not in quarantined)
        if wrong:
            refusals[batch.batch_id] = {"code": "resend_row_not_quarantined", "params": {"rows": wrong[:NAMED_ROWS]}}
    return refusals


def _quarantined_among(
    desk: Desk, spark: SparkSession, contract: Contract, batch_id: str, judgements: Mapping[str, int], numbers: Sequence[int]
) -> set[int]:
    standing = verdicts_in_force(desk, spark, contract, {batch_id: judgements}).where("_is_critical")
    return {row["_row"] for row in standing.where(F.col("_row").isin(*numbers)).select("_row").collect()}


def by_judgement(judgements: Mapping[str, Mapping[str, int]]) -> dict[int, dict[str, list[str]]]:
    """Judgement -> batch -> parts judged by it."""
    inverted: dict[int, dict[str, list[str]]] = {}
    for batch, parts in judgements.items():
        for part, number in parts.items():
            inverted.setdefault(number, {}).setdefault(batch, []).append(part)
    return inverted


def is_part_of(parts: Mapping[str, Sequence[str]]) -> Column:
    """Whether a row is of one of these parts of its batch."""
    each = [(F.col("_batch_id") == batch) & F.col("_part").isin(*names) for batch, names in parts.items()]
    return reduce(Column.__or__, each)
