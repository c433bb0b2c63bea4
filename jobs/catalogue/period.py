"""A reporting period: a day, an ISO week, a month, a quarter or a year."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from jobs.errors import CatalogueError

Cycle = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
FORMS = "2021-03-05 (day), 2021-W09 (ISO week), 2021-03 (month), 2021Q1 (quarter), 2021 (year)"


@dataclass(frozen=True)
class Period:
    """A period as written in a drop's key, with its first and last day."""

    text: str
    cycle: Cycle
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period that `text` writes, in exactly one of the five forms. Standard: ISO 8601 weeks.

        Raises: CatalogueError for another form, and for a day, week, month, quarter or year that does not exist.
        """
        for cycle, pattern, bounds in _FORMS:
            match = re.fullmatch(pattern, text)
            if match:
                try:
                    start, end = bounds(*map(int, match.groups()))
                except (ValueError, OverflowError) as error:
                    raise CatalogueError(f"period {text!r} does not exist ({error}). Forms: {FORMS}.") from error
                return cls(text, cycle, start, end)
        raise CatalogueError(f"period {text!r} has none of the known forms. Forms: {FORMS}.")

    def __str__(self) -> str:
        """The text it was parsed from."""
        return self.text


@lru_cache(maxsize=4096)
def period_of(cycle: Cycle, day: date) -> Period:
    """The period of that cycle that holds the day. Standard: ISO 8601 weeks."""
    year, week, _ = day.isocalendar()
    texts: dict[Cycle, str] = {
        "daily": day.isoformat(),
        "weekly": f"{year}-W{week:02d}",
        "monthly": f"{day:%Y-%m}",
        "quarterly": f"{day.year}Q{(day.month + 2) // 3}",
        "yearly": f"{day.year}",
    }
    return Period.parse(texts[cycle])


def _day(year: int, month: int, day: int) -> tuple[date, date]:
    return date(year, month, day), date(year, month, day)


def _week(year: int, week: int) -> tuple[date, date]:
    return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    start = date(year, first, 1)
    last = first + count - 1
    return start, date(year, last, calendar.monthrange(year, last)[1])


def _month(year: int, month: int) -> tuple[date, date]:
    return _months(year, month, 1)


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    if not 1 <= quarter <= 4:
        raise ValueError(f"a year has no quarter {quarter}")
    return _months(year, 3 * quarter - 2, 3)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


_FORMS: tuple[tuple[Cycle, str, Callable[..., tuple[date, date]]], ...] = (
    ("daily", r"([0-9]{4})-([0-9]{2})-([0-9]{2})", _day),
    ("weekly", r"([0-9]{4})-W([0-9]{2})", _week),
    ("monthly", r"([0-9]{4})-([0-9]{2})", _month),
    ("quarterly", r"([0-9]{4})Q([0-9])", _quarter),
    ("yearly", r"([0-9]{4})", _year),
)
