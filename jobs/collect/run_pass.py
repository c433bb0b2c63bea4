"""What a pass comes to: land, judge, count, decide. Every step finds out by itself whether it was done before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs.collect.batch_results import write_results
from jobs.collect.batch_rules import judged_batches
from jobs.collect.findings import Findings
from jobs.collect.gate import Counts, Decision, Reason, State, decide
from jobs.collect.history import held_by_history, with_checks
from jobs.collect.judging import Judged, Judgement, judge_batches, masks_of, settled_judgement
from jobs.collect.measuring import measure_pass
from jobs.collect.outcome import BatchOutcome, DropOutcome, latest_outcomes
from jobs.collect.pipeline import Desk
from jobs.collect.revising import accepted_in_force, newest_revisions, resend_refusals, revised_counts
from jobs.collect.splitting import splits_of
from jobs.collect.work import Work, judgements_after
from jobs.lake.bronze import commit_bronze
from jobs.lake.control import settle
from jobs.lake.landing import check_raw, land
from jobs.lake.pass_record import Landed, LandedBatch, Pass, PassBatch
from jobs.lake.passes import pass_key
from jobs.lake.typed import typed_view
from jobs.lake.verdicts import MaskGroup, bronze_rows, check_complete, is_judged, mask_groups, verdicts_of
from jobs.quality.by_gx import NO_RULES
from jobs.quality.verdict import BatchCounts, batch_counts, condemning_rules

MEGABYTE = 1 << 20
BY_PERSON: dict[str, tuple[State, str]] = {"release": ("published", "released_by_person"), "refuse": ("refused", "refused_by_person")}


def judge_pass(desk: Desk, spark: SparkSession, work: Work) -> tuple[Findings, list[BatchOutcome]]:
    """Land, judge and decide: what was found, and the outcome that each batch is to have. Nothing is published."""
    landed = _land(desk, spark, work)
    judgement, groups = _judge(desk, spark, work, landed)
    if any(batch.batch_id not in judgement.batches for batch in work.record.batches):
        # Another machine may have split it off meanwhile; its reason stands by now.
        work = replace(work, splits=splits_of(desk.control, work.record))
    findings = _found(desk, spark, work, landed, judgement, groups)
    counts = findings.counts
    counted = [batch for batch in work.record.batches if batch.batch_id in counts]
    measures = measure_pass(desk, spark, work, counted, judgement.layout)
    in_force = {batch.batch_id: _counts_in_force(work, batch, counts) for batch in counted}
    decisions, checks = held_by_history(desk, work, _decide(desk, work, findings), in_force, measures)
    write_results(desk, work.record, findings, checks)
    outcomes = [_outcome(work, batch, findings, decisions[batch.batch_id]) for batch in work.record.batches]
    return findings, [with_checks(work, outcome, measures, checks) for outcome in outcomes]


def _found(desk: Desk, spark: SparkSession, work: Work, landed: Landed, judgement: Judgement, groups: list[MaskGroup] | None) -> Findings:
    counts = _count(desk, spark, work, landed, judgement, groups)
    judged = [batch for batch in landed_batches(work.record, landed) if batch.batch_id in judgement.batches]
    by_gx = judged_batches(desk, spark, work, judged, judgement.layout)
    return Findings(layout=judgement.layout, counts=counts, landed=landed, by_gx=by_gx)


def landed_files(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch]) -> Landed:
    """Write these batches' rows as files of bronze, uncommitted. Raises: BatchFailed; what landing meets in a batch."""
    check_raw(desk.lake, batches)
    refused = resend_refusals(desk, spark, work.contract, batches, work.before) if work.record.kind == "resend" else {}
    wanted = [batch for batch in batches if batch.batch_id not in refused]
    landed = land(spark, desk.lake, work.contract, work.record.number, wanted, large_bytes=desk.settings.passes.large_object_mb * MEGABYTE)
    none = {name: LandedBatch(rows=0, malformed=0, refusal=refusal) for name, refusal in refused.items()}
    return landed.model_copy(update={"batches": {**landed.batches, **none}})


def rows_to_judge(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch]) -> Judged:
    """The typed rows of these batches that the pass judges: all of them, but of a resend its own.

    A row that was sent again is judged still, and its key counts no more: on a release the newest rows count, on a resend its own rows
    and those accepted before.
    """
    facts, names, size = [batch.facts() for batch in batches], tuple(batch.batch_id for batch in batches), sum(one.size for one in batches)
    rows = bronze_rows(spark, desk.lake, work.contract, names)
    if work.record.kind == "collect":
        judged = typed_view(rows, work.contract, facts)
        origin = (names[0], batches[0].landed_part) if len(batches) == 1 else None
        return Judged(judged, judged, names, size, is_fresh=True, origin=origin)
    if work.record.kind == "release":
        newest = typed_view(newest_revisions(rows), work.contract, facts)
        return Judged(typed_view(rows, work.contract, facts), newest, names, size, is_fresh=False)
    own = rows.where(F.concat_ws("/", "_batch_id", "_part").isin(*[f"{batch.batch_id}/{batch.landed_part}" for batch in batches]))
    judgements = {batch.batch_id: work.before[batch.batch_id].judgements for batch in batches}
    peers = typed_view(accepted_in_force(desk, spark, work.contract, judgements), work.contract, facts)
    judged = typed_view(own, work.contract, facts)
    return Judged(judged, judged.unionByName(peers), names, size, is_fresh=False)


