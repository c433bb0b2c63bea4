"""What people are told of: a duty's period that is overdue, a batch that is held, a batch or drop that was refused."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from jobs.catalogue.frozen import Frozen
from jobs.collect.board_rows import batches_of, reason_codes, refused_drops
from jobs.collect.boarding import addresses
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.standing import OVERDUE, SHOWN_DAYS, Standing, overdue_key
from jobs.reports.board_model import Cell

What = Literal["overdue", "held", "refused"]


class Event(Frozen):
    """One event. `at` is the cut-off that passed, or when the file was received or refused, in UTC.

    `event_id` is unique among those of its kind; `receipt` is the receipt's address on the store, None for what never came.
    """

    what: What
    event_id: str
    provider: str
    provider_name: str
    resource: str | None
    title: str | None
    period: str | None
    at: datetime
    reasons: tuple[str, ...] = ()
    receipt: str | None = None
    contact: str | None = None
    emails: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where the marks of those who were told stand in control."""
        return f"notices/{self.what}/{self.event_id}/"


def events_of(pipeline: Pipeline, standing: Standing) -> list[Event]:
    """What people are to know now, told or not: overdue, held, and what was refused in the days that the board shows."""
    first_day = standing.today - timedelta(days=SHOWN_DAYS)
    rows = [row for row in batches_of(standing.ledger, first_day, []) if row["state"] in ("held", "refused")]
    batches = [_row_event(pipeline, row["state"], row, f"{row['batch_id']}-{row['revision']}", row["received_at"]) for row in rows]
    drops = [_row_event(pipeline, "refused", row, row["drop_id"], row["decided_at"]) for row in refused_drops(standing.ledger, first_day)]
    return [*_overdue_events(pipeline, standing), *batches, *drops]


def overdue_folder(pipeline: Pipeline, cell: Cell, standing: Standing) -> str:
    """Where the marks of those who were told of an overdue period stand."""
    return f"notices/{overdue_key(pipeline, cell, standing.today).removesuffix('.json')}/"


def _overdue_events(pipeline: Pipeline, standing: Standing) -> Iterator[Event]:
    for cell in standing.overdue:
        if cell.due_at is None:
            continue
        event_id = overdue_key(pipeline, cell, standing.today).removeprefix(OVERDUE).removesuffix(".json")
        row = cell.model_dump(include={"provider", "resource", "period", "receipt"})
        yield _event(pipeline, "overdue", row, event_id, cell.due_at.astimezone(UTC), cell.reasons)


def _row_event(pipeline: Pipeline, what: What, row: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    return _event(pipeline, what, row, event_id, at.replace(tzinfo=UTC), reason_codes(row))


def _event(pipeline: Pipeline, what: What, row: Mapping[str, Any], event_id: str, at: datetime, reasons: tuple[str, ...]) -> Event:
    provider, resource = row["provider"], row["resource"]
    known, contract = pipeline.catalogue.providers.get(provider), pipeline.catalogue.contracts.get(resource or "")
    duty = pipeline.catalogue.duty(provider, resource, city_date(at)) if resource else None
    bucket = pipeline.bucket(f"receipts-{provider}")
    return Event(
        what=what,
        event_id=event_id,
        provider=provider,
        provider_name=known.name if known else provider,
        resource=resource,
        title=contract.title if contract else resource,
        period=row["period"],
        at=at,
        reasons=reasons,
        receipt=f"s3://{bucket}/{row['receipt']}/receipt.html" if row["receipt"] else None,
        contact=f"{duty.office} {duty.contact_name} {duty.contact_phone}" if duty else None,
        emails=tuple(addresses(pipeline, provider, resource)),
    )
