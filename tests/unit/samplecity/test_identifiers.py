"""Check characters against numbers published in the standards, or computed outside this project."""

import re
from random import Random

import pytest

from jobs.samplecity.identifiers import (
    as_excel_shows,
    full_width,
    luhn_check,
    make_bank_card,
    make_mobile,
    make_organisation_code,
    make_resident_id,
    make_uscc,
    organisation_check,
    resident_check,
    uscc_check,
    with_wrong_check,
)

USCC = (
    "91350100M000100Y43",  # the sample of GB 32100-2015
    "91110000600037341L",
    "91120101MA05TEX082",
    "92120112MA07AB1C2B",
    "93120225MA0800H107",
    "52120000MJ00000181",
    "12120104401200003Q",
    "91120000D2143569XB",
    "91120116MA00206140",  # a remainder of 0
)
RESIDENT = (
    "11010519491231002X",  # the sample of GB 11643-1999
    "440524188001010014",  # its other sample
    "810000199408230021",
    "911124198108030024",
    "120101190501010012",
    "120107190712310048",
)


@pytest.mark.parametrize("code", USCC)
def test_the_18th_character_of_a_credit_code_follows_from_the_first_17(code: str) -> None:
    assert uscc_check(code[:17]) == code[17]


@pytest.mark.parametrize("code", ["D2143569X", "M000100Y4", "600037341"])
def test_the_9th_character_of_an_organisation_code_follows_from_the_first_8(code: str) -> None:
    assert organisation_check(code[:8]) == code[8]


@pytest.mark.parametrize("number", RESIDENT)
def test_the_18th_character_of_a_resident_id_follows_from_the_first_17(number: str) -> None:
    assert resident_check(number[:17]) == number[17]


@pytest.mark.parametrize("number", ["6217000060012345672", "6222020302000123455", "4111111111111111", "79927398713"])
def test_the_last_digit_of_a_card_number_passes_luhn(number: str) -> None:
    assert luhn_check(number[:-1]) == number[-1]


@pytest.mark.parametrize("code", ["91120101MA05TEX083", "120101190501010011", "D21435690", "6217000060012345673"])
def test_a_wrong_check_character_is_told_from_the_right_one(code: str) -> None:
    check = {9: organisation_check, 19: luhn_check}.get(len(code)) or (uscc_check if code[8].isalpha() else resident_check)
    assert check(code[:-1]) != code[-1]


def test_made_up_identifiers_are_valid_and_of_nobody() -> None:
    random = Random(1)  # noqa: S311 (test data)
    for _ in range(200):
        uscc, person, card = make_uscc(random), make_resident_id(random), make_bank_card(random)
        assert uscc_check(uscc[:17]) == uscc[17]
        assert organisation_check(uscc[8:16]) == uscc[16]
        assert uscc[8:10] == make_organisation_code(random)[:2] == "X0"
        assert resident_check(person[:17]) == person[17]
        assert person[14:17] == "000"
        assert luhn_check(card[:-1]) == card[-1]
        assert re.fullmatch("1990000[0-9]{4}", make_mobile(random))


def test_spoilt_identifiers_are_spoilt_as_people_and_spreadsheets_do() -> None:
    assert with_wrong_check("11010519491231002X") == "110105194912310020"
    assert with_wrong_check("6217000060012345679") == "6217000060012345670"
    assert full_width("91X-１") == "９１Ｘ-１"
    assert as_excel_shows("110105194912310021") == "1.10105E+17"
