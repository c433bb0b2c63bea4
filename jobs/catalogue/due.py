"""What is owed and until when: the periods that each duty must supply, with the moment of their cut-off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jobs.catalogue.lists import Duty, ListVersions
from jobs.catalogue.period import Period, period_of
from jobs.catalogue.working_calendar import FIRST_KNOWN_YEAR, LAST_KNOWN_YEAR, WorkingCalendar, working_calendar

CUTOFF_ZONE = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
ByVersion = list[tuple[date, dict[tuple[str, str], Duty]]]


@dataclass(frozen=True, slots=True)
class Expected:
    """One period of one duty; on time is what came by `due_at`."""

    duty: Duty
    period: Period
    due_at: datetime


def city_calendar(today: date, extra: Mapping[date, bool]) -> WorkingCalendar:
    """The working calendar to the end of next year.

    A year of which the State Council's notice is not known is Monday to Friday but for New Year's Day and the days in `extra`.
    """
    last = max(LAST_KNOWN_YEAR, today.year + 1)
    unknown = {date(year, 1, 1): False for year in range(LAST_KNOWN_YEAR + 1, last + 1)}
    return working_calendar(FIRST_KNOWN_YEAR, last, {**unknown, **extra})


def due_at(duty: Duty, period_end: date, calendar: WorkingCalendar) -> datetime:
    """The cut-off: at the duty's hour, so many working days after the period's last day; with a lag of 0 on the very next day.

    Raises: CatalogueError, if it lies outside the calendar.
    """
    lag = duty.lag_working_days
    # A period is over only when its last day is, so no cut-off falls on that day.
    day = calendar.working_days_after(period_end, lag) if lag else period_end + ONE_DAY
    return datetime.combine(day, time.fromisoformat(duty.cutoff_time), CUTOFF_ZONE)


def expected_periods(
    duties: ListVersions[Duty], since: Mapping[str, date], today: date, calendar: WorkingCalendar, most: int
) -> list[Expected]:
    """The last `most` periods of every signed duty, newest first, the one that runs today included; by provider and resource.

    A period is expected by the list version in force on its last day, if it did not end before `since` of its provider; a provider
    that is not in `since` is not watched.
    """
    by_version: ByVersion = [(version, {(duty.provider_id, duty.resource): duty for duty in rows}) for version, rows in duties.versions]
    pairs = sorted({pair for _, rows in by_version for pair in rows if pair[0] in since})
    return [
        Expected(duty, period, due_at(duty, period.end, calendar))
        for pair in pairs
        for duty, period in _owed(by_version, pair, since[pair[0]], today, most)
    ]


def _owed(by_version: ByVersion, pair: tuple[str, str], since: date, today: date, most: int) -> Iterator[tuple[Duty, Period]]:
    day, given = today, 0
    while day >= since and given < most:
        running = _duty_on(by_version, pair, day)
        period = period_of(running.cycle if running else "daily", day)
        duty = _duty_on(by_version, pair, period.end)
        if duty and duty.cycle == period.cycle and _is_owed(duty, period):
            yield duty, period
            given += 1
        day = period.start - ONE_DAY


def _duty_on(by_version: ByVersion, pair: tuple[str, str], day: date) -> Duty | None:
    started = [rows for version, rows in by_version if version <= day] or [by_version[0][1]]
    return started[-1].get(pair)


def _is_owed(duty: Duty, period: Period) -> bool:
    return duty.status == "signed" and duty.valid_from <= period.end and (duty.valid_to is None or period.end <= duty.valid_to)
