"""Working days as Columns against the published calendar of the State Council."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

from jobs.catalogue.working_calendar import working_calendar
from jobs.standards.working_days import working_days_between

Answers = Callable[..., list[Any]]


def test_published_holidays_and_make_up_days_are_counted(answers: Answers) -> None:
    calendar = working_calendar(2020, 2021)
    cases = {
        (date(2021, 9, 24), date(2021, 10, 9)): 7,
        (date(2020, 1, 20), date(2020, 2, 6)): 7,
        (date(2021, 2, 8), date(2021, 2, 23)): 7,
        (date(2021, 4, 30), date(2021, 5, 13)): 7,
        (date(2021, 3, 5), date(2021, 3, 5)): 0,
        (date(2021, 3, 5), date(2021, 3, 7)): 0,
        (date(2021, 3, 8), date(2021, 3, 5)): -1,
    }
    told = answers(lambda earlier, later: working_days_between(earlier, later, calendar), list(cases), "date,date")
    assert dict(zip(cases, told, strict=True)) == cases


def test_outside_the_calendar_and_without_a_date_nothing_is_counted(answers: Answers) -> None:
    calendar = working_calendar(2021, 2021)
    inside, before, after = date(2021, 6, 1), date(2020, 12, 31), date(2022, 1, 1)
    pairs = [(before, inside), (inside, after), (None, inside), (inside, None), (before, after)]
    assert answers(lambda earlier, later: working_days_between(earlier, later, calendar), pairs, "date,date") == [None] * 5


def test_columns_and_the_plain_calendar_agree_over_every_known_year(answers: Answers) -> None:
    calendar = working_calendar()
    days = [date.fromordinal(calendar.first.toordinal() + step) for step in range(0, len(calendar.cumulative), 37)]
    pairs = list(pairwise(days))
    told = answers(lambda earlier, later: working_days_between(earlier, later, calendar), pairs, "date,date")
    assert told == [calendar.working_days_between(earlier, later) for earlier, later in pairs]
