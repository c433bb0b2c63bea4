"""The cells of a small city around the Spring Festival of 2021, held against what a person counts on the calendar."""

from datetime import datetime

import pytest

from jobs.collect.projecting import flush_ledger
from jobs.collect.standing import Standing, note_overdue, standing_at
from jobs.storage.accounts import provider_endpoint
from jobs.storage.client import s3_client
from jobs.storage.objects import put
from tests.unit.report.conftest import SmallCity, city_time

INVOICE = "tax.vat_invoice"  # DUTY-0003: daily, by 08:00 of the first working day after
NOW = city_time("2021-02-22T12:00")  # a Monday; the festival ended on the 17th, Saturday the 20th was worked


@pytest.fixture
def watched(city: SmallCity) -> SmallCity:
    """Watched from 8 February on, whoever supplied or not."""
    return SmallCity(city.with_settings(watch={"since": "2021-02-08"}))


def standing(city: SmallCity, now: datetime = NOW) -> Standing:
    flush_ledger(city.pipeline)
    return standing_at(city.pipeline, now)


def states(found: Standing, provider: str = "tax-bureau", resource: str = INVOICE) -> dict[str, tuple[str, int | None]]:
    return {cell.period: (cell.state, cell.days_overdue) for cell in found.cells.get((provider, resource), [])}


def test_each_period_is_in_the_state_that_a_person_reads_off_the_calendar(watched: SmallCity) -> None:
    watched.came("tax-bureau", INVOICE, "2021-02-08", "2021-02-09T07:59")
    watched.came("tax-bureau", INVOICE, "2021-02-09", "2021-02-10T08:01")
    watched.came("tax-bureau", INVOICE, "2021-02-10", "2021-02-11T07:00", state="held", reasons=("rows_below_expected",))
    watched.refused("tax-bureau", INVOICE, "2021-02-11", "2021-02-12T09:00", "forbidden_column")
    watched.came("tax-bureau", INVOICE, "2021-02-12", "2021-02-18T07:59")  # due on the first day after the festival
    watched.came("tax-bureau", INVOICE, "2021-02-13", "2021-02-13T09:00", state="refused", reasons=("too_many_malformed",))
    told = states(standing(watched))
    assert told == {
        "2021-02-08": ("came", None),
        "2021-02-09": ("late", None),
        "2021-02-10": ("held", None),
        "2021-02-11": ("refused", 3),  # due on the 18th; the 19th, Saturday the 20th and the 22nd are worked
        "2021-02-12": ("came", None),
        "2021-02-13": ("refused", 3),
        "2021-02-14": ("never", 3),
        "2021-02-15": ("never", 3),
        "2021-02-16": ("never", 3),
        "2021-02-17": ("never", 3),
        "2021-02-18": ("never", 2),  # due on the 19th
        "2021-02-19": ("never", 1),  # due on Saturday the 20th
        "2021-02-20": ("never", 0),  # due today at 08:00
        "2021-02-21": ("never", 0),
        "2021-02-22": ("awaited", None),
    }


def test_a_duty_is_not_overdue_until_its_very_cut_off(watched: SmallCity) -> None:
    assert states(standing(watched, city_time("2021-02-22T08:00")))["2021-02-21"] == ("awaited", None)
    assert states(standing(watched, city_time("2021-02-22T08:01")))["2021-02-21"] == ("never", 0)


def test_a_file_dropped_in_time_and_not_looked_at_yet_is_not_overdue(watched: SmallCity) -> None:
    client = s3_client(provider_endpoint(watched.pipeline.settings, "tax-bureau"))
    put(client, watched.pipeline.bucket("landing-tax-bureau"), f"{INVOICE}/2021-02-19/invoices.csv", b"x")
    assert states(standing(watched))["2021-02-19"] == ("pending", None)


def test_a_late_batch_ends_what_was_overdue_and_the_record_of_it_stays(watched: SmallCity) -> None:
    late = standing(watched, city_time("2021-02-19T12:00"))
    # 8 to 18 February, and nothing of the other duties is this test's.
    assert note_overdue(watched.pipeline, late) > 0
    assert note_overdue(watched.pipeline, late) == 0
    record = watched.pipeline.control.read("overdue/DUTY-0003/2021-02-18.json")
    assert record == {"provider": "tax-bureau", "resource": INVOICE, "period": "2021-02-18", "due_at": "2021-02-19T08:00:00+08:00"}
    watched.came("tax-bureau", INVOICE, "2021-02-18", "2021-02-20T09:00")
    assert states(standing(watched))["2021-02-18"] == ("late", None)
    assert "overdue/DUTY-0003/2021-02-18.json" in watched.pipeline.control.keys("overdue/")


def test_a_released_batch_is_no_longer_held(watched: SmallCity) -> None:
    watched.came("tax-bureau", INVOICE, "2021-02-10", "2021-02-11T07:00", state="held")
    watched.came("tax-bureau", INVOICE, "2021-02-10", "2021-02-11T07:00", revision=1)
    assert states(standing(watched))["2021-02-10"] == ("came", None)


def test_data_of_years_ago_make_nothing_overdue_before_the_provider_was_there(city: SmallCity) -> None:
    """The sample city: data of 2021 that came in 2026."""
    city.came("tax-bureau", INVOICE, "2021-03-05", "2026-11-24T10:00")
    assert standing(city, city_time("2026-11-24T12:00")).overdue == []
    found = standing(city, city_time("2026-11-26T12:00"))
    assert states(found) == {
        "2021-03-05": ("came", None),  # not late: nobody waited for it
        "2026-11-24": ("never", 1),
        "2026-11-25": ("never", 0),
        "2026-11-26": ("awaited", None),
    }
    # Providers that never supplied nor were onboarded are not waited for.
    assert {cell.provider for cell in found.overdue} == {"tax-bureau"}


def test_an_onboarded_provider_is_waited_for_and_one_that_left_is_not(city: SmallCity) -> None:
    step = {"by": "张三", "at": "2021-02-18T09:00:00+08:00"}
    city.pipeline.control.create("onboarding/heping/0001.json", {**step, "state": "onboarded"})
    assert {cell.provider for cell in standing(city).overdue} == {"heping"}
    city.pipeline.control.create("onboarding/heping/0002.json", {**step, "state": "offboarded"})
    assert standing(city).overdue == []
