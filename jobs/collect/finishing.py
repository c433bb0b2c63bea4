"""Finishing a pass wherever it stands: attempts up to a bound, batches that keep it from ending split off, publication, receipts, done."""

import logging
from collections.abc import Sequence

from pyspark.sql import SparkSession

from jobs.collect.definition import read_definition
from jobs.collect.drops import batch_key
from jobs.collect.gate import Reason
from jobs.collect.outcome import BatchOutcome, write_batch_outcome, write_drop_outcome
from jobs.collect.pipeline import Pipeline
from jobs.collect.publishing import publish_pass
from jobs.collect.reporting import report_batches
from jobs.collect.run_pass import drop_outcome, judge_pass
from jobs.collect.splitting import Splits, culprits, held_back, split_off, splits_of
from jobs.collect.trials import next_step
from jobs.collect.work import LANDING, Work
from jobs.errors import BatchFailed, PassError
from jobs.lake.pass_record import Pass
from jobs.lake.passes import begin_attempt, mark_done, note_failure
from jobs.lake.silver import published_by
from jobs.lake.spark_errors import SPARK_ERRORS, spark_cause

log = logging.getLogger(__name__)


def finish_pass(pipeline: Pipeline, spark: SparkSession, record: Pass) -> list[BatchOutcome]:
    """Finish the pass wherever it stands; the batches' outcomes.

    Past the bound of attempts, or once a failure names its batch, each batch is tried by itself: those that fail are split off, the
    others go on with attempts anew. Raises: PassError past the bound where no batch is at fault; whatever stopped this attempt,
    after recording it.
    """
    while True:
        splits = splits_of(pipeline.control, record)
        bound = pipeline.settings.passes.attempts * (1 + len(splits.splits))
        try:
            attempt = begin_attempt(pipeline.control, record.resource, record.number, bound)
        except PassError:
            if not _split(pipeline, spark, record, splits):
                raise
            continue
        try:
            return _finish(pipeline, spark, _work(pipeline, record, splits))
        except BaseException as error:  # noqa: BLE001 (recorded, then raised unless its batch is split off)
            told = _told(record, error)
            note_failure(pipeline.control, record.resource, record.number, attempt, told)
            is_due = isinstance(error, BatchFailed) or (attempt == bound and isinstance(error, Exception))
            if not (is_due and _split(pipeline, spark, record, splits)):
                raise told from error.__cause__ if told is error else None


def _finish(pipeline: Pipeline, spark: SparkSession, work: Work) -> list[BatchOutcome]:
    record = work.record
    findings, decided = judge_pass(pipeline, spark, work)
    publish_pass(pipeline, spark, work, held_back(decided, work.splits, work.splits.at("publishing"), work.before), findings.layout)
    outcomes = _with_untold(_after_publishing(pipeline, spark, work, decided), work.splits)
    report_batches(pipeline, spark, work, outcomes, findings)
    for batch, outcome in zip(record.batches, outcomes, strict=True):
        write_batch_outcome(pipeline, outcome)
        if record.kind in LANDING:
            write_drop_outcome(pipeline, drop_outcome(record, batch, outcome))
    mark_done(pipeline.control, record.resource, record.number, {"states": {one.batch_id: one.state for one in outcomes}})
    log.info("pass_done resource=%s number=%d batches=%d", record.resource, record.number, len(outcomes))
    return outcomes


def _after_publishing(pipeline: Pipeline, spark: SparkSession, work: Work, decided: Sequence[BatchOutcome]) -> list[BatchOutcome]:
    """The outcomes as silver has them: a batch split off at publishing is held, unless another machine had brought it in before."""
    # Read after the commit: who published without a batch had split it off first.
    splits = splits_of(pipeline.control, work.record)
    split = splits.at("publishing")
    if not split:
        return list(decided)
    inside = published_by(spark, pipeline.lake, work.contract, work.record.number, list(split))
    return held_back(decided, splits, {name: cause for name, cause in split.items() if name not in inside}, work.before)


def _with_untold(outcomes: Sequence[BatchOutcome], splits: Splits) -> list[BatchOutcome]:
    """The outcomes, of which those whose rows cannot be told have a reason that says so; their state stays."""
    told = Reason(code="report_failed")
    untold = splits.at("reporting")
    return [one.model_copy(update={"reasons": (*one.reasons, told)}) if one.batch_id in untold else one for one in outcomes]


def _work(pipeline: Pipeline, record: Pass, splits: Splits) -> Work:
    return Work(record, read_definition(pipeline, record.definition), _outcomes_before(pipeline, record), splits)


def _outcomes_before(pipeline: Pipeline, record: Pass) -> dict[str, BatchOutcome]:
    """Each revised batch's outcome at the revision before this pass' own."""
    revised = [batch for batch in record.batches if batch.revision]
    keys = {batch.batch_id: batch_key(record.resource, batch.batch_id, batch.revision - 1) for batch in revised}
    return {batch_id: BatchOutcome.model_validate(pipeline.control.read(key)) for batch_id, key in keys.items()}


def _split(pipeline: Pipeline, spark: SparkSession, record: Pass, splits: Splits) -> bool:
    """Whether batches were found that fail the step at which the pass stands, each by itself, and split off."""
    try:
        step, batches, trial = next_step(pipeline, spark, _work(pipeline, record, splits))
    except SPARK_ERRORS:
        # What stops the search stopped the pass, whose failure is told.
        return False
    # A batch that fails although it was split off here is not helped by being split off again.
    found = culprits([batch for batch in batches if batch.batch_id not in splits.at(step)], trial)
    if found:
        split_off(pipeline.control, record, step, found)
    return bool(found)


def _told(record: Pass, error: BaseException) -> BaseException:
    """The error as it may be told: Spark's own words quote values of rows; its condition's name does not."""
    if not isinstance(error, SPARK_ERRORS):
        return error
    return PassError(
        f"{record.resource}: pass {record.number} stopped in Spark: {spark_cause(error)}. "
        f"What was finished stands. Run `haihe collect {record.resource}` again; if it stays, see docs/design.md."
    )