def landed_batches(record: Pass, landed: Landed) -> list[PassBatch]:
    """The batches that have rows in bronze, now or from before."""
    rows = landed.rows_by_batch()
    return [batch for batch in record.batches if batch.batch_id in rows]


def _land(desk: Desk, spark: SparkSession, work: Work) -> Landed:
    record = work.record
    if not work.lands:
        return Landed(batches={name: LandedBatch(rows=_rows_landed(desk, one), malformed=0) for name, one in work.before.items()})
    key = pass_key(record.resource, record.number, ".landed")
    standing = desk.control.find(key)
    if standing is None:
        split = work.splits.at("landing")
        landed = landed_files(desk, spark, work, [batch for batch in work.lands if batch.batch_id not in split])
        standing = settle(desk.control, key, landed.model_dump(mode="json"))
    landed = Landed.model_validate(standing)
    commit_bronze(desk.lake, work.contract, record.number, [dict(file) for file in landed.files])
    return landed


def _rows_landed(desk: Desk, outcome: BatchOutcome) -> int:
    if outcome.counts:
        return outcome.counts.read + outcome.counts.replaced
    if outcome.awaits != "judging":
        return 0
    landed = Landed.model_validate(desk.control.read(pass_key(outcome.resource, outcome.landed_by, ".landed")))
    return landed.batches[outcome.batch_id].rows


def _judge(desk: Desk, spark: SparkSession, work: Work, landed: Landed) -> tuple[Judgement, list[MaskGroup] | None]:
    """The judgement, and how many rows have which masks; None where the verdicts stood already."""
    record, groups = work.record, None
    if not is_judged(desk.lake, work.contract, record.number):
        masks = masks_of(desk, spark, work)
        split = work.splits.at("judging")
        batches = [batch for batch in landed_batches(record, landed) if batch.batch_id not in split]
        if batches and record.kind != "refuse":
            groups = judge_batches(desk, work, rows_to_judge(desk, spark, work, batches), masks)
    return settled_judgement(desk, work, landed_batches(record, landed)), groups


def _count(
    desk: Desk, spark: SparkSession, work: Work, landed: Landed, judgement: Judgement, groups: list[MaskGroup] | None
) -> dict[str, BatchCounts]:
    record, layout = work.record, judgement.layout
    rows = {name: count for name, count in landed.rows_by_batch().items() if name in judgement.batches}
    if not rows or record.kind == "refuse":
        return {}
    verdicts = verdicts_of(spark, desk.lake, work.contract, record.number, list(rows))
    counts = batch_counts(mask_groups(verdicts, len(layout.masks)) if groups is None else groups, layout)
    check_complete(work.contract, record.number, rows, {batch: count.rows for batch, count in counts.items()})
    if any(one.counts and one.counts.replaced for one in work.before.values()) and record.kind == "release":
        counts = batch_counts(mask_groups(newest_revisions(verdicts), len(layout.masks)), layout)
    return counts


def _decide(desk: Desk, work: Work, findings: Findings) -> dict[str, Decision]:
    record = work.record
    is_told_once = work.contract.load == "append" and all(work.is_judged_first(batch) for batch in record.batches)
    taken = _contents_taken(desk, work) if is_told_once else {}
    decisions: dict[str, Decision] = {}
    for batch in record.batches:
        first = taken.get((batch.provider, batch.period))
        decision = _decision(work, batch, findings, second_content_of=first)
        if is_told_once and decision.state != "refused":
            taken.setdefault((batch.provider, batch.period), batch.batch_id)
        decisions[batch.batch_id] = decision
    return decisions


def _decision(work: Work, batch: PassBatch, findings: Findings, *, second_content_of: str | None) -> Decision:
    record, own, counts = work.record, findings.landed.batches.get(batch.batch_id), findings.counts
    if own and own.refusal:
        return Decision(state="refused", reasons=(Reason(code=own.refusal["code"], params=own.refusal["params"]),))
    if batch.batch_id not in counts and record.kind != "refuse":
        return Decision(state="held", reasons=(work.splits.reason(batch.batch_id),))
    if record.kind in BY_PERSON and not (record.kind == "release" and work.is_judged_first(batch)):
        state, code = BY_PERSON[record.kind]
        return Decision(state=state, reasons=(Reason(code=code, params={"note": record.reason}),))
    condemning = condemning_rules(counts[batch.batch_id], findings.layout)
    if condemning:
        return Decision(state="refused", reasons=(Reason(code="forbidden_content", params=_forbidden(work, condemning[0])),))
    before = work.before.get(batch.batch_id)
    if before and before.state == "published":
        return Decision(state="published")
    decision = decide(
        _counts_in_force(work, batch, counts),
        batch.duty,
        rule_errors={fault.rule.rule_id: fault.cause for fault in findings.faults_of(batch.batch_id)},
        failed_rules=_failed_rules(findings, batch),
        second_content_of=second_content_of,
    )
    if record.kind == "release" and decision.state == "published":
        return Decision(state="published", reasons=(Reason(code="released_by_person", params={"note": record.reason}),))
    return decision


