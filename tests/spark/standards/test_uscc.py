"""GB 32100-2015 against the standard's own sample, published codes and a plain-Python reading of the standard."""

import random
from collections.abc import Callable
from typing import Any

from jobs.standards.uscc import (
    uscc_check_character,
    uscc_is_valid,
    uscc_normalised,
    uscc_organisation_code,
    uscc_organisation_code_is_valid,
)

Answers = Callable[..., list[Any]]

SAMPLE = "91350100M000100Y43"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID = [
    SAMPLE,
    "91110000600037341L",
    "91120101MA05TEX082",
    "92120112MA07AB1C2B",
    "93120225MA0800H107",
    "52120000MJ00000181",
    "12120104401200003Q",
    "91120000D2143569XB",
    "91120116MA00206140",
]
INVALID = [
    "91350100M000100Y4Z",
    "91120101MA05TEX083",
    "91120101MA05TEX08",
    "91120101MA05TEX0822",
    "91110000600037341l",
    "9111000060003734IL",
    "９１１２０１０１ＭＡ０５ＴＥＸ０８２",
    "39120101MA05TEX082",
    "00000000000000000X",
    "000000000000000000",
    "",
    " 91350100M000100Y43",
    "91350100M000100Y43\n",
    "无",
]


def check_character(first17: str) -> str:
    remainder = sum(LETTERS.index(character) * 3**index for index, character in enumerate(first17)) % 31
    return LETTERS[(31 - remainder) % 31]


def with_prefix(prefix: str, seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311 (cases, not secrets)
    first17 = prefix + "120101" + "".join(chance.choices(LETTERS, k=9))
    return first17 + check_character(first17)


def test_published_codes_are_valid_and_spoilt_ones_are_not(answers: Answers) -> None:
    told = answers(uscc_is_valid, [*VALID, *INVALID, None])
    assert dict(zip([*VALID, *INVALID, None], told, strict=True)) == {
        **dict.fromkeys(VALID, True),
        **dict.fromkeys(INVALID, False),
        None: None,
    }


def test_every_single_substitution_and_adjacent_transposition_of_the_sample_is_caught(answers: Answers) -> None:
    substitutions = [SAMPLE[:i] + other + SAMPLE[i + 1 :] for i in range(18) for other in LETTERS if other != SAMPLE[i]]
    swapped = {SAMPLE[:i] + SAMPLE[i + 1] + SAMPLE[i] + SAMPLE[i + 2 :] for i in range(17)} - {SAMPLE}
    assert (len(substitutions), len(swapped)) == (540, 13)
    assert answers(uscc_is_valid, [*substitutions, *sorted(swapped)]) == [False] * 553


def test_every_prefix_of_the_table_is_valid_and_no_other(answers: Answers) -> None:
    kinds = {"1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19", "9": "123"}
    kinds |= {"A": "19", "N": "1239", "Y": "1"}
    table = [registrar + kind for registrar, several in kinds.items() for kind in several]
    prefixes = [first + second for first in LETTERS for second in LETTERS]
    told = answers(uscc_is_valid, [with_prefix(prefix, seed) for seed, prefix in enumerate(prefixes)])
    assert [prefix for prefix, valid in zip(prefixes, told, strict=True) if valid] == table


def test_the_check_character_is_that_of_a_plain_reading_of_the_standard(answers: Answers) -> None:
    chance = random.Random(32100)  # noqa: S311 (cases, not secrets)
    bodies = [code[:17] for code in VALID] + ["".join(chance.choices(LETTERS, k=17)) for _ in range(300)]
    assert answers(uscc_check_character, bodies) == [check_character(body) for body in bodies]
    assert [check_character(code[:17]) for code in VALID] == [code[17] for code in VALID]


def test_no_check_character_for_what_is_not_17_characters_of_the_alphabet(answers: Answers) -> None:
    assert answers(uscc_check_character, ["91350100M000100YI", "91350100M000100Y", SAMPLE, "", None]) == [None] * 5


def test_normalising_mends_width_case_and_blanks(answers: Answers) -> None:
    meant = ["９１１２０１０１ＭＡ０５ＴＥＸ０８２", "91120101ma05tex082", "\u300091120101MA05TEX082 ", "91120101MA05TEX082", None]
    assert answers(uscc_normalised, meant) == ["91120101MA05TEX082"] * 4 + [None]


def test_the_inner_organisation_code_is_judged_apart(answers: Answers) -> None:
    codes = [SAMPLE, "91110000600037341L", "91120000D2143569XB", "91120116MA06TJ00N0", None]
    assert answers(uscc_is_valid, codes) == [True, True, True, True, None]
    assert answers(uscc_organisation_code_is_valid, codes) == [True, True, True, False, None]
    assert answers(uscc_organisation_code, codes[:3]) == ["M000100Y4", "600037341", "D2143569X"]
