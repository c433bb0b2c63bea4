"""Finishing a pass: land, judge, gate, publish, outcomes, receipts, done. Every step finds out by itself whether it was done before."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.collect.definition import read_definition
from jobs.collect.drops import batch_key
from jobs.collect.gate import Counts, Decision, Reason, State, decide
from jobs.collect.judging import judge_rows
from jobs.collect.outcome import BatchOutcome, DropOutcome, latest_outcomes, write_batch_outcome, write_drop_outcome
from jobs.collect.pipeline import Desk, Pipeline
from jobs.collect.publishing import publish_pass
from jobs.collect.reporting import Findings, report_batches
from jobs.collect.results import batch_result, store_result
from jobs.collect.revising import accepted_in_force, judgement_key, newest_revisions, read_layout, resend_refusals, revised_counts
from jobs.collect.work import LANDING, Work, judgements_after
from jobs.errors import PassError
from jobs.lake.bronze import commit_bronze
from jobs.lake.control import settle
from jobs.lake.landing import land
from jobs.lake.pass_record import Landed, LandedBatch, Pass, PassBatch
from jobs.lake.passes import begin_attempt, mark_done, note_failure, pass_key
from jobs.lake.typed import empty_typed_view, typed_view
from jobs.lake.verdicts import bronze_rows, check_complete, is_judged, mask_groups, verdicts_of
from jobs.quality.layout import Layout
from jobs.quality.masks import compile_masks
from jobs.quality.result import validation_results
from jobs.quality.verdict import BatchCounts, batch_counts, condemning_rules

log = logging.getLogger(__name__)
MEGABYTE = 1 << 20
BY_PERSON: dict[str, tuple[State, str]] = {"release": ("published", "released_by_person"), "refuse": ("refused", "refused_by_person")}


def finish_pass(pipeline: Pipeline, spark: SparkSession, record: Pass) -> list[BatchOutcome]:
    """Finish the pass wherever it stands; the batches' outcomes.

    Raises: PassError past the bound of attempts; whatever stopped this attempt, after recording it.
    """
    attempt = begin_attempt(pipeline.control, record.resource, record.number, pipeline.settings.passes.attempts)
    try:
        return _finish(pipeline, spark, record)
    except PySparkException as error:
        # Spark's own words quote values of rows; its condition's name does not.
        told = PassError(
            f"{record.resource}: pass {record.number} stopped in Spark: {error.getCondition() or type(error).__name__}. "
            f"What was finished stands. Run `haihe collect {record.resource}` again; if it stays, see docs/design.md."
        )
        note_failure(pipeline.control, record.resource, record.number, attempt, told)
        raise told from None
    except BaseException as error:
        note_failure(pipeline.control, record.resource, record.number, attempt, error)
        raise


def judge_pass(desk: Desk, spark: SparkSession, work: Work) -> tuple[Findings, list[BatchOutcome]]:
    """Land, judge and decide: what was found, and the outcome that each batch is to have. Nothing is published."""
    landed = _land(desk, spark, work)
    layout = _judge(desk, spark, work, landed)
    counts = _count(desk, spark, work, landed, layout)
    decisions = _decide(desk, work, landed, counts, layout)
    outcomes = [_outcome(work, batch, landed, counts, decisions[batch.batch_id]) for batch in work.record.batches]
    return Findings(layout=layout, counts=counts, landed=landed), outcomes


def _finish(pipeline: Pipeline, spark: SparkSession, record: Pass) -> list[BatchOutcome]:
    work = Work(record, read_definition(pipeline, record.definition), _outcomes_before(pipeline, record))
    findings, outcomes = judge_pass(pipeline, spark, work)
    publish_pass(pipeline, spark, work, outcomes, findings.layout)
    report_batches(pipeline, spark, record, work.definition, outcomes, findings)
    for batch, outcome in zip(record.batches, outcomes, strict=True):
        write_batch_outcome(pipeline, outcome)
        if record.kind in LANDING:
            write_drop_outcome(pipeline, _drop_outcome(record, batch, outcome))
    mark_done(pipeline.control, record.resource, record.number, {"states": {one.batch_id: one.state for one in outcomes}})
    log.info("pass_done resource=%s number=%d batches=%d", record.resource, record.number, len(outcomes))
    return outcomes


def _outcomes_before(pipeline: Pipeline, record: Pass) -> dict[str, BatchOutcome]:
    """Each revised batch's outcome at the revision before this pass' own."""
    revised = [batch for batch in record.batches if batch.revision]
    keys = {batch.batch_id: batch_key(record.resource, batch.batch_id, batch.revision - 1) for batch in revised}
    return {batch_id: BatchOutcome.model_validate(pipeline.control.read(key)) for batch_id, key in keys.items()}


def _land(desk: Desk, spark: SparkSession, work: Work) -> Landed:
    record = work.record
    if record.kind not in LANDING:
        return Landed(batches={name: LandedBatch(rows=_rows_landed(one), malformed=0) for name, one in work.before.items()})
    key = pass_key(record.resource, record.number, ".landed")
    standing = desk.control.find(key)
    if standing is None:
        refused = resend_refusals(desk, spark, work.contract, record.batches, work.before) if record.kind == "resend" else {}
        wanted = [batch for batch in record.batches if batch.batch_id not in refused]
        landed = land(spark, desk.lake, work.contract, record.number, wanted, large_bytes=desk.settings.passes.large_object_mb * MEGABYTE)
        batches = {**landed.batches, **{name: LandedBatch(rows=0, malformed=0, refusal=refusal) for name, refusal in refused.items()}}
        standing = settle(desk.control, key, landed.model_copy(update={"batches": batches}).model_dump(mode="json"))
    landed = Landed.model_validate(standing)
    commit_bronze(desk.lake, work.contract, record.number, [dict(file) for file in landed.files])
    return landed


def _rows_landed(outcome: BatchOutcome) -> int:
    return outcome.counts.read + outcome.counts.replaced if outcome.counts else 0


def _judge(desk: Desk, spark: SparkSession, work: Work, landed: Landed) -> Layout:
    record, contract = work.record, work.contract
    if not is_judged(desk.lake, contract, record.number):
        facts = [batch.facts() for batch in record.batches]
        masks = compile_masks(empty_typed_view(spark, contract, facts), work.definition.rules)
        judgement = {"layout": masks.layout.model_dump(mode="json"), "definition": record.definition, "lists": dict(record.lists)}
        desk.control.create(judgement_key(record.resource, record.number), judgement)
        batches = _landed_batches(record, landed)
        if batches and record.kind != "refuse":
            judged = typed_view(_rows_to_judge(desk, spark, work, batches), contract, [batch.facts() for batch in batches])
            judge_rows(desk.lake, contract, record.number, judged, masks, peers=_peers(desk, spark, work, batches))
    return read_layout(desk, record.resource, record.number)


def _landed_batches(record: Pass, landed: Landed) -> list[PassBatch]:
    return [batch for batch in record.batches if landed.batches[batch.batch_id].refusal is None]


def _rows_to_judge(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch]) -> DataFrame:
    """Bronze rows that this pass judges: every part of its batches, or of a resend's its own parts."""
    rows = bronze_rows(spark, desk.lake, work.contract, [batch.batch_id for batch in batches])
    if work.record.kind != "resend":
        return rows
    return rows.where(F.concat_ws("/", "_batch_id", "_part").isin(*[f"{batch.batch_id}/{batch.landed_part}" for batch in batches]))


