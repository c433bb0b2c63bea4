"""Rules that hang on more than a row: Great Expectations judges them itself, on each batch alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.quality.by_gx import judged_by_gx
from jobs.quality.masks import compile_masks
from jobs.quality.result import validation_result
from jobs.quality.rules import Rule
from jobs.quality.verdict import counts_of
from tests.unit.quality.test_ways import PACKAGE

Frames = Callable[..., DataFrame]
Rules = Callable[..., Rule]


@pytest.fixture
def rows(frame: Frames) -> DataFrame:
    """Ten and twenty with a null, in order."""
    return frame(("b", 1, False, "x", 10), ("b", 2, False, "y", 20), ("b", 3, False, None, None)).withColumn("_part", F.lit("f"))


def own(rule: Rules, rule_id: str, kind: str, /, **kwargs: object) -> Rule:
    return rule(rule_id, kind, method="gx").model_copy(update={"kwargs": kwargs})


def test_each_kind_gets_great_expectations_own_verdict(rows: DataFrame, rule: Rules) -> None:
    query = "SELECT * FROM {batch} WHERE n > 15"
    rules = [
        own(rule, "mean", "expect_column_mean_to_be_between", column="n", min_value=14, max_value=16),
        own(rule, "sum", "expect_column_sum_to_be_between", column="n", max_value=29),
        own(rule, "rows", "expect_table_row_count_to_equal", value=3),
        own(rule, "type", "expect_column_values_to_be_of_type", column="n", type_="LongType"),
        own(rule, "query", "unexpected_rows_expectation", unexpected_rows_query=query),
        own(rule, "set", "expect_column_distinct_values_to_be_in_set", column="k", value_set=["x"]),
        own(rule, "shares", "expect_column_proportion_of_non_null_values_to_be_between", column="k", min_value=0.6),
    ]
    judged = judged_by_gx(rows, rules)
    assert judged.faults == ()
    assert set(judged.failed()) == {"sum", "query", "set"}
    assert {name: judged.observed(name) for name in ("mean", "sum", "rows", "query")} == {
        "mean": "15.0", "sum": "30.0", "rows": "3", "query": "1",
    }  # fmt: skip


@pytest.mark.parametrize(("order", "failing"), [((1, 2, 3), 0), ((1, 3, 2), 1)])
def test_rows_are_compared_in_the_file_s_order(frame: Frames, rule: Rules, order: tuple[int, ...], failing: int) -> None:
    """10, 20, 30 stand on lines that the frame gives in another order."""
    lines = dict(zip((10, 20, 30), order, strict=True))
    rows = frame(*[("b", lines[n], False, "x", n) for n in (30, 10, 20)]).withColumn("_part", F.lit("f")).repartition(3)
    judged = judged_by_gx(rows, [own(rule, "up", "expect_column_values_to_be_increasing", column="n")])
    assert judged.results["up"]["result"]["unexpected_count"] == failing


def test_a_rule_that_raises_is_a_fault_without_values_and_the_others_are_judged(rows: DataFrame, rule: Rules) -> None:
    rules = [
        own(rule, "text", "expect_column_mean_to_be_between", column="k", min_value=1),
        own(rule, "gone", "expect_column_max_to_be_between", column="nowhere", max_value=1),
        own(rule, "query", "unexpected_rows_expectation", unexpected_rows_query="SELECT * FROM {batch} WHERE CAST(k AS INT) > 0"),
        own(rule, "rows", "expect_table_row_count_to_equal", value=3),
    ]
    judged = judged_by_gx(rows, rules)
    causes = {fault.rule.rule_id: fault.cause for fault in judged.faults}
    assert set(causes) == {"text", "gone", "query"}
    assert causes["query"] == "raises CAST_INVALID_INPUT on rows of this batch"
    assert "nowhere" in causes["gone"]
    assert not any("'x'" in cause for cause in causes.values())
    assert judged.results["rows"]["success"] is True


def test_a_type_of_an_engineer_s_own_package_goes_the_same_way(
    rows: DataFrame, rule: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "city_rules_on_spark.py").write_text(PACKAGE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    given = own(rule, "seven", "expect_column_average_to_be_seven", column="n").model_copy(update={"packages": ("city_rules_on_spark",)})
    judged = judged_by_gx(rows, [given])
    assert (judged.failed(), judged.observed("seven")) == (("seven",), "15.0")


def test_the_result_of_a_batch_holds_all_ways_side_by_side(rows: DataFrame, rule: Rules) -> None:
    rules = [
        rule("k.required", "expect_column_values_to_not_be_null", column="k"),
        own(rule, "mean", "expect_column_mean_to_be_between", column="n", min_value=99),
        own(rule, "text", "expect_column_mean_to_be_between", column="k", min_value=1),
        own(rule, "odd", "expect_column_mean_to_be_between", column="n", min_value="many"),
    ]
    masks = compile_masks(rows, rules)
    assert [one.rule_id for one in masks.layout.by_gx] == ["mean", "text"]
    assert [fault.rule.rule_id for fault in masks.errors] == ["odd"]
    groups = [((row[0],), row[1]) for row in rows.select(*masks.columns({})).groupBy("_mask_0").count().collect()]
    by_gx = judged_by_gx(rows, masks.layout.by_gx)
    whole = validation_result(masks.layout, counts_of("b", groups, masks.layout), {"suite_name": "s"}, by_gx)
    told = {one["expectation_config"]["meta"]["rule"]: one for one in whole["results"]}
    assert {name: one["success"] for name, one in told.items()} == {"k.required": False, "mean": False, "text": False, "odd": False}
    assert told["k.required"]["result"]["unexpected_count"] == 1
    assert told["text"]["exception_info"]["raised_exception"] is True
    assert whole["success"] is False


SCHEMA = {"type": "object", "required": ["a"]}


@pytest.mark.parametrize(
    ("type_", "kwargs", "failing"),
    [
        ("expect_column_values_to_be_json_parseable", {}, [2, 4]),
        ("expect_column_values_to_match_strftime_format", {"strftime_format": "%Y-%m-%d"}, [1, 2, 3]),
        (
            "expect_column_values_to_match_json_schema",
            {"json_schema": {"type": "object"}, "mostly": 0.5, "row_condition": "n = 1", "condition_parser": "spark"},
            [],
        ),
        ("expect_column_values_to_match_json_schema", {"json_schema": SCHEMA, "row_condition": "n = 1", "condition_parser": "spark"}, [3]),
    ],
)
def test_python_conditions_are_masks_and_meet_no_row_outside_their_condition(
    frame: Frames, rule: Rules, type_: str, kwargs: dict[str, object], failing: list[int]
) -> None:
    texts = [('{"a": 1}', 1), ("no JSON", 2), ('{"b": 1}', 1), ("2021-03-05", 2), (None, 1)]
    rows = frame(*[("b", line, False, text, n) for line, (text, n) in enumerate(texts, start=1)], ("b", 6, True, None, None))
    masks = compile_masks(rows, [rule("one", type_, column="k", **kwargs)])
    assert masks.errors == ()
    judged = masks.widened(rows).select("_row", *masks.columns({}))
    bit = 1 << masks.layout.rules[0].bit
    assert [row["_row"] for row in judged.orderBy("_row").collect() if row["_mask_0"] & bit] == failing


def test_a_json_schema_is_judged_on_every_row_where_nothing_narrows_it(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, '{"a": 1}', 1), ("b", 2, False, "{}", 1), ("b", 3, False, None, 1))
    masks = compile_masks(rows, [rule("one", "expect_column_values_to_match_json_schema", column="k", json_schema=SCHEMA)])
    judged = rows.select("_row", *masks.columns({})).where(F.col("_mask_0") != 0)
    assert [row["_row"] for row in judged.where(F.col("_mask_0").bitwiseAND(1 << masks.layout.rules[0].bit) != 0).collect()] == [2]
