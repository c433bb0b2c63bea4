from datetime import date

from jobs.catalogue.catalogue import load_catalogue
from tests.unit.catalogue.conftest import ROOT, Project

FEBRUARY, MARCH = date(2021, 2, 26), date(2021, 3, 5)
FACE = "startup.case"


def test_the_version_in_force_on_the_day_decides() -> None:
    catalogue = load_catalogue(ROOT)
    before, after = (catalogue.duty("hexi", "grid.event", day) for day in (FEBRUARY, MARCH))
    assert before is not None
    assert after is not None
    assert (before.status, after.status) == ("draft", "signed")
    assert catalogue.list_versions(FEBRUARY, FEBRUARY)["responsibility"] == "2021-01-01"
    assert catalogue.list_versions(date(2021, 3, 1), MARCH)["responsibility"] == "2021-03-01"


def test_before_the_first_version_the_first_is_in_force() -> None:
    assert load_catalogue(ROOT).list_versions(date(2020, 12, 31), date(2020, 12, 31))["negative"] == "2021-01-01"


def test_a_provider_without_a_duty_has_none() -> None:
    assert load_catalogue(ROOT).duty("heping", FACE, MARCH) is None


def test_an_entry_of_today_acts_on_an_older_period() -> None:
    catalogue = load_catalogue(ROOT)
    then = catalogue.negatives("government-services", FACE, FEBRUARY, FEBRUARY)
    now = catalogue.negatives("government-services", FACE, FEBRUARY, MARCH)
    assert {row.field for row in then} == {"finger_print", "iris_image"}
    assert {row.field for row in now} == {"finger_print", "iris_image", "face_image"}
    assert catalogue.list_versions(FEBRUARY, MARCH)["negative"] == "2021-01-01+2021-03-01"


def test_of_an_entry_in_both_versions_the_stricter_acts() -> None:
    catalogue = load_catalogue(ROOT)
    for days in ((FEBRUARY, MARCH), (MARCH, FEBRUARY)):
        actions = {row.negative_id: row.action for row in catalogue.negatives("tax-bureau", "tax.vat_invoice", *days)}
        assert actions["NEG-2021-005"] == "quarantine"


def test_an_entry_withdrawn_today_still_acts_on_a_period_of_its_time(project: Project) -> None:
    (project.root / "conf/lists/negative/2021-03-01.csv").write_text(
        (project.root / "conf/lists/negative/2021-01-01.csv").read_text(encoding="utf-8").replace("in_force", "withdrawn"), encoding="utf-8"
    )
    catalogue = load_catalogue(project.root)
    assert {row.negative_id for row in catalogue.negatives("heping", "grid.event", FEBRUARY, MARCH)} == {"NEG-2021-001", "NEG-2021-002"}
    assert catalogue.negatives("heping", "grid.event", MARCH, MARCH) == ()


def test_an_entry_past_its_review_date_stays_in_force() -> None:
    rows = {row.negative_id: row for row in load_catalogue(ROOT).negatives("heping", "grid.event", MARCH, MARCH)}
    assert rows["NEG-2021-002"].review_date < MARCH


def test_an_entry_for_one_provider_spares_the_others() -> None:
    catalogue = load_catalogue(ROOT)
    assert "face_image" not in {row.field for row in catalogue.negatives("heping", FACE, MARCH, MARCH)}
    assert "face_image" in {row.field for row in catalogue.negatives(None, FACE, MARCH, MARCH)}
