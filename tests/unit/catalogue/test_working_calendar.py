"""The State Council's working days against dates it has published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalogue.working_calendar import FIRST_KNOWN_YEAR, LAST_KNOWN_YEAR, WorkingCalendar, working_calendar
from jobs.errors import CatalogueError

PUBLISHED = [
    (date(2021, 9, 24), date(2021, 10, 9)),
    (date(2020, 1, 20), date(2020, 2, 6)),
    (date(2021, 2, 8), date(2021, 2, 23)),
    (date(2021, 4, 30), date(2021, 5, 13)),
]
DAYS_OF_2021 = st.dates(date(2021, 1, 1), date(2021, 12, 31))


@pytest.mark.parametrize(("decided", "due"), PUBLISHED)
def test_seven_working_days_end_where_the_published_calendar_says(decided: date, due: date) -> None:
    calendar = working_calendar(2020, 2021)
    assert calendar.working_days_after(decided, 7) == due
    assert calendar.working_days_between(decided, due) == 7


def test_a_year_has_as_many_working_days_as_the_state_council_left_it() -> None:
    # 2021: 261 weekdays, 18 of them off for seven holidays, 7 weekend days worked.
    assert working_calendar(2021, 2021).cumulative[-1] == 250


def test_the_first_day_counts_itself() -> None:
    assert working_calendar(2019, 2019).cumulative[:3] == (0, 1, 2)
    assert WorkingCalendar(date(2021, 3, 5), (1, 1, 1, 2)).last == date(2021, 3, 8)


def test_all_known_years_are_given_when_none_is_asked_for() -> None:
    calendar = working_calendar()
    assert (calendar.first, calendar.last) == (date(FIRST_KNOWN_YEAR, 1, 1), date(LAST_KNOWN_YEAR, 12, 31))
    assert FIRST_KNOWN_YEAR <= 2004
    assert LAST_KNOWN_YEAR >= 2026


def test_a_year_that_nobody_has_published_is_refused_with_what_is_known() -> None:
    with pytest.raises(CatalogueError, match=rf"known are {FIRST_KNOWN_YEAR} to {LAST_KNOWN_YEAR}, unknown \[2099\]"):
        working_calendar(2099, 2099)
    with pytest.raises(CatalogueError, match="2021 to 2020"):
        working_calendar(2021, 2020)


def test_a_year_told_by_hand_is_weekdays_but_for_its_days() -> None:
    # In 2099, 1 January is a Thursday; Friday is given off and worked on Saturday.
    calendar = working_calendar(2099, 2099, {date(2099, 1, 1): False, date(2099, 1, 2): False, date(2099, 1, 3): True})
    assert calendar.cumulative[:5] == (0, 0, 1, 1, 2)


def test_a_day_told_by_hand_wins_over_the_package() -> None:
    storm = date(2021, 7, 12)
    plain, told = working_calendar(2021, 2021), working_calendar(2021, 2021, {storm: False})
    assert plain.working_days_between(date(2021, 7, 9), storm) == 1
    assert told.working_days_between(date(2021, 7, 9), storm) == 0


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2022, 1, 1)])
def test_a_day_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(CatalogueError, match="lies outside 2021-01-01 to 2021-12-31"):
        working_calendar(2021, 2021).working_days_between(date(2021, 6, 1), day)


def test_a_due_day_behind_the_calendar_is_refused_and_one_before_its_start_makes_no_sense() -> None:
    with pytest.raises(CatalogueError, match="2022-01-01 lies outside"):
        working_calendar(2021, 2021).working_days_after(date(2021, 12, 31), 1)
    with pytest.raises(ValueError, match="-1"):
        working_calendar(2021, 2021).working_days_after(date(2021, 12, 31), -1)


@given(DAYS_OF_2021, DAYS_OF_2021, DAYS_OF_2021)
def test_counts_add_up_over_a_day_between(first: date, second: date, third: date) -> None:
    calendar = working_calendar(2021, 2021)
    parts = calendar.working_days_between(first, second) + calendar.working_days_between(second, third)
    assert parts == calendar.working_days_between(first, third)


@given(st.dates(date(2021, 1, 1), date(2021, 11, 30)), st.integers(1, 15))
def test_the_due_day_is_worked_and_no_earlier_day_reaches_it(start: date, days: int) -> None:
    calendar = working_calendar(2021, 2021)
    due = calendar.working_days_after(start, days)
    assert calendar.working_days_between(start, due) == days
    assert calendar.working_days_between(start, due - timedelta(days=1)) == days - 1
