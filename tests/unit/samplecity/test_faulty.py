from datetime import date
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.errors import HaiheError
from jobs.samplecity.faulty import FAULTS, write_faulty_drop
from tests.unit.samplecity.oracle import find_all
from tests.unit.samplecity.reading import read_records
from tests.unit.samplecity.test_truth import period_days

DAY = date(2021, 3, 8)
SECOND_DOUBLED_ROW = 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_drop_has_its_one_fault_at_the_line_that_is_told_and_no_other(fault: str, catalogue: Catalogue, tmp_path: Path) -> None:
    drop = write_faulty_drop(tmp_path, catalogue, fault, DAY, 1)
    resource, period, _ = drop.key.split("/")
    headers = {name: header for header, name in catalogue.contracts[resource].headers(drop.provider).items()}
    malformed = {one.line: one.rule for one in drop.faults if one.rule.startswith("malformed:")}
    records = read_records(drop.path.read_bytes(), catalogue.contracts[resource], drop.provider, malformed)
    found = find_all(records, catalogue, resource, drop.provider, (*period_days(period), DAY))
    told = {(one.line, one.column, one.rule) for one in drop.faults if one.line not in malformed}
    assert {(line, headers.get(name, ""), rule) for line, name, rule in found} == told
    assert len(drop.faults) == (SECOND_DOUBLED_ROW if fault == "key_doubled" else 1)
    assert len(records) + len(malformed) == drop.rows


def test_a_fault_that_nobody_knows_is_answered_with_those_there_are(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(HaiheError, match="Choose one of: bank_card, code_set"):
        write_faulty_drop(tmp_path, catalogue, "typo", DAY, 1)
    assert not list(tmp_path.iterdir())


def test_a_drop_is_placed_in_the_period_that_its_duty_asks_for(catalogue: Catalogue, tmp_path: Path) -> None:
    assert write_faulty_drop(tmp_path, catalogue, "uscc", DAY, 1).key == "market.enterprise_registration/2021-03-08/planted_uscc.csv"
    assert write_faulty_drop(tmp_path, catalogue, "mobile", DAY, 1).key == "civil.subsistence_family/2021-03/planted_mobile.csv"
