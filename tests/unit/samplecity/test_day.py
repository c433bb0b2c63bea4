"""The city's day: what arrives when, and that the truth about it holds."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.samplecity.day import Day, write_day
from tests.unit.samplecity.conftest import RECEIVED, SEED
from tests.unit.samplecity.oracle import find_all
from tests.unit.samplecity.reading import physical_lines, read_records
from tests.unit.samplecity.test_city import digests
from tests.unit.samplecity.test_truth import found_in, judged, period_days, told_of

DROPS, WAVES = 500, 12
# The day's decisions are of later days than the city's.
TOLD_ON = date(2021, 3, 15)


@pytest.fixture(scope="module")
def day(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Day:
    return write_day(tmp_path_factory.mktemp("day"), catalogue, SEED, 0.05, DROPS, WAVES, TOLD_ON)


def test_five_hundred_drops_come_in_twelve_waves_and_every_provider_of_the_city_is_among_them(day: Day, catalogue: Catalogue) -> None:
    assert len(day.arrivals) + len(day.mendings) == DROPS
    assert [arrival.file for arrival in day.arrivals] == [drop.file for drop in day.city.drops]
    assert len({drop.file for drop in day.city.drops}) == len(day.city.drops)
    assert {arrival.wave for arrival in day.arrivals} == set(range(WAVES))
    kinds = Counter(catalogue.providers[provider].kind for provider in {drop.provider for drop in day.city.drops})
    assert kinds == {"department": 67, "district": 16, "agency": 5}


def test_late_and_wrong_ones_are_among_them(day: Day) -> None:
    assert 100 < sum(arrival.is_late for arrival in day.arrivals) < 350
    reasons = Counter(drop.reason for drop in day.city.drops)
    assert set(reasons) == {
        None,
        "rows_below_expected",
        "quality_below_target",
        "header_differs",
        "wrong_charset",
        "forbidden_column",
        "unknown_resource",
        "period_impossible",
        "period_not_in_cycle",
        "no_duty",
        "already_landed",
    } | ({"duty_suspended"} & set(reasons))
    assert all(count >= 3 for reason, count in reasons.items() if reason != "duty_suspended")
    assert {drop.period for drop in day.city.drops} >= {"2021-03-10", "2021-03-09", "2021-02-26"}


def test_what_is_due_on_the_day_is_late_from_its_hour_on_and_what_was_due_before_is_late_at_once(day: Day, catalogue: Catalogue) -> None:
    """A duty of a working day's delay and a cut-off at three: the day before is due on the day at three."""
    late = {arrival.file: arrival.is_late for arrival in day.arrivals}
    waves = {arrival.file: arrival.wave for arrival in day.arrivals}
    assert day.moments[0] == datetime(2021, 3, 11, 2)  # noqa: DTZ001 (Beijing's time throughout)
    seen = Counter()
    for drop in day.city.drops:
        duty = catalogue.duty(drop.provider, drop.resource, date(2021, 3, 10))
        if drop.copy_of is None and duty and duty.lag_working_days == 1 and drop.period != "2021-02-26":
            is_past = drop.period == "2021-03-09" or f"{day.moments[waves[drop.file]]:%m-%d %H:%M}" > f"03-11 {duty.cutoff_time}"
            assert late[drop.file] == is_past, drop.file
            seen[is_past, drop.period] += 1
    assert len(seen) == 3


def test_a_copy_comes_after_what_it_copies_and_mended_rows_after_their_receipt(day: Day) -> None:
    waves = {arrival.file: arrival.wave for arrival in day.arrivals}
    copies = [drop for drop in day.city.drops if drop.copy_of]
    assert len(copies) == 25
    assert all(waves[drop.file] > waves[drop.copy_of or ""] for drop in copies)
    assert len(day.mendings) == 10
    assert all(mending.wave == waves[mending.file] + 1 < WAVES for mending in day.mendings)


def test_an_append_resource_has_one_batch_a_period(day: Day, catalogue: Catalogue) -> None:
    appended = [
        (drop.provider, drop.resource, drop.period) for drop in judged(day.city) if catalogue.contracts[drop.resource].load == "append"
    ]
    assert appended
    assert max(Counter(appended).values()) == 1


def test_records_of_further_files_of_a_day_have_keys_of_their_own(day: Day, catalogue: Catalogue) -> None:
    keys: Counter[tuple[str, ...]] = Counter()
    for drop in judged(day.city):
        if drop.resource == "credit.administrative_licence" and drop.state == "published":
            malformed = {one.line: one.rule for one in day.city.faults if one.file == drop.file and one.rule.startswith("malformed:")}
            raw = (day.city.drops_dir / drop.file).read_bytes()
            records = read_records(raw, catalogue.contracts[drop.resource], drop.provider, malformed)
            keys.update({(drop.provider, record.cells["document_no"]) for record in records if record.cells["document_no"][0] == "津"})
    assert max(keys.values()) == 1


def test_an_independent_judge_finds_exactly_the_planted_faults_of_the_day(day: Day, catalogue: Catalogue) -> None:
    # Every tenth drop and all of the resources that the city's own test sees few small files of.
    few = ("market.", "startup.", "tax.", "coldchain.", "power.", "utility.")
    drops = [drop for place, drop in enumerate(judged(day.city)) if place % 10 == 0 or drop.resource.startswith(few)]
    assert len({drop.resource for drop in drops}) == 9
    for drop in drops:
        assert found_in(day.city, catalogue, drop) == told_of(day.city, drop), drop.file


def test_mended_rows_are_without_fault(day: Day, catalogue: Catalogue) -> None:
    drops = {drop.file: drop for drop in day.city.drops}
    for mending in day.mendings:
        drop, contract = drops[mending.file], catalogue.contracts[drops[mending.file].resource]
        dialect = contract.dialect(drop.provider)
        lines = physical_lines((day.city.drops_dir / drop.file).read_bytes())
        faulty = {fault.line for fault in day.city.faults if fault.file == drop.file}
        assert set(mending.records) == faulty
        header = lines[dialect.skip_lines].rstrip(b"\r") + b"\n"
        body = header + "".join(record + "\n" for record in mending.records.values()).encode(dialect.encoding)
        plain = body if not dialect.skip_lines else b"x\n" * dialect.skip_lines + body
        records = read_records(plain, contract, drop.provider)
        assert len(records) == len(faulty) == drop.rows_quarantined
        days = (*period_days(drop.period), RECEIVED)
        assert find_all(records, catalogue, drop.resource, drop.provider, days) == set(), drop.file


def test_the_same_seed_gives_the_same_day_and_a_small_one_is_a_day_too(day: Day, catalogue: Catalogue, tmp_path: Path) -> None:
    again = write_day(tmp_path / "again", catalogue, SEED, 0.05, DROPS, WAVES, TOLD_ON)
    assert digests(again.city.root) == digests(day.city.root)
    assert (again.arrivals, again.mendings) == (day.arrivals, day.mendings)
    small = write_day(tmp_path / "small", catalogue, 5, 0.05, 20, 2, TOLD_ON)
    assert len(small.arrivals) + len(small.mendings) in (19, 20)
    with pytest.raises(ValueError, match="20 drops"):
        write_day(tmp_path, catalogue, 5, 0.05, 19, 2, TOLD_ON)
