"""The State Council's working days: Monday to Friday, less public holidays, plus the weekend days worked in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

from jobs.errors import CatalogueError

# The years of which the package knows the State Council's notice (国务院办公厅关于节假日安排的通知).
FIRST_KNOWN_YEAR = min(holidays).year
LAST_KNOWN_YEAR = max(holidays).year
NO_EXTRA: Mapping[date, bool] = {}


@dataclass(frozen=True)
class WorkingCalendar:
    """`cumulative[i]` is the number of working days from `first` up to and including the day `i` days later."""

    first: date
    cumulative: tuple[int, ...]

    @property
    def last(self) -> date:
        """The last day that the calendar knows."""
        return self.first + timedelta(days=len(self.cumulative) - 1)

    def working_days_between(self, earlier: date, later: date) -> int:
        """Number of working days after `earlier` up to and including `later`; negative where `later` comes first.

        Raises: CatalogueError, if either lies outside the calendar.
        """
        return self._count(later) - self._count(earlier)

    def working_days_after(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`; `start` itself for 0.

        Raises: CatalogueError, if it or `start` lies outside the calendar; ValueError, if `days` is negative.
        """
        if days < 0:
            raise ValueError(f"days is {days}; a working day before the start is not asked for here")
        goal = self._count(start) + days
        found = start
        while self._count(found) < goal:
            found += timedelta(days=1)
        return found

    def _count(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise CatalogueError(f"working calendar: {day} lies outside {self.first} to {self.last}. {REMEDY}")
        return self.cumulative[(day - self.first).days]


REMEDY = "Nothing was counted. Take a newer chinesecalendar when the State Council has published the year, or give its days as `extra`."


@lru_cache(maxsize=8)
def _known(first_year: int, last_year: int) -> WorkingCalendar:
    return _calendar(first_year, last_year, NO_EXTRA)


def working_calendar(
    first_year: int = FIRST_KNOWN_YEAR, last_year: int = LAST_KNOWN_YEAR, extra: Mapping[date, bool] = NO_EXTRA
) -> WorkingCalendar:
    """The calendar from 1 January of the first year to 31 December of the last.

    `extra` says of single days whether they are worked. It wins over the package, and a year that the package does not know is
    Monday to Friday but for its days in `extra`.

    Raises: CatalogueError, if a year is known neither to the package nor to `extra`.
    """
    return _calendar(first_year, last_year, extra) if extra else _known(first_year, last_year)


def _calendar(first_year: int, last_year: int, extra: Mapping[date, bool]) -> WorkingCalendar:
    told = {day.year for day in extra}
    unknown = [year for year in range(first_year, last_year + 1) if not FIRST_KNOWN_YEAR <= year <= LAST_KNOWN_YEAR and year not in told]
    if unknown or last_year < first_year:
        raise CatalogueError(
            f"working calendar: asked for {first_year} to {last_year}, known are {FIRST_KNOWN_YEAR} to {LAST_KNOWN_YEAR}, "
            f"unknown {unknown}. {REMEDY}"
        )
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    days = (first + timedelta(days=index) for index in range((last - first).days + 1))
    return WorkingCalendar(first, tuple(accumulate(int(_is_worked(day, extra)) for day in days)))


def _is_worked(day: date, extra: Mapping[date, bool]) -> bool:
    if day in extra:
        return extra[day]
    if FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR:
        return bool(is_workday(day))
    return day.weekday() < 5
