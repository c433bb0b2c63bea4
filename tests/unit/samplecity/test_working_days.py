from datetime import date, timedelta

import pytest

from jobs.samplecity.working_days import is_working_day, known_years, last_late_date


@pytest.mark.parametrize(
    ("decided", "last_day_in_time"),
    [
        (date(2021, 9, 24), date(2021, 10, 9)),
        (date(2020, 1, 20), date(2020, 2, 6)),
        (date(2021, 2, 8), date(2021, 2, 23)),
        (date(2021, 4, 30), date(2021, 5, 13)),
    ],
)
def test_seven_working_days_are_counted_by_the_holidays_as_they_were_decreed(decided: date, last_day_in_time: date) -> None:
    assert last_late_date(last_day_in_time, 7) < decided
    next_working_day = last_day_in_time + timedelta(days=1)
    while not is_working_day(next_working_day):
        next_working_day += timedelta(days=1)
    assert last_late_date(next_working_day, 7) >= decided


def test_a_sunday_before_a_long_holiday_is_worked_and_a_holiday_on_a_weekday_is_not() -> None:
    assert is_working_day(date(2021, 9, 26))
    assert not is_working_day(date(2021, 10, 1))


def test_years_without_a_decree_go_by_monday_to_friday() -> None:
    year = max(known_years()) + 50
    first = date(year, 5, 1)
    week = [first + timedelta(days=day) for day in range(7)]
    assert [is_working_day(day) for day in week] == [day.weekday() < 5 for day in week]
