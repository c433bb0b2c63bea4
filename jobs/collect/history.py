"""A pass' batches against the last published batches of their duty: what is off holds a batch, what has no past yet is said."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jobs.catalogue.contract import Contract
from jobs.catalogue.history import HistoryRule
from jobs.catalogue.period import Cycle, Period
from jobs.collect.drops import batch_key
from jobs.collect.gate import Counts, Decision, Reason, also_held
from jobs.collect.measuring import Measures
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Desk
from jobs.collect.places import Place, batches_of_duty, place_of
from jobs.collect.work import Work
from jobs.lake.pass_record import PassBatch
from jobs.quality.history import HistoryCheck, compared

OFF = {"rows": "rows_off_history", "null_share": "null_share_off_history", "sum": "sum_off_history"}
TOO_SHORT = "history_too_short"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A batch that was published: whose it is, where it stands in time, and its measures by name."""

    provider: str
    cycle: Cycle
    place: Place
    measures: Measures

    @property
    def kind(self) -> tuple[str, Cycle]:
        """What batches of one resource must share to be compared."""
        return self.provider, self.cycle


def held_by_history(
    desk: Desk, work: Work, decisions: Mapping[str, Decision], counts: Mapping[str, Counts], measures: Mapping[str, Measures]
) -> tuple[dict[str, Decision], dict[str, tuple[HistoryCheck, ...]]]:
    """The decisions, with every batch held that is off its history, and the checks by batch id."""
    if not work.contract.history or work.record.kind == "refuse":
        return dict(decisions), {}
    checks = history_checks(work, _past_of(desk, work), decisions, counts, measures)
    reasons = {batch_id: off_reasons(found, work.contract) for batch_id, found in checks.items()}
    return {batch_id: also_held(decision, reasons.get(batch_id, ())) for batch_id, decision in decisions.items()}, checks


def history_checks(
    work: Work,
    outcomes: Sequence[BatchOutcome],
    decisions: Mapping[str, Decision],
    counts: Mapping[str, Counts],
    measures: Mapping[str, Measures],
) -> dict[str, tuple[HistoryCheck, ...]]:
    """Batch id -> its checks, for every batch of the pass that the gate decides about, by the outcomes of published batches.

    A batch's past is what was published of its duty for the same kind of period and stands before it by (period, arrival, id): batches
    of earlier passes, and those of this pass that nothing speaks against.
    """
    past: dict[tuple[str, Cycle], list[Earlier]] = defaultdict(list)
    for one in map(_earlier, outcomes):
        past[one.kind].append(one)
    checks: dict[str, tuple[HistoryCheck, ...]] = {}
    for batch in sorted(work.record.batches, key=_place):
        decision = decisions[batch.batch_id]
        if decision.state == "refused" or batch.batch_id not in counts:
            continue
        found = measures_of(counts[batch.batch_id], measures.get(batch.batch_id, {}))
        now = Earlier(batch.provider, Period.parse(batch.period).cycle, _place(batch), found)
        if _is_at_the_gate(work, batch):
            checks[batch.batch_id] = _checks(work.contract, now, past[now.kind])
        if decision.state == "published" and not any(check.is_off for check in checks.get(batch.batch_id, ())):
            past[now.kind].append(now)
    return checks


def with_checks(
    work: Work, outcome: BatchOutcome, measures: Mapping[str, Measures], checks: Mapping[str, tuple[HistoryCheck, ...]]
) -> BatchOutcome:
    """The outcome with the batch's measures, those of before where this pass took none, and how they compared."""
    before = work.before.get(outcome.batch_id)
    taken = measures.get(outcome.batch_id, before.measures if before else {})
    return outcome.model_copy(update={"measures": taken, "checks": checks.get(outcome.batch_id, ())})


def measures_of(counts: Counts | None, measures: Measures) -> dict[str, Decimal]:
    """Every measure by name; rows as read, which a resend never changes."""
    return {**measures, "rows": Decimal(counts.read if counts else 0)}