def _peers(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch]) -> DataFrame | None:
    """Accepted rows that a resend's keys are held against."""
    if work.record.kind != "resend":
        return None
    judgements = {batch.batch_id: work.before[batch.batch_id].judgements for batch in batches}
    return typed_view(accepted_in_force(desk, spark, work.contract, judgements), work.contract, [batch.facts() for batch in batches])


def _count(desk: Desk, spark: SparkSession, work: Work, landed: Landed, layout: Layout) -> dict[str, BatchCounts]:
    record, rows = work.record, landed.rows_by_batch()
    if not rows or record.kind == "refuse":
        return {}
    verdicts = verdicts_of(spark, desk.lake, work.contract, record.number, list(rows))
    counts = batch_counts(mask_groups(verdicts, len(layout.masks)), layout)
    check_complete(work.contract, record.number, rows, {batch: count.rows for batch, count in counts.items()})
    if any(one.counts and one.counts.replaced for one in work.before.values()) and record.kind == "release":
        counts = batch_counts(mask_groups(newest_revisions(verdicts), len(layout.masks)), layout)
    batches = _landed_batches(record, landed)
    judged = ((counts[batch.batch_id], _result_meta(record, batch)) for batch in batches)
    for batch, result in zip(batches, validation_results(layout, judged), strict=True):
        store_result(desk.control, batch_result(record.resource, batch.batch_id, batch.revision), result)
    return counts


def _result_meta(record: Pass, batch: PassBatch) -> dict[str, Any]:
    return {
        "suite_name": record.resource,
        "batch_id": batch.batch_id,
        "provider": batch.provider,
        "period": batch.period,
        "pass": record.number,
    }


def _decide(desk: Desk, work: Work, landed: Landed, counts: Mapping[str, BatchCounts], layout: Layout) -> dict[str, Decision]:
    record = work.record
    is_told_once = work.contract.load == "append" and record.kind == "collect"
    taken = _contents_taken(desk, work) if is_told_once else {}
    decisions: dict[str, Decision] = {}
    for batch in record.batches:
        first = taken.get((batch.provider, batch.period))
        decision = _decision(work, batch, landed, counts, layout, second_content_of=first)
        if is_told_once and decision.state != "refused":
            taken.setdefault((batch.provider, batch.period), batch.batch_id)
        decisions[batch.batch_id] = decision
    return decisions


