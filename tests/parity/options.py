"""What a rule may say beside its own arguments: rows looked at, share asked for, severity, and parameters of the suite."""

import random
from collections.abc import Mapping
from typing import Any

from great_expectations.expectations.registry import get_expectation_impl

Json = dict[str, Any]

# Great Expectations takes a row condition for this type and does not apply it; with us such a rule is a rule error.
UNHEARD = frozenset({"expect_column_pair_values_to_be_in_set"})


def _comparison(column: str, operator: str, parameter: object) -> Json:
    return {"type": "comparison", "column": {"name": column}, "operator": operator, "parameter": parameter}


def _nullity(column: str, *, is_null: bool) -> Json:
    return {"type": "nullity", "column": {"name": column}, "is_null": is_null}


_SOME_TEXTS = _comparison("t", "IN", ["天津市", "a", "😀", "O'Brien"])
_OBJECTS: list[Json] = [
    _comparison("s", "==", "O'Brien"),
    _comparison("s", "!=", "天津市"),
    _comparison("n", ">=", 1),
    _comparison("x", "<", 1.5),
    _comparison("m", "<=", 1),
    _comparison("e", ">", "2021-02-08"),
    _SOME_TEXTS,
    _comparison("m", "IN", [0, 1, 7]),
    _comparison("t", "NOT_IN", ["a", "A", "%"]),
    _comparison("m", "NOT_IN", [5]),
    _nullity("t", is_null=True),
    _nullity("x", is_null=False),
    {"type": "and", "conditions": [_nullity("n", is_null=False), _comparison("m", ">", 0), _comparison("s", "!=", "a")]},
    {"type": "or", "conditions": [_nullity("n", is_null=False), _comparison("t", "!=", "a")]},
    {"type": "or", "conditions": [_SOME_TEXTS, {"type": "and", "conditions": [_nullity("s", is_null=True), _comparison("m", "<", 5)]}]},
    {"type": "pass_through", "pass_through_filter": "m % 2 = 1 OR t LIKE '%市'"},
]
_SPARK = ["n > m OR t IS NULL", "s LIKE '%a%' AND NOT b", "t = '😀' OR s = \"O'Brien\"", "isnan(x) OR d IS NOT NULL", "false"]
_OWN = ['col("n") > 0', 'col("t").notnull()', 'col("s") == "a"', 'col("m") <= 1']
CONDITIONS: list[Json] = [
    *({"row_condition": one} for one in _OBJECTS),
    *({"row_condition": one, "condition_parser": "spark"} for one in _SPARK),
    *({"row_condition": one, "condition_parser": "great_expectations"} for one in _OWN),
]
MOSTLY = [1, 1.0, 0.95, 0.9, 0.5, 0.25, 0]
SEVERITIES = ["critical", "warning", "info"]
# Names of columns and conditions are checked against the contract and so are no parameters.
_FIXED = frozenset({"column", "column_A", "column_B", "column_list", "row_condition", "condition_parser", "typed_column"})


def with_options(dice: random.Random, type_: str, kwargs: Json) -> Json:
    """The kwargs with a row condition and `mostly`, each now and then, where the type knows them."""
    known = get_expectation_impl(type_).__fields__
    condition = dice.choice(CONDITIONS) if "row_condition" in known and type_ not in UNHEARD and dice.random() < 0.5 else {}
    mostly = {"mostly": dice.choice(MOSTLY)} if "mostly" in known and dice.random() < 0.7 else {}
    return {**kwargs, **condition, **mostly}


def with_parameters(dice: random.Random, kwargs: Mapping[str, Any], prefix: str) -> tuple[Json, Json]:
    """The kwargs with a third of their values given by parameters of the suite instead, some by a sum, and these parameters."""
    told: Json = {}
    parameters: Json = {}
    for name, value in kwargs.items():
        if name in _FIXED or value is None or dice.random() > 1 / 3:
            told[name] = value
            continue
        parameter = f"{prefix}_{name}"
        is_sum = type(value) is int and dice.random() < 0.5
        parameters[parameter] = value - 1 if is_sum else value
        told[name] = {"$PARAMETER": f"{parameter} + 1" if is_sum else parameter}
    return told, parameters
