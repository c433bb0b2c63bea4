"""Which rows a pass brings to silver, and bringing them there."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Pipeline
from jobs.collect.revising import accepted_in_force
from jobs.collect.work import Work, judgements_after
from jobs.lake.pass_record import PassBatch
from jobs.lake.silver import is_published, publish, publish_nothing
from jobs.lake.typed import typed_view
from jobs.lake.verdicts import ROW_ID, bronze_rows, verdicts_of
from jobs.quality.layout import Layout
from jobs.quality.verdict import critical_predicate


def publish_pass(pipeline: Pipeline, spark: SparkSession, work: Work, outcomes: Sequence[BatchOutcome], layout: Layout) -> None:
    """Publish the accepted rows of the batches that the pass publishes, once."""
    record, contract = work.record, work.contract
    batches = bringing_rows(work, outcomes)
    is_settled = not batches and not work.splits.at("publishing")
    if is_settled or is_published(pipeline.lake, contract, record.number):
        return
    if not batches:
        publish_nothing(spark, pipeline.lake, contract, record.number)
        return
    publish(
        pipeline.lake,
        contract,
        record.number,
        accepted_rows(pipeline, spark, work, batches, layout),
        pipeline.token_key,
        redacted=work.definition.redacted,
        is_one_batch=len(batches) == 1,
    )


def bringing_rows(work: Work, outcomes: Sequence[BatchOutcome]) -> list[PassBatch]:
    """The batches that bring rows to silver in this pass."""
    return [batch for batch, outcome in zip(work.record.batches, outcomes, strict=True) if _brings_rows(work, outcome)]


def accepted_rows(pipeline: Pipeline, spark: SparkSession, work: Work, batches: Sequence[PassBatch], layout: Layout) -> DataFrame:
    """The rows of these batches that the pass publishes, typed."""
    rows = _rows_to_publish(pipeline, spark, work, batches, layout)
    return typed_view(rows, work.contract, [batch.facts() for batch in batches])


def _brings_rows(work: Work, outcome: BatchOutcome) -> bool:
    """Whether this pass publishes rows of the batch; a refused resend leaves a published batch as it is."""
    return outcome.state == "published" and (work.record.kind != "resend" or work.record.number in outcome.judgements.values())


def _rows_to_publish(pipeline: Pipeline, spark: SparkSession, work: Work, batches: Sequence[PassBatch], layout: Layout) -> DataFrame:
    """Bronze rows that silver takes in this pass; of a batch that was published before, its resend's own rows."""
    record, names = work.record, [batch.batch_id for batch in batches]
    if record.kind == "collect":
        verdicts = verdicts_of(spark, pipeline.lake, work.contract, record.number, names)
        # A batch has one part: of one batch the number of the line says which row it is.
        row_id = ROW_ID if len(batches) > 1 else ROW_ID[-1:]
        return _without_quarantined(bronze_rows(spark, pipeline.lake, work.contract, names), verdicts, layout, row_id)
    judgements = {batch.batch_id: judgements_after(work, batch) for batch in batches}
    for name in names:
        if work.before[name].state == "published":
            judgements[name] = {part: number for part, number in judgements[name].items() if number == record.number}
    return accepted_in_force(pipeline, spark, work.contract, judgements)


def _without_quarantined(rows: DataFrame, verdicts: DataFrame, layout: Layout, row_id: Sequence[str]) -> DataFrame:
    """The rows without those that a critical rule quarantines: an anti-join with those few, not a join of millions with millions."""
    quarantined = verdicts.where(critical_predicate(layout)).select(*row_id)
    return rows.join(quarantined, list(row_id), "left_anti")