def _decision(
    work: Work, batch: PassBatch, landed: Landed, counts: Mapping[str, BatchCounts], layout: Layout, *, second_content_of: str | None
) -> Decision:
    record, refusal = work.record, landed.batches[batch.batch_id].refusal
    if refusal:
        return Decision(state="refused", reasons=(Reason(code=refusal["code"], params=refusal["params"]),))
    if record.kind in BY_PERSON:
        state, code = BY_PERSON[record.kind]
        return Decision(state=state, reasons=(Reason(code=code, params={"note": record.reason}),))
    condemning = condemning_rules(counts[batch.batch_id], layout)
    if condemning:
        return Decision(state="refused", reasons=(Reason(code="forbidden_content", params=_forbidden(work, condemning[0])),))
    before = work.before.get(batch.batch_id)
    if before and before.state == "published":
        return Decision(state="published")
    errors = tuple(fault.rule.rule_id for fault in layout.errors)
    return decide(_counts_in_force(work, batch, counts), batch.duty, rule_errors=errors, second_content_of=second_content_of)


def _forbidden(work: Work, rule_id: str) -> dict[str, Any]:
    """What the receipt says of the entry of the negative list behind a rule."""
    rule = next(rule for rule in work.definition.rules if rule.rule_id == rule_id)
    columns = [work.contract.field(name).header for name in rule.columns]
    return {"columns": columns, "negative_id": rule.params.get("negative_id"), "basis": rule.params.get("basis")}


def _contents_taken(desk: Desk, work: Work) -> dict[tuple[str, str], str]:
    """(provider, period) -> the batch that brought its content first, among batches of earlier passes that were not refused."""
    earlier = [one for one in latest_outcomes(desk, work.record.resource) if one.landed_by < work.record.number and one.state != "refused"]
    return {(one.provider, one.period): one.batch_id for one in reversed(earlier)}


def _counts_in_force(work: Work, batch: PassBatch, counts: Mapping[str, BatchCounts]) -> Counts:
    now, before = counts[batch.batch_id], work.before.get(batch.batch_id)
    replaced = before.counts.replaced if before and before.counts else 0
    fresh = Counts(
        read=now.rows, accepted=now.accepted, quarantined=now.quarantined, warned=now.warned, malformed=now.malformed, replaced=replaced
    )
    return revised_counts(before.counts, fresh) if work.record.kind == "resend" and before and before.counts else fresh


def _outcome(work: Work, batch: PassBatch, landed: Landed, counts: Mapping[str, BatchCounts], decision: Decision) -> BatchOutcome:
    record, before = work.record, work.before.get(batch.batch_id)
    has_landed = landed.batches[batch.batch_id].refusal is None
    is_refused_resend = record.kind == "resend" and not has_landed
    if before and (is_refused_resend or record.kind == "refuse"):
        kept: dict[str, Any] = {"counts": before.counts, "judgements": before.judgements, "rule_counts": before.rule_counts}
    else:
        own = counts.get(batch.batch_id)
        kept = {
            "counts": _counts_in_force(work, batch, counts) if own else None,
            "judgements": judgements_after(work, batch) if has_landed else {},
            "rule_counts": dict(own.failing) if own else {},
        }
    return BatchOutcome(
        batch_id=batch.batch_id,
        revision=batch.revision,
        resource=record.resource,
        provider=batch.provider,
        period=batch.period,
        period_end=batch.period_end,
        state=before.state if before and is_refused_resend else decision.state,
        kind=record.kind,
        number=record.number,
        landed_by=before.landed_by if before else record.number,
        drop_id=batch.drop_id,
        part=batch.part,
        raw_key=batch.raw_key,
        received_at=batch.received_at,
        reasons=(*decision.reasons, *(_cut_reasons(batch) if record.kind == "collect" else ())),
        decided_by=record.by,
        receipt=f"{record.resource}/{batch.period}/{batch.batch_id}/{batch.revision}",
        **kept,
    )


def _cut_reasons(batch: PassBatch) -> tuple[Reason, ...]:
    """What the receipt says of columns that were cut, whatever came of the rows."""
    if not batch.cut:
        return ()
    ids, bases = ({getattr(column, name) for column in batch.cut} for name in ("negative_id", "basis"))
    params = {"columns": [column.header for column in batch.cut], "negative_id": ", ".join(sorted(ids)), "basis": "；".join(sorted(bases))}
    return (Reason(code="columns_cut", params=params),)


def _drop_outcome(record: Pass, batch: PassBatch, outcome: BatchOutcome) -> DropOutcome:
    return DropOutcome(
        drop_id=batch.drop_id,
        provider=batch.provider,
        bucket=batch.bucket,
        key=batch.key,
        etag=batch.etag,
        state="batch",
        batch_id=batch.batch_id,
        resource=record.resource,
        period=batch.period,
        reasons=outcome.reasons,
        receipt=outcome.receipt,
        decided_at=record.created_at,
    )
