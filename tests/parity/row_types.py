"""Random arguments for the expectation types that look at each row by itself, or at its key."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.parity.frames import SMALL, TEXTS

Arguments = Callable[[random.Random], dict[str, Any]]

PAIR_IGNORES = ["both_values_are_missing", "either_value_is_missing", "neither"]
LIST_IGNORES = ["all_values_are_missing", "any_value_is_missing", "never"]
EXPRESSIONS = [
    ("n >= m", ["n", "m"]),
    ("s IS NULL OR length(t) > 1", ["s", "t"]),
    ("try_divide(n, m) > 1", ["n", "m"]),
    ("d <= e OR b", ["d", "e", "b"]),
]
JSON_SCHEMAS: list[dict[str, Any]] = [
    {"type": "object"},
    {"type": ["object", "array", "null"]},
    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
    {"enum": ["😀", 1, None, {"a": "天"}]},
]


def some(dice: random.Random, pool: Sequence[Any]) -> list[Any]:
    """Three values of the pool that are not null."""
    return dice.sample(sorted({value for value in pool if value is not None}, key=str), 3)


def _text(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice("st")}


def _any_column(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice(["s", "n", "x", "c", "d", "e", "at", "b", "d__text"])}


def _set(dice: random.Random) -> dict[str, Any]:
    sets: list[dict[str, Any]] = [
        {"column": "s", "value_set": some(dice, TEXTS)},
        {"column": "n", "value_set": some(dice, SMALL)},
        {"column": "e", "value_set": dice.choice([["2021-02-08", "9999-12-31"], ["0001-01-01"]])},
    ]
    return dice.choice(sets)


def _between(dice: random.Random) -> dict[str, Any]:
    low, high = sorted([dice.choice([-1, 0, 1]), dice.choice([1, 5, 7, 1e6])])
    dates = ("2021-02-08", "2021-02-18")
    column, bounds = dice.choice(
        [("n", (low, high)), ("x", (low, high)), ("c", (low, high)), ("e", dates), ("at", ("2021-02-08T16:00:00+00:00", None))]
    )
    given = {"min_value": bounds[0], "max_value": bounds[1]}
    kept = dice.choice([["min_value"], ["max_value"], ["min_value", "max_value"]]) if bounds[1] is not None else ["min_value"]
    return {"column": column, **{name: given[name] for name in kept}, **_strictness(dice)}


def _strictness(dice: random.Random) -> dict[str, Any]:
    return {name: dice.choice([True, False]) for name in ("strict_min", "strict_max") if dice.random() < 0.7}


def _length(dice: random.Random) -> dict[str, Any]:
    bounds = dice.choice([{"min_value": 1}, {"max_value": 3}, {"min_value": 1, "max_value": 2}])
    return {**_text(dice), **bounds, **_strictness(dice)}


def _regex(dice: random.Random) -> dict[str, Any]:
    return {**_text(dice), "regex": dice.choice([r"^[a-z]+$", r"^\p{IsHan}+$", r"'", r"^.{1}$", r"\\", r"(?i)^a", "^$"])}


def _regexes(dice: random.Random) -> dict[str, Any]:
    matched = {"match_on": dice.choice(["any", "all"])} if dice.random() < 0.8 else {}
    return {**_text(dice), "regex_list": dice.choice([["^a", "^A"], [r"\d", "^$"], ["市$", "."]]), **matched}


def _unwanted_regexes(dice: random.Random) -> dict[str, Any]:
    return {**_text(dice), "regex_list": dice.choice([["^a", "b$"], ["市$"], [r"^\s*$", "'"]])}


def _pair(dice: random.Random) -> dict[str, Any]:
    first, second = dice.choice([("s", "t"), ("n", "m"), ("d", "e"), ("x", "x")])
    return {"column_A": first, "column_B": second, **_ignored(dice, PAIR_IGNORES)}


def _ignored(dice: random.Random, choices: Sequence[str]) -> dict[str, Any]:
    return {"ignore_row_if": dice.choice(choices)} if dice.random() < 0.8 else {}


def _columns(dice: random.Random, *lists: list[str]) -> dict[str, Any]:
    return {"column_list": dice.choice(lists), **_ignored(dice, LIST_IGNORES)}


def _expression(dice: random.Random) -> dict[str, Any]:
    expression, columns = dice.choice(EXPRESSIONS)
    return {**_columns(dice, columns), "expression": expression}


ARGUMENTS: Mapping[str, Arguments] = {
    "expect_column_values_to_not_be_null": _any_column,
    "expect_column_values_to_be_null": _any_column,
    "expect_column_values_to_be_in_set": _set,
    "expect_column_values_to_not_be_in_set": _set,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_match_regex": _regex,
    "expect_column_values_to_not_match_regex": _regex,
    "expect_column_values_to_match_regex_list": _regexes,
    "expect_column_values_to_not_match_regex_list": _unwanted_regexes,
    "expect_column_value_lengths_to_be_between": _length,
    "expect_column_value_lengths_to_equal": lambda dice: {**_text(dice), "value": dice.choice([0, 1, 2, 18])},
    "expect_column_values_to_be_json_parseable": lambda dice: {"column": dice.choice("jjs")},
    "expect_column_values_to_match_json_schema": lambda dice: {
        "column": dice.choice("jjjjjjjs"),
        "json_schema": dice.choice(JSON_SCHEMAS),
    },
    "expect_column_values_to_match_strftime_format": lambda dice: {
        "column": "d__text",
        "strftime_format": dice.choice(["%Y-%m-%d", "%d/%m/%Y"]),
    },
    "expect_column_pair_values_to_be_equal": _pair,
    "expect_column_pair_values_a_to_be_greater_than_b": lambda dice: {**_pair(dice), "or_equal": dice.choice([True, False, None])},
    "expect_column_pair_values_to_be_in_set": lambda dice: {
        **{**_pair(dice), "column_A": "n", "column_B": "m"},
        "value_pairs_set": dice.choice([[[1, 1], [0, 5]], [[None, 1], [2, None]]]),
    },
    "expect_multicolumn_sum_to_equal": lambda dice: {**_columns(dice, ["n", "m"], ["m", "m"]), "sum_total": dice.choice([0, 2, 7])},
    "expect_multicolumn_values_to_be_equal": lambda dice: _columns(dice, ["s", "t"], ["n", "m"]),
    "expect_select_column_values_to_be_unique_within_record": lambda dice: _columns(dice, ["s", "t"], ["n", "m"], ["n", "m", "c"]),
    "expect_compound_columns_to_be_unique": lambda dice: _columns(dice, ["s", "m"], ["n", "m"], ["x", "b"], ["s", "t", "b"]),
    "expect_column_values_to_be_unique": _any_column,
    "expect_column_values_to_parse": lambda _: {"column": "d__text", "typed_column": "d", "logical_type": "date"},
    "expect_column_values_to_be_valid_uscc": _text,
    "expect_column_values_to_be_valid_resident_id": _text,
    "expect_column_values_to_be_valid_organisation_code": _text,
    "expect_column_values_to_be_valid_bank_card": _text,
    "expect_column_values_to_be_valid_mobile": _text,
    "expect_column_values_to_hold_no_identifier": lambda dice: {
        **_text(dice),
        "identifiers": dice.sample(["resident_id", "mobile", "bank_card"], dice.choice([1, 2, 3])),
    },
    "expect_column_pair_working_days_to_be_at_most": lambda dice: {
        "column_A": "d",
        "column_B": "e",
        "maximum": dice.choice([0, 3, 7]),
        "ignore_row_if": dice.choice(PAIR_IGNORES),
    },
    "expect_multicolumn_expression_to_hold": _expression,
}