def _failed_rules(findings: Findings, batch: PassBatch) -> dict[str, Any]:
    """Critical rules about the whole batch that it does not meet, with what was observed."""
    judged = findings.by_gx.get(batch.batch_id, NO_RULES)
    critical = {rule.rule_id for rule in findings.layout.by_gx if rule.severity == "critical"}
    return {rule_id: judged.observed(rule_id) for rule_id in judged.failed() if rule_id in critical}


def _forbidden(work: Work, rule_id: str) -> dict[str, Any]:
    """What the receipt says of the entry of the negative list behind a rule."""
    rule = next(rule for rule in work.definition.rules if rule.rule_id == rule_id)
    columns = [work.contract.field(name).header for name in rule.columns]
    return {"columns": columns, "negative_id": rule.params.get("negative_id"), "basis": rule.params.get("basis")}


def _contents_taken(desk: Desk, work: Work) -> dict[tuple[str, str], str]:
    """(provider, period) -> the batch that brought its content first, among batches of earlier passes that were not refused."""
    own = {batch.batch_id for batch in work.record.batches}
    before = [one for one in latest_outcomes(desk, work.record.resource) if one.landed_by < work.record.number]
    earlier = [one for one in before if one.state != "refused" and one.batch_id not in own]
    return {(one.provider, one.period): one.batch_id for one in reversed(earlier)}


def _counts_in_force(work: Work, batch: PassBatch, counts: Mapping[str, BatchCounts]) -> Counts:
    now, before = counts[batch.batch_id], work.before.get(batch.batch_id)
    replaced = before.counts.replaced if before and before.counts else 0
    fresh = Counts(
        read=now.rows, accepted=now.accepted, quarantined=now.quarantined, warned=now.warned, malformed=now.malformed, replaced=replaced
    )
    return revised_counts(before.counts, fresh) if work.record.kind == "resend" and before and before.counts else fresh


def _outcome(work: Work, batch: PassBatch, findings: Findings, decision: Decision) -> BatchOutcome:
    record, before, landed, counts = work.record, work.before.get(batch.batch_id), findings.landed, findings.counts
    own, has_landed = counts.get(batch.batch_id), batch.batch_id in landed.rows_by_batch()
    # A resend that is refused or split off, a release that is split off: the batch stays as it was.
    leaves = before is not None and own is None and (record.kind == "resend" or decision.state == "held")
    if before and (leaves or record.kind == "refuse"):
        kept: dict[str, Any] = {"counts": before.counts, "judgements": before.judgements, "rule_counts": before.rule_counts}
    else:
        kept = {
            "counts": _counts_in_force(work, batch, counts) if own else None,
            "judgements": judgements_after(work, batch) if own else {},
            "rule_counts": dict(own.failing) if own else {},
        }
    lands_now = has_landed and record.kind != "resend" and any(one.batch_id == batch.batch_id for one in work.lands)
    return BatchOutcome(
        batch_id=batch.batch_id,
        revision=batch.revision,
        resource=record.resource,
        provider=batch.provider,
        period=batch.period,
        period_end=batch.period_end,
        state=before.state if before and leaves else decision.state,
        kind=record.kind,
        number=record.number,
        landed_by=before.landed_by if before and not lands_now else record.number,
        drop_id=batch.drop_id,
        part=batch.part,
        raw_key=batch.raw_key,
        received_at=batch.received_at,
        reasons=(*decision.reasons, *(_cut_reasons(batch) if record.kind == "collect" else ())),
        decided_by=record.by,
        receipt=f"{record.resource}/{batch.period}/{batch.batch_id}/{batch.revision}",
        awaits=_awaits(work, batch, decision, has_landed=has_landed, is_judged=own is not None),
        **kept,
    )


def _awaits(work: Work, batch: PassBatch, decision: Decision, *, has_landed: bool, is_judged: bool) -> Literal["landing", "judging"] | None:
    """What a batch that was split off still lacks; None once it is judged or refused."""
    before = work.before.get(batch.batch_id)
    if before and work.record.kind == "resend" and not is_judged:
        return before.awaits
    if is_judged or decision.state == "refused":
        return None
    if before and (before.awaits != "landing" or not work.lands):
        return before.awaits
    return "judging" if has_landed else "landing"


def _cut_reasons(batch: PassBatch) -> tuple[Reason, ...]:
    """What the receipt says of columns that were cut, whatever came of the rows."""
    if not batch.cut:
        return ()
    ids, bases = ({getattr(column, name) for column in batch.cut} for name in ("negative_id", "basis"))
    params = {"columns": [column.header for column in batch.cut], "negative_id": ", ".join(sorted(ids)), "basis": "；".join(sorted(bases))}
    return (Reason(code="columns_cut", params=params),)


def drop_outcome(record: Pass, batch: PassBatch, outcome: BatchOutcome) -> DropOutcome:
    """What came of the drop that the batch is."""
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
