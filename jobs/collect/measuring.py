"""What a pass measures of its batches for the history rules: one Spark job, settled in control, none where rows are only counted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.collect.pipeline import Desk
from jobs.collect.revising import verdicts_in_force
from jobs.collect.work import Work, judgements_after
from jobs.lake.control import settle
from jobs.lake.pass_record import PassBatch
from jobs.lake.passes import pass_key
from jobs.lake.typed import typed_view
from jobs.lake.verdicts import ROW_ID, bronze_rows, verdicts_of
from jobs.quality.layout import Layout
from jobs.quality.measures import QUARANTINED, aggregated, collected, column_rules
from jobs.quality.verdict import critical_predicate

Measures = Mapping[str, Decimal]


def measure_pass(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch], layout: Layout) -> dict[str, Measures]:
    """Batch id -> null shares and sums of the rows in force once this pass is done; empty where the contract measures none."""
    rules = column_rules(work.contract)
    if not rules or not batches or work.record.kind == "refuse":
        return {}
    key = pass_key(work.record.resource, work.record.number, ".measured")
    standing = desk.control.find(key)
    if standing is None:
        found = collected(aggregated(_rows_in_force(desk, spark, work, batches, layout), work.contract, rules), rules)
        standing = settle(desk.control, key, {batch: {name: str(value) for name, value in own.items()} for batch, own in found.items()})
    return {batch: {name: Decimal(value) for name, value in own.items()} for batch, own in standing.items()}


def _is_fresh(work: Work) -> bool:
    """Whether every landed row of the batches is judged by this pass and replaced by no resend."""
    return work.record.kind == "collect"


def _rows_in_force(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch], layout: Layout) -> DataFrame:
    """The typed view with `_is_quarantined`. Of fresh batches only the few quarantined rows are joined, and only where sums ask."""
    names = [batch.batch_id for batch in batches]
    rows = typed_view(bronze_rows(spark, desk.lake, work.contract, names), work.contract, [batch.facts() for batch in batches])
    if not _is_fresh(work):
        judgements = {batch.batch_id: judgements_after(work, batch) for batch in batches}
        standing = verdicts_in_force(desk, spark, work.contract, judgements)
        return rows.join(standing.withColumnRenamed("_is_critical", QUARANTINED), list(ROW_ID))
    if all(rule.measure != "sum" for rule in work.contract.history):
        return rows.withColumn(QUARANTINED, F.lit(False))
    verdicts = verdicts_of(spark, desk.lake, work.contract, work.record.number, names)
    few = verdicts.where(critical_predicate(layout)).select(*ROW_ID, F.lit(True).alias("_is_critical"))
    return rows.join(few, list(ROW_ID), "left").withColumn(QUARANTINED, F.coalesce("_is_critical", F.lit(False)))
