"""GB 11714-1997 against printed codes and a plain-Python reading of the standard."""

import random
from collections.abc import Callable
from typing import Any

from jobs.standards.organisation_code import organisation_code_check_character, organisation_code_is_valid, organisation_code_normalised

Answers = Callable[..., list[Any]]

VALID = ["D2143569X", "D2143569-X", "M000100Y4", "600037341"]
INVALID = ["D21435690", "600037342", "60003734-2", "6000373411", "60003734", "d2143569X", "D2143569x", "D2143569－X", "", "M000100Y4\n"]


def check_character(first8: str) -> str:
    values = [int(character, 36) for character in first8]
    rest = 11 - sum(value * weight for value, weight in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def test_printed_codes_are_valid_with_and_without_hyphen_and_spoilt_ones_are_not(answers: Answers) -> None:
    assert answers(organisation_code_is_valid, [*VALID, *INVALID, None]) == [True] * len(VALID) + [False] * len(INVALID) + [None]


def test_the_check_character_is_that_of_a_plain_reading_of_the_standard(answers: Answers) -> None:
    chance = random.Random(11714)  # noqa: S311 (cases, not secrets)
    bodies = ["D2143569", *["".join(chance.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=8)) for _ in range(200)]]
    expected = [check_character(body) for body in bodies]
    assert set(expected) == set("0123456789X")
    assert answers(organisation_code_check_character, bodies) == expected
    assert answers(organisation_code_is_valid, [body + check for body, check in zip(bodies, expected, strict=True)]) == [True] * 201


def test_no_check_character_for_what_is_not_8_characters(answers: Answers) -> None:
    assert answers(organisation_code_check_character, ["D214356", "D21435699", "d2143569", "", None]) == [None] * 5


def test_normalising_takes_the_hyphen_out(answers: Answers) -> None:
    assert answers(organisation_code_normalised, ["d2143569-x", "Ｄ２１４３５６９－Ｘ", None]) == ["D2143569X", "D2143569X", None]
