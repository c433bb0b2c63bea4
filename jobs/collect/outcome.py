"""Outcomes: what came of a batch at a revision, and of a drop; derived from a pass and written once."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from jobs.catalogue.frozen import Frozen
from jobs.collect.drops import batch_key, drop_outcome_key
from jobs.collect.gate import Counts, Reason
from jobs.collect.pipeline import Desk
from jobs.collect.places import place_of, standing_key
from jobs.quality.history import HistoryCheck


class BatchOutcome(Frozen):
    """A batch at a revision. `judgements` maps each part to the judgement in force for it; `counts` is None where nothing was judged.

    `awaits` says what a held batch that was split off its pass still lacks: a release of it lands, or judges, and asks the gate.
    `measures` are the null shares and sums that later batches are compared with, `checks` how this one compared at this revision.
    """

    batch_id: str
    revision: int
    resource: str
    provider: str
    period: str
    period_end: date
    state: Literal["published", "held", "refused"]
    kind: str
    number: int
    landed_by: int
    drop_id: str
    part: str
    raw_key: str
    received_at: datetime
    judgements: Mapping[str, int]
    counts: Counts | None
    rule_counts: Mapping[str, int] = {}
    measures: Mapping[str, Decimal] = {}
    checks: tuple[HistoryCheck, ...] = ()
    reasons: tuple[Reason, ...] = ()
    decided_by: str | None = None
    receipt: str
    awaits: Literal["landing", "judging"] | None = None


class DropOutcome(Frozen):
    """A drop's end: the batch that came of it, or why none did (`test_ok`: it was a test of the way in)."""

    drop_id: str
    provider: str
    bucket: str
    key: str
    etag: str
    state: Literal["batch", "refused", "already_landed", "read_again", "test_ok"]
    batch_id: str | None = None
    resource: str | None = None
    period: str | None = None
    reasons: tuple[Reason, ...] = ()
    receipt: str
    decided_at: datetime


def latest_outcome(desk: Desk, resource: str, batch_id: str) -> BatchOutcome | None:
    """The batch's outcome at its last revision; None if no pass that holds it is finished."""
    keys = desk.control.keys(f"batches/{resource}/{batch_id}/")
    return BatchOutcome.model_validate(desk.control.read(keys[-1])) if keys else None


def latest_outcomes(desk: Desk, resource: str | None = None) -> list[BatchOutcome]:
    """The last outcome of every batch, of one resource or of all, by arrival."""
    keys = desk.control.keys(f"batches/{resource}/" if resource else "batches/")
    last = {key.rsplit("/", 1)[0]: key for key in keys}
    outcomes = [BatchOutcome.model_validate(value) for value in desk.control.read_many(list(last.values()))]
    return sorted(outcomes, key=lambda outcome: (outcome.received_at, outcome.batch_id))


def write_batch_outcome(desk: Desk, outcome: BatchOutcome) -> None:
    """Write the outcome and make the batch findable by its duty and by its id alone."""
    desk.control.create(batch_key(outcome.resource, outcome.batch_id, outcome.revision), outcome.model_dump(mode="json"))
    place = place_of(outcome.period_end, outcome.received_at, outcome.batch_id)
    desk.control.create(standing_key(outcome.resource, outcome.provider, outcome.period, place, outcome.revision, outcome.state), {})
    if outcome.revision == 0:
        entry: dict[str, Any] = {"resource": outcome.resource, "provider": outcome.provider, "period": outcome.period}
        desk.control.create(f"batch-ids/{outcome.batch_id}.json", entry)


def write_drop_outcome(desk: Desk, outcome: DropOutcome) -> None:
    """Write the outcome; from then on the drop is pending no more."""
    desk.control.create(drop_outcome_key(outcome.provider, outcome.drop_id), outcome.model_dump(mode="json"))
