"""How the city stands at a moment: every duty's periods and each provider's onboarding, from ledger, control and landing buckets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from jobs.catalogue.due import city_calendar
from jobs.collect.board_rows import batches_of, first_days, ledger_rows, refused_drops
from jobs.collect.drops import pending_drops
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.watching import Arrivals, Key, cells_of, owed, watched_since
from jobs.reports.board_model import Cell, Onboarding

SHOWN_DAYS = 90
ONBOARDING, OVERDUE = "onboarding/", "overdue/"
OFFBOARDED = "offboarded"


@dataclass(frozen=True)
class Standing:
    """As of `now`: cells by (provider, resource), newest first; the ledger's rows for sums."""

    now: datetime
    cells: Mapping[tuple[str, str], list[Cell]]
    onboarding: Mapping[str, Onboarding]
    ledger: duckdb.DuckDBPyConnection

    @property
    def today(self) -> date:
        """The day in the city."""
        return city_date(self.now)

    @property
    def overdue(self) -> list[Cell]:
        """Periods past their cut-off without a batch, the longest first."""
        late = [cell for cells in self.cells.values() for cell in cells if cell.days_overdue is not None]
        return sorted(late, key=lambda cell: (-(cell.days_overdue or 0), cell.due_at, cell.provider, cell.resource))

    @property
    def held(self) -> list[Cell]:
        """Periods with a batch that waits for a person, the longest first."""
        held = [cell for cells in self.cells.values() for cell in cells if cell.state == "held"]
        return sorted(held, key=lambda cell: (cell.received_at, cell.provider, cell.resource))


def standing_at(pipeline: Pipeline, now: datetime) -> Standing:
    """The city's standing as of `now`; the ledger must be flushed before. Nothing is written."""
    today, watch = city_date(now), pipeline.settings.watch
    ledger, onboarding = ledger_rows(pipeline.lake), onboarding_states(pipeline)
    onboarded = {provider: city_date(datetime.fromisoformat(one.at)) for provider, one in onboarding.items()}
    since = watched_since(watch, pipeline.catalogue.providers, first_days(ledger), onboarded)
    left = {provider for provider, one in onboarding.items() if one.state == OFFBOARDED}
    expected = owed(pipeline.catalogue, watch, {name: day for name, day in since.items() if name not in left}, now)
    first_day = today - timedelta(days=SHOWN_DAYS)
    arrivals = Arrivals(
        batches=tuple(batches_of(ledger, first_day, [(one.duty.provider_id, one.duty.resource, one.period.text) for one in expected])),
        refused=tuple(refused_drops(ledger, first_day)),
        pending=_pending(pipeline),
    )
    return Standing(now, cells_of(expected, arrivals, now, city_calendar(today, watch.extra_days)), onboarding, ledger)


def onboarding_states(pipeline: Pipeline) -> dict[str, Onboarding]:
    """Provider -> the last step of its onboarding; without one that never began."""
    last = {key.split("/")[1]: key for key in pipeline.control.keys(ONBOARDING)}
    records = pipeline.control.read_many(list(last.values()))
    return {name: Onboarding(**{key: record[key] for key in ("state", "at", "by")}) for name, record in zip(last, records, strict=True)}


def note_overdue(pipeline: Pipeline, standing: Standing) -> int:
    """Write down every overdue period that was not yet, once; how many were new. The record stays when the batch comes after all."""
    known = set(pipeline.control.keys(OVERDUE))
    new = [cell for cell in standing.overdue if overdue_key(pipeline, cell, standing.today) not in known]
    return sum(pipeline.control.create(overdue_key(pipeline, cell, standing.today), _record(cell)) for cell in new)


def overdue_key(pipeline: Pipeline, cell: Cell, today: date) -> str:
    """`overdue/<duty>/<period>.json`; the duty as the list names it for that period."""
    duty = pipeline.catalogue.duty(cell.provider, cell.resource, min(cell.period_end, today))
    return f"{OVERDUE}{duty.duty_id if duty else f'{cell.provider}.{cell.resource}'}/{cell.period}.json"


def _record(cell: Cell) -> dict[str, str]:
    due_at = cell.due_at.isoformat() if cell.due_at else ""
    return {"provider": cell.provider, "resource": cell.resource, "period": cell.period, "due_at": due_at}


def _pending(pipeline: Pipeline) -> frozenset[Key]:
    keys = ((drop.provider, drop.key) for drop in pending_drops(pipeline))
    return frozenset((name, key.resource, key.period.text) for name, key in keys if key and key.resource and key.period)
