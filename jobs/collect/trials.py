"""Trying one batch of a pass by itself at the step at which the pass stands, without a commit."""

from collections.abc import Callable, Sequence
from functools import partial

from pyspark.sql import DataFrame, SparkSession

from jobs.collect.findings import Findings
from jobs.collect.judging import flagged_rows, masks_of
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Pipeline
from jobs.collect.publishing import accepted_rows, bringing_rows
from jobs.collect.reporting import pages, rendered
from jobs.collect.revising import judgement_key
from jobs.collect.run_pass import judge_pass, landed_batches, landed_files, rows_to_judge
from jobs.collect.splitting import Step, held_back
from jobs.collect.work import Work
from jobs.lake.pass_record import Landed, PassBatch
from jobs.lake.passes import pass_key
from jobs.lake.silver import is_published, written_rows
from jobs.lake.verdicts import is_judged

Trial = Callable[[PassBatch], object]


def next_step(pipeline: Pipeline, spark: SparkSession, work: Work) -> tuple[Step, Sequence[PassBatch], Trial]:
    """The first step that is not done, the batches that it is about, and how one of them is tried at it without a commit."""
    record, control = work.record, pipeline.control
    landed = control.find(pass_key(record.resource, record.number, ".landed")) if work.lands else None
    if work.lands and landed is None:
        return "landing", work.lands, lambda batch: landed_files(pipeline, spark, work, [batch])
    if control.find(judgement_key(record.resource, record.number)) is None:
        batches = landed_batches(record, Landed.model_validate(landed)) if landed else record.batches
        return "judging", batches, partial(_try_judging, pipeline, spark, work)
    findings, decided = judge_pass(pipeline, spark, work)
    outcomes = held_back(decided, work.splits, work.splits.at("publishing"), work.before)
    bringing = bringing_rows(work, outcomes)
    if bringing and not is_published(pipeline.lake, work.contract, record.number):
        return "publishing", bringing, partial(_try_publishing, pipeline, spark, work, findings)
    return "reporting", record.batches, partial(_try_reporting, pipeline, spark, work, findings, outcomes)


def _try_judging(pipeline: Pipeline, spark: SparkSession, work: Work, batch: PassBatch) -> None:
    if is_judged(pipeline.lake, work.contract, work.record.number):
        return
    judged = rows_to_judge(pipeline, spark, work, [batch])
    flagged, masks = flagged_rows(pipeline.lake, work.contract, judged, masks_of(pipeline, spark, work))
    _compute(flagged.select(*[mask.alias(f"_mask_{index}") for index, mask in enumerate(masks)]))


def _try_publishing(pipeline: Pipeline, spark: SparkSession, work: Work, findings: Findings, batch: PassBatch) -> None:
    accepted = accepted_rows(pipeline, spark, work, [batch], findings.layout)
    rows, identifiers = written_rows(work.contract, work.record.number, accepted, pipeline.token_key, work.definition.redacted)
    for frame in (rows, identifiers):
        if frame is not None:
            _compute(frame)


def _try_reporting(
    pipeline: Pipeline, spark: SparkSession, work: Work, findings: Findings, outcomes: Sequence[BatchOutcome], batch: PassBatch
) -> None:
    for _, _, page in pages(pipeline, spark, work, [one for one in outcomes if one.batch_id == batch.batch_id], findings):
        rendered(page)


def _compute(frame: DataFrame) -> None:
    """Compute every row of the frame and keep none."""
    frame.write.format("noop").mode("overwrite").save()
