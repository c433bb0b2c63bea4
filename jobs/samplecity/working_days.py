"""Working days by the State Council's holidays; Monday to Friday in years that `chinesecalendar` does not know."""

from datetime import date, timedelta
from functools import cache

import chinese_calendar


@cache
def known_years() -> frozenset[int]:
    """The years whose holidays are known."""
    return frozenset(day.year for day in chinese_calendar.constants.holidays)


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`."""
    return chinese_calendar.is_workday(day) if day.year in known_years() else day.weekday() < 5


def last_late_date(received: date, allowed: int) -> date:
    """The latest date since which more than `allowed` working days have passed on `received` (the date itself not counted)."""
    passed, day = 0, received
    while True:
        passed += is_working_day(day)
        day -= timedelta(days=1)
        if passed > allowed:
            return day
