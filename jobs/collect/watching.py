"""How every duty stands, period by period: came, late, held, refused, never; and what is overdue. Pure: rows in, cells out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.due import CUTOFF_ZONE, Expected, city_calendar, expected_periods
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.period import Period
from jobs.catalogue.working_calendar import WorkingCalendar
from jobs.collect.board_rows import reason_codes
from jobs.errors import CatalogueError
from jobs.reports.board_model import Cell, State
from jobs.settings import WatchSettings

Key = tuple[str, str, str]
# Of several batches of one period the one that decides comes first.
BATCH_STATES = ("held", "published", "refused")


class Arrivals(Frozen):
    """What came, as rows of the ledger by (provider, resource, period); `pending` lies in a landing bucket and was not looked at yet."""

    batches: tuple[Mapping[str, Any], ...] = ()
    refused: tuple[Mapping[str, Any], ...] = ()
    pending: frozenset[Key] = frozenset()


def watched_since(
    watch: WatchSettings, providers: Iterable[str], first_supplied: Mapping[str, date], onboarded: Mapping[str, date]
) -> dict[str, date]:
    """Provider -> the day from which its periods are expected: `watch.since` for every provider of the roster.

    If that is not set, the day on which it was onboarded or first supplied; one that did neither is not watched.
    """
    if watch.since:
        return dict.fromkeys(providers, watch.since)
    days = [*onboarded.items(), *first_supplied.items()]
    return {name: min(day for known, day in days if known == name) for name in {name for name, _ in days}}


def owed(catalogue: Catalogue, watch: WatchSettings, since: Mapping[str, date], now: datetime) -> list[Expected]:
    """The periods that are expected as of `now`, by duty, newest first."""
    today = now.astimezone(CUTOFF_ZONE).date()
    return expected_periods(catalogue.responsibility, since, today, city_calendar(today, watch.extra_days), watch.periods)


def cells_of(
    expected: Iterable[Expected], arrivals: Arrivals, now: datetime, calendar: WorkingCalendar
) -> dict[tuple[str, str], list[Cell]]:
    """(provider, resource) -> its cells, newest first: every expected period, and every other one of which something came."""
    batches, refused = _by_key(arrivals.batches), _by_key(arrivals.refused)
    due = {(one.duty.provider_id, one.duty.resource, one.period.text): one for one in expected}
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for key in {*due, *batches, *refused, *arrivals.pending}:
        period = due[key].period if key in due else _period(key[2])
        if period is not None:
            cell = _cell(key, period, due.get(key), batches[key], refused[key], key in arrivals.pending, now)
            cells[key[:2]].append(_counted(cell, now, calendar))
    return {pair: sorted(found, key=lambda cell: (cell.period_end, cell.period), reverse=True) for pair, found in sorted(cells.items())}


def _by_key(rows: Iterable[Mapping[str, Any]]) -> defaultdict[Key, list[Mapping[str, Any]]]:
    found: defaultdict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["resource"] and row["period"]:
            found[row["provider"], row["resource"], row["period"]].append(row)
    return found


def _period(text: str) -> Period | None:
    """None for what a refused drop called its period and is none."""
    try:
        return Period.parse(text)
    except CatalogueError:
        return None


def _cell(
    key: Key,
    period: Period,
    expected: Expected | None,
    batches: Sequence[Mapping[str, Any]],
    refused: Sequence[Mapping[str, Any]],
    is_pending: bool,
    now: datetime,
) -> Cell:
    due_at = expected.due_at if expected else None
    cell = Cell(provider=key[0], resource=key[1], period=period.text, period_end=period.end, state="awaited", due_at=due_at)
    standing = [row for row in batches if row["state"] != "refused"]
    if standing:
        return _standing_cell(cell, standing)
    if is_pending:
        return cell.model_copy(update={"state": "pending"})
    if batches or refused:
        return _refused_cell(cell, [*batches, *refused])
    state: State = "never" if due_at is not None and now > due_at else "awaited"
    return cell.model_copy(update={"state": state})


def _standing_cell(cell: Cell, rows: Sequence[Mapping[str, Any]]) -> Cell:
    """The newest held batch, else the newest published one; late if the first of them came after the cut-off."""
    shown = min(reversed(rows), key=lambda row: BATCH_STATES.index(row["state"]))
    first = min(_utc(row["received_at"]) for row in rows)
    is_late = cell.due_at is not None and first > cell.due_at
    state: State = "held" if shown["state"] == "held" else "late" if is_late else "came"
    return cell.model_copy(
        update={
            **{name: shown[name] for name in ("batch_id", "rows_read", "rows_accepted", "receipt")},
            "state": state,
            "received_at": first,
            "reasons": reason_codes(shown),
            "page": f"{shown['resource']}/{shown['batch_id']}/{shown['revision']:04d}",
        }
    )


def _refused_cell(cell: Cell, rows: Sequence[Mapping[str, Any]]) -> Cell:
    last = rows[-1]
    is_batch = "batch_id" in last and "drop_id" not in last
    page = f"{last['resource']}/{last['batch_id']}/{last['revision']:04d}" if is_batch else f"_headers/{last['drop_id']}"
    update = {"received_at": _utc(last["received_at" if is_batch else "decided_at"]), "reasons": reason_codes(last)}
    return cell.model_copy(update={**update, "state": "refused", "receipt": last["receipt"], "page": page})


def _counted(cell: Cell, now: datetime, calendar: WorkingCalendar) -> Cell:
    """The cell with the working days since its cut-off, if that has passed and no batch stands or is on its way."""
    if cell.due_at is None or now <= cell.due_at or cell.state not in ("never", "refused"):
        return cell
    days = calendar.working_days_between(cell.due_at.date(), now.astimezone(CUTOFF_ZONE).date())
    return cell.model_copy(update={"days_overdue": days})


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
