"""GB 11643-1999 against the standard's specimens, made-up numbers of nobody and a plain-Python reading of the standard."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

from pyspark.sql import Column

from jobs.standards.resident_id import (
    resident_id_birth_date,
    resident_id_check_character,
    resident_id_is_excel_damage,
    resident_id_is_valid,
    resident_id_normalised,
    resident_id_sex,
)

Answers = Callable[..., list[Any]]

VALID = [
    "11010519491231002X",
    "440524188001010014",
    "810000199408230021",
    "830000199201300022",
    "911124198108030024",
    "120101190501010012",
    "120225190402290035",
    "120107190712310048",
]
INVALID = [
    "110105194912310021",
    "120101190002290013",
    "120101194913010017",
    "120101209901010019",
    "11010519491231002x",
    "110105491231002",
    "1.10105E+16",
    "440524188001010000",
    "440524188001009984",
    "１１０１０５１９４９１２３１００２Ｘ",
    "11010519491231002X\n",
    "+1010519491231002X",
    "",
    "无",
]
DAMAGED = ["1.10105E+16", "1.10105E+17", "4.40524188001010E+17", "440524188001010000", "440524188001009984"]


def check_character(first17: str) -> str:
    total = sum(int(digit) * (2 ** (17 - index) % 11) for index, digit in enumerate(first17))
    return {0: "1", 1: "0", 2: "X", 3: "9", 4: "8", 5: "7", 6: "6", 7: "5", 8: "4", 9: "3", 10: "2"}[total % 11]


def with_check(first17: str) -> str:
    return first17 + check_character(first17)


def test_specimens_are_valid_and_spoilt_numbers_are_not(answers: Answers) -> None:
    def on_a_day(number: Column) -> Column:
        return resident_id_is_valid(number, date(2021, 3, 5))

    told = answers(on_a_day, [*VALID, *INVALID, None])
    expected = {**dict.fromkeys(VALID, True), **dict.fromkeys(INVALID, False), None: None}
    assert dict(zip([*VALID, *INVALID, None], told, strict=True)) == expected


def test_every_check_character_and_day_of_the_calendar_is_judged_as_the_standard_says(answers: Answers) -> None:
    chance = random.Random(11643)  # noqa: S311 (cases, not secrets)
    bodies = [
        f"120101{chance.randint(1900, 2020)}{month:02}{day:02}{chance.randint(0, 999):03}" for month in range(14) for day in range(33)
    ]
    assert {check_character(body) for body in bodies} == set("0123456789X")
    assert answers(resident_id_check_character, bodies) == [check_character(body) for body in bodies]
    assert answers(resident_id_is_valid, [with_check(body) for body in bodies]) == [day_of(body) is not None for body in bodies]
    assert answers(resident_id_birth_date, [with_check(body) for body in bodies]) == [day_of(body) for body in bodies]


def day_of(body: str) -> date | None:
    try:
        return date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return None


def test_one_wrong_digit_is_always_caught(answers: Answers) -> None:
    number = "11010519491231002X"
    spoilt = [number[:i] + digit + number[i + 1 :] for i in range(17) for digit in "0123456789" if digit != number[i]]
    assert not any(answers(resident_id_is_valid, spoilt))


def test_a_birth_after_the_day_asked_for_is_not_valid_whether_the_day_is_a_date_or_a_column(answers: Answers) -> None:
    number = with_check("12010120210305001")
    days = [date(2021, 3, 4), date(2021, 3, 5), date(2021, 3, 6)]
    assert answers(resident_id_is_valid, [(number, day) for day in days], "string,date") == [False, True, True]
    for day, expected in zip(days, [False, True, True], strict=True):
        assert answers(lambda column, day=day: resident_id_is_valid(column, day), [number]) == [expected]


def test_without_a_day_a_future_birth_is_not_asked_about(answers: Answers) -> None:
    assert answers(resident_id_is_valid, [with_check("12010120990101001")]) == [True]


def test_sex_and_birth_are_read_from_any_number_of_the_right_shape(answers: Answers) -> None:
    numbers = ["11010519491231002X", "440524188001010014", "120101194913010017", "110105194912310021", "11010519491231", "", None]
    assert answers(resident_id_sex, numbers) == ["2", "1", "1", "2", None, None, None]
    expected = [date(1949, 12, 31), date(1880, 1, 1), None, date(1949, 12, 31), None, None, None]
    assert answers(resident_id_birth_date, numbers) == expected


def test_normalising_mends_case_and_width_and_lengthens_15_digits(answers: Answers) -> None:
    meant = ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002", " 11010519491231002X", None]
    assert answers(resident_id_normalised, meant) == ["11010519491231002X"] * 4 + [None]


def test_what_a_spreadsheet_did_to_a_number_is_told_from_a_mistyped_one(answers: Answers) -> None:
    whole = [*VALID, with_check("12010119900101100"), "110105194912310021", "1101051949123100", "", "无"]
    assert answers(resident_id_is_excel_damage, [*DAMAGED, *whole, None]) == [True] * len(DAMAGED) + [False] * len(whole) + [None]


def test_a_number_that_went_through_a_float_is_always_known(answers: Answers) -> None:
    chance = random.Random(64)  # noqa: S311 (cases, not secrets)
    numbers = [with_check(f"{chance.randint(110000, 659999)}19{chance.randint(50, 99)}0{chance.randint(1, 9)}15{n:03}") for n in range(300)]
    kept = [str(int(float(number))) for number in numbers if number[-1] != "X"]
    told = answers(resident_id_is_excel_damage, kept)
    assert [valid or damaged for valid, damaged in zip(answers(resident_id_is_valid, kept), told, strict=True)] == [True] * len(kept)
    assert sum(told) > len(kept) * 0.8
