from collections.abc import Callable

import pytest
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.errors import RuleError
from jobs.quality.layout import Layout
from jobs.quality.masks import Masks, compile_masks
from jobs.quality.rules import Rule
from jobs.quality.verdict import critical_predicate, decode, warning_predicate

Frames = Callable[..., DataFrame]
Rules = Callable[..., Rule]
EXPRESSION = "expect_multicolumn_expression_to_hold"
BETWEEN = "expect_column_values_to_be_between"


def failing(frame: DataFrame, masks: Masks, flags: dict[str, Column] | None = None) -> list[tuple[str, ...]]:
    """The rules that each row fails, in the rows' order."""
    rows = frame.select("_row", *masks.columns(flags or {})).orderBy("_row").collect()
    layout = Layout.model_validate_json(masks.layout.model_dump_json())
    return [decode(tuple(row[name] for name in layout.masks), layout) for row in rows]


def test_each_row_fails_its_own_rules_and_a_malformed_one_none(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "a1", 5), ("b", 2, False, None, None), ("b", 3, True, None, None), ("b", 4, False, "ab", 50))
    rules = [
        rule("k.required", "expect_column_values_to_not_be_null", column="k"),
        rule("k.pattern", "expect_column_values_to_match_regex", column="k", regex="^a[0-9]$"),
        rule("n.maximum", BETWEEN, column="n", max_value=9),
    ]
    assert failing(rows, compile_masks(rows, rules)) == [(), ("k.required",), ("malformed",), ("k.pattern", "n.maximum")]


@pytest.mark.parametrize(
    "condition",
    [
        {"row_condition": {"type": "comparison", "column": {"name": "k"}, "operator": "==", "parameter": "a"}},
        {"row_condition": "k = 'a'", "condition_parser": "spark"},
        {"row_condition": 'col("k") == "a"', "condition_parser": "great_expectations"},
    ],
)
def test_a_row_outside_the_row_condition_fails_nothing(frame: Frames, rule: Rules, condition: dict[str, object]) -> None:
    rows = frame(("b", 1, False, "a", 50), ("b", 2, False, "b", 50), ("b", 3, False, None, 50), ("b", 4, False, "a", 5))
    masks = compile_masks(rows, [rule("n.maximum", BETWEEN, column="n", max_value=9, **condition)])
    assert failing(rows, masks) == [("n.maximum",), (), (), ()]


def test_seventy_rules_stand_in_two_masks(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, None, 69), ("b", 2, False, None, -1))
    masks = compile_masks(rows, [rule(f"r{limit:02d}", BETWEEN, column="n", max_value=limit) for limit in range(70)])
    assert masks.layout.masks == ("_mask_0", "_mask_1")
    assert failing(rows, masks) == [tuple(f"r{limit:02d}" for limit in range(69)), ()]


def test_severity_says_which_rows_are_quarantined_and_which_warned(frame: Frames, rule: Rules) -> None:
    rows = frame(
        ("b", 1, False, "x", 1), ("b", 2, False, "x", 11), ("b", 3, False, None, 1), ("b", 4, False, None, 11), ("b", 5, True, None, None)
    )
    rules = [
        rule("k.required", "expect_column_values_to_not_be_null", column="k"),
        rule("n.maximum", BETWEEN, "warning", column="n", max_value=9),
        rule("n.minimum", BETWEEN, "info", column="n", min_value=5),
    ]
    masks = compile_masks(rows, rules)
    judged = rows.select("_row", *masks.columns({})).select("_row", critical_predicate(masks.layout), warning_predicate(masks.layout))
    assert [tuple(row) for row in judged.orderBy("_row").collect()] == [
        (1, False, False), (2, False, True), (3, True, False), (4, True, False), (5, True, False),
    ]  # fmt: skip


def test_a_flag_that_is_awaited_must_be_given(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "a", 1))
    masks = compile_masks(
        rows, [rule("key", "expect_column_values_to_be_unique", method="key", column="k"), rule("lake", "key_in_lake", method="lake")]
    )
    assert masks.awaited == ("key", "lake")
    with pytest.raises(RuleError, match=r"awaited for the rules \['key', 'lake'\]"):
        masks.columns({"key": F.lit(False)})
    with pytest.raises(RuleError, match="stranger"):
        masks.columns({"key": F.lit(False), "lake": F.lit(False), "stranger": F.lit(False)})
    assert failing(rows, masks, {"key": F.lit(None).cast("boolean"), "lake": F.lit(True)}) == [("lake",)]


BAD = {
    "regex": ("expect_column_values_to_match_regex", {"column": "k", "regex": "([a"}, "PATTERN"),
    "missing column": ("expect_column_values_to_match_regex", {"column": "nope", "regex": "a"}, "nope"),
    "text against numbers": ("expect_column_values_to_be_in_set", {"column": "k", "value_set": [1, 2]}, "CAST_INVALID_INPUT"),
    "text between numbers": (BETWEEN, {"column": "k", "min_value": 1}, "StringType"),
    "null in a set": ("expect_column_values_to_be_in_set", {"column": "k", "value_set": ["a", None]}, "null in value_set"),
    "unlisted type": ("expect_column_value_z_scores_to_be_less_than", {"column": "n", "threshold": 3, "double_sided": True}, "no list"),
    "unknown type": ("expect_the_unexpected", {"column": "n"}, "no list"),
    "unknown argument": (BETWEEN, {"column": "n", "max_valu": 6}, "max_valu"),
    "bare cast": (EXPRESSION, {"column_list": ["n", "k"], "expression": "cast(k as int) > 3"}, "CAST_INVALID_INPUT"),
    "bare division": (EXPRESSION, {"column_list": ["n", "k"], "expression": "1 / n > 3"}, "DIVIDE_BY_ZERO"),
    "window": (EXPRESSION, {"column_list": ["n", "k"], "expression": "sum(n) over () > 3"}, "other rows"),
    "chance": (EXPRESSION, {"column_list": ["n", "k"], "expression": "rand() > 0.5"}, "another answer"),
    "clock": (EXPRESSION, {"column_list": ["d", "k"], "expression": "d <= current_date()"}, "clock"),
    "clock without brackets": (EXPRESSION, {"column_list": ["d", "k"], "expression": "d <= current_date"}, "clock"),
    "column not listed": (EXPRESSION, {"column_list": ["n", "k"], "expression": "d is null"}, "UNRESOLVED_COLUMN"),
    "no condition": (EXPRESSION, {"column_list": ["n", "k"], "expression": "n + 1"}, "not a condition"),
    "subquery": (BETWEEN, {"column": "n", "max_value": 6, "row_condition": "n in (select 1)", "condition_parser": "spark"}, "subquery"),
    "condition not applied": (
        "expect_column_pair_values_to_be_in_set",
        {"column_A": "k", "column_B": "k", "value_pairs_set": [["a", "a"]], "row_condition": "n > 1", "condition_parser": "spark"},
        "row_condition",
    ),
}  # fmt: skip


def test_a_rule_that_cannot_be_judged_is_an_error_with_its_cause_and_the_others_go_on(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "a", 50))
    bad = [rule(name, type_, **kwargs) for name, (type_, kwargs, _) in BAD.items()]
    masks = compile_masks(rows, [*bad, rule("n.maximum", BETWEEN, column="n", max_value=9)])
    causes = {fault.rule.rule_id: fault.cause for fault in masks.errors}
    assert [name for name, (_, _, word) in BAD.items() if word not in causes.get(name, "")] == []
    assert failing(rows, masks) == [("n.maximum",)]
