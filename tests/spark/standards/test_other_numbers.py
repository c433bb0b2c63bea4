"""Bank cards, mobile numbers, invoices, regions and industries against published and spoilt examples."""

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import Column

from jobs.standards.bank_card import bank_card_is_valid
from jobs.standards.industry import industry_code_is_valid, industry_section
from jobs.standards.mobile import mobile_is_valid, mobile_normalised
from jobs.standards.region import region_code_has_shape, region_code_is_of_county, street_code_has_shape
from jobs.standards.vat_invoice import vat_invoice_code_is_valid, vat_invoice_number_is_valid

Answers = Callable[..., list[Any]]

DISTRICTS = [str(code) for code in [*range(120101, 120107), *range(120110, 120120)]]
RETIRED = ["120107", "120108", "120109", "120221", "120222", "120223", "120224", "120225"]

PREDICATES = [
    (
        bank_card_is_valid,
        ["6217000060012345672", "6222020302000123455", "4111111111111111"],
        [
            "6217000060012345673",
            "6217 0000 6001 2345 672",
            "0000000000000000",
            "411111111116",
            "42000000000000000000",
            "ABC",
            "",
            "４１１１",
        ],
    ),
    (
        mobile_is_valid,
        ["13802112345", "19912345678", "16612345678"],
        ["12802112345", "1380211234", "138021123456", "+8613802112345", "13802112345.0", "138-0211-2345", "13802112345\n", "", "１３８"],
    ),
    (vat_invoice_code_is_valid, ["1200204130", "012002000111"], ["12002041301", "120020413", "0120020001111", "12002O4130", ""]),
    (vat_invoice_number_is_valid, ["00000001", "12345678"], ["1234567", "123456789", "1234567a", "１２３４５６７８", ""]),
    (
        region_code_has_shape,
        ["120000", "120100", *DISTRICTS, *RETIRED, "110105", "710000", "810000", "659001", "429004"],
        ["12010", "1201011", "000000", "160000", "990101", "12010X", "天津市", "120001", "", "１２０１０１"],
    ),
    (region_code_is_of_county, [*DISTRICTS, *RETIRED, "429004"], ["120000", "120100", "12010", "990101", ""]),
    (street_code_has_shape, ["120101001", "120116400"], ["120101", "120100001", "120101000", "1201010011", ""]),
    (
        industry_code_is_valid,
        ["C2662", "2662", "26", "C26", "266", "A0111", "T97", "9700", "S96"],
        ["A2662", "9801", "0000", "98", "C", "U2662", "c2662", "26621", "2", "其他机械设备及电子产品批发", "", "C2662 "],
    ),
]


@pytest.mark.parametrize(("predicate", "valid", "invalid"), PREDICATES, ids=lambda value: getattr(value, "__name__", ""))
def test_published_examples_are_valid_and_spoilt_ones_are_not(
    answers: Answers, predicate: Callable[[Column], Column], valid: list[str], invalid: list[str]
) -> None:
    told = answers(predicate, [*valid, *invalid, None])
    expected = {**dict.fromkeys(valid, True), **dict.fromkeys(invalid, False), None: None}
    assert dict(zip([*valid, *invalid, None], told, strict=True)) == expected


def test_a_mobile_number_is_freed_of_country_code_blanks_and_what_a_spreadsheet_adds(answers: Answers) -> None:
    meant = ["+8613802112345", "0086 138 0211 2345", "86-13802112345", "13802112345.0", "138-0211-2345", "１３８０２１１２３４５", None]
    assert answers(mobile_normalised, meant) == ["13802112345"] * 6 + [None]


def test_a_number_that_only_begins_like_the_country_code_keeps_it(answers: Answers) -> None:
    assert answers(mobile_normalised, ["86138021123", "无"]) == ["86138021123", "无"]


def test_each_division_of_the_standard_has_its_section(answers: Answers) -> None:
    sizes = {"A": 5, "B": 7, "C": 31, "D": 3, "E": 4, "F": 2, "G": 8, "H": 2, "I": 3, "J": 4}
    sizes |= {"K": 1, "L": 2, "M": 3, "N": 4, "O": 3, "P": 1, "Q": 2, "R": 5, "S": 6, "T": 1}
    expected = [letter for letter, divisions in sizes.items() for _ in range(divisions)]
    assert answers(industry_section, [f"{division:02}" for division in range(1, 98)]) == expected
    assert answers(industry_section, ["A2662", "98", "00", None]) == [None] * 4