def off_reasons(checks: Sequence[HistoryCheck], contract: Contract) -> tuple[Reason, ...]:
    """Why the batch is held: one reason for each measure that is off."""
    return tuple(Reason(code=OFF[check.rule.measure], params=_params(check, contract)) for check in checks if check.is_off)


def short_reasons(checks: Sequence[HistoryCheck], contract: Contract) -> tuple[Reason, ...]:
    """What is said of each measure that was not judged yet; it holds nothing."""
    return tuple(Reason(code=TOO_SHORT, params=_params(check, contract)) for check in checks if not check.is_judged)


def _past_of(desk: Desk, work: Work) -> list[BatchOutcome]:
    """The last published batches before each batch of the pass, as many as the longest window.

    Batches of this pass are left out, whose outcomes an attempt that crashed may have written: the pass decides the same again.
    """
    own = {batch.batch_id for batch in work.record.batches}
    longest = max(rule.window for rule in work.contract.history)
    wanted: dict[str, str] = {}
    for provider in sorted({batch.provider for batch in work.record.batches}):
        known = batches_of_duty(desk, work.record.resource, provider)
        published = [one for one in known if one.state == "published" and one.batch_id not in own]
        for batch in (one for one in work.record.batches if one.provider == provider):
            cycle, place = Period.parse(batch.period).cycle, _place(batch)
            before = [one for one in published if one.cycle == cycle and one.place < place][-longest:]
            wanted |= {one.batch_id: batch_key(work.record.resource, one.batch_id, one.revision) for one in before}
    return [BatchOutcome.model_validate(value) for value in desk.control.read_many(list(wanted.values()))]


def _checks(contract: Contract, now: Earlier, past: Sequence[Earlier]) -> tuple[HistoryCheck, ...]:
    before = sorted((one for one in past if one.place < now.place), key=lambda one: one.place)
    judged = [rule for rule in contract.history if rule.name in now.measures]
    return tuple(compared(rule, now.measures[rule.name], _values(rule, before)) for rule in judged)


def _values(rule: HistoryRule, before: Sequence[Earlier]) -> list[Decimal]:
    return [one.measures[rule.name] for one in before[-rule.window :] if rule.name in one.measures]


def _is_at_the_gate(work: Work, batch: PassBatch) -> bool:
    """Not once it is published, for a resend then mends rows and decides nothing; nor where a person decides what was judged before."""
    before = work.before.get(batch.batch_id)
    is_published = before is not None and before.state == "published"
    return work.is_judged_first(batch) or (work.record.kind == "resend" and not is_published)


def _earlier(outcome: BatchOutcome) -> Earlier:
    place = place_of(outcome.period_end, outcome.received_at, outcome.batch_id)
    return Earlier(outcome.provider, Period.parse(outcome.period).cycle, place, measures_of(outcome.counts, outcome.measures))


def _place(batch: PassBatch) -> Place:
    return place_of(batch.period_end, batch.received_at, batch.batch_id)


def _params(check: HistoryCheck, contract: Contract) -> dict[str, Any]:
    """What the sentences show; sums as texts, for they may have more digits than a number of JSON's holds."""
    rule = check.rule
    field = contract.field(rule.column) if rule.column else None
    told = {name: getattr(check, name) for name in ("observed", "median", "spread", "low", "high")}
    numbers = {name: _shown(rule, value) for name, value in told.items() if value is not None}
    about = {"column": field.title, "header": field.header} if field else {}
    unit = {"unit": field.unit} if field and field.unit and rule.measure == "sum" else {}
    return {"measure": rule.measure, **about, **unit, **numbers, "earlier": check.earlier, "least": rule.least}


def _shown(rule: HistoryRule, value: Decimal) -> str | int | float:
    if rule.measure == "sum":
        return f"{value:f}"
    return int(value) if value == value.to_integral_value() else float(value)
