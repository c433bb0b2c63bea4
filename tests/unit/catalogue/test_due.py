"""Cut-offs around the Spring Festival of 2021, counted by hand on the State Council's notice (国办发明电〔2020〕27号).

Off from 11 to 17 February; Sunday the 7th and Saturday the 20th are worked.
"""

from datetime import date, datetime

import pytest

from jobs.catalogue.due import CUTOFF_ZONE, city_calendar, due_at, expected_periods
from jobs.catalogue.lists import Duty, ListVersions
from jobs.catalogue.period import period_of

CALENDAR = city_calendar(date(2021, 2, 19), {})


def duty(**changes: object) -> Duty:
    row = {
        "duty_id": "DUTY-1",
        "provider_id": "tax-bureau",
        "resource": "tax.vat_invoice",
        "office": "处",
        "contact_name": "员",
        "contact_phone": "022",
        "legal_basis": "法",
        "system_id": "S",
        "cycle": "daily",
        "cutoff_time": "08:00",
        "lag_working_days": 1,
        "expected_rows_min": 0,
        "expected_rows_max": 1,
        "quality_target_pct": 0,
        "share_type": "1",
        "status": "signed",
        "valid_from": "2021-01-01",
    }
    return Duty.model_validate({**row, **changes})


def listed(*versions: tuple[str, Duty]) -> ListVersions[Duty]:
    return ListVersions[Duty](versions=tuple((date.fromisoformat(day), (one,)) for day, one in versions))


@pytest.mark.parametrize(
    ("period_end", "lag", "day"),
    [
        ("2021-02-05", 1, "2021-02-07"),  # a Friday: the Sunday after it is worked
        ("2021-02-10", 1, "2021-02-18"),  # the eve: the first day after the festival
        ("2021-02-14", 1, "2021-02-18"),
        ("2021-02-19", 1, "2021-02-20"),  # a worked Saturday
        ("2021-02-08", 7, "2021-02-23"),  # 9, 10, 18, 19, 20, 22, 23
        ("2021-09-24", 7, "2021-10-09"),
        ("2020-01-20", 7, "2020-02-06"),  # the holiday was prolonged
        ("2021-01-31", 5, "2021-02-05"),
        ("2021-02-12", 0, "2021-02-13"),  # no lag: the very next day, worked or not
    ],
)
def test_a_cut_off_is_counted_in_working_days_after_the_period(period_end: str, lag: int, day: str) -> None:
    found = due_at(duty(lag_working_days=lag), date.fromisoformat(period_end), CALENDAR)
    assert found == datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=CUTOFF_ZONE)


@pytest.mark.parametrize(
    ("cycle", "text"),
    [("daily", "2021-01-03"), ("weekly", "2020-W53"), ("monthly", "2021-01"), ("quarterly", "2021Q1"), ("yearly", "2021")],
)
def test_a_day_lies_in_one_period_of_each_cycle(cycle: str, text: str) -> None:
    assert period_of(cycle, date(2021, 1, 3)).text == text  # type: ignore[arg-type]


def periods(duties: ListVersions[Duty], since: str, today: str, most: int = 90) -> list[str]:
    found = expected_periods(duties, {"tax-bureau": date.fromisoformat(since)}, date.fromisoformat(today), CALENDAR, most)
    return [one.period.text for one in found]


def test_no_period_is_expected_that_ended_before_the_watch_began() -> None:
    assert periods(listed(("2021-01-01", duty())), "2021-02-17", "2021-02-19") == ["2021-02-19", "2021-02-18", "2021-02-17"]
    assert periods(listed(("2021-01-01", duty(cycle="monthly"))), "2021-01-31", "2021-03-01") == ["2021-03", "2021-02", "2021-01"]


def test_the_look_back_is_bounded() -> None:
    assert periods(listed(("2021-01-01", duty())), "2021-01-01", "2021-02-19", most=2) == ["2021-02-19", "2021-02-18"]


def test_a_suspended_ended_or_coming_duty_owes_nothing() -> None:
    assert periods(listed(("2021-01-01", duty(status="suspended"))), "2021-02-17", "2021-02-19") == []
    assert periods(listed(("2021-01-01", duty(valid_to="2021-02-17"))), "2021-02-16", "2021-02-19") == ["2021-02-17", "2021-02-16"]
    assert periods(listed(("2021-01-01", duty(valid_from="2021-02-19"))), "2021-02-16", "2021-02-19") == ["2021-02-19"]


def test_each_period_is_owed_by_the_list_version_in_force_on_its_last_day() -> None:
    versions = listed(("2021-01-01", duty(cycle="monthly")), ("2021-02-18", duty()))
    assert periods(versions, "2021-01-01", "2021-02-19") == ["2021-02-19", "2021-02-18", "2021-01"]


def test_a_provider_that_is_not_watched_owes_nothing() -> None:
    assert expected_periods(listed(("2021-01-01", duty())), {}, date(2021, 2, 19), CALENDAR, 90) == []


def test_a_year_without_a_notice_is_monday_to_friday_but_for_the_days_given() -> None:
    calendar = city_calendar(date(2030, 1, 1), {date(2030, 1, 3): False})
    # 2030-01-01 is a Tuesday.
    assert calendar.working_days_after(date(2029, 12, 31), 1) == date(2030, 1, 2)
    assert calendar.working_days_after(date(2029, 12, 31), 2) == date(2030, 1, 4)
