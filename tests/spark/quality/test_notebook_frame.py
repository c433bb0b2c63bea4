"""A frame judged in two lines: Great Expectations' own numbers, and beside them every failing row with all of its reasons."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pytest
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from pyspark.sql import DataFrame, Row, SparkSession

from jobs.errors import CatalogueError, RuleError
from jobs.notebook import Verdict, judge
from tests.parity.compared import for_few_rows

ROOT = Path(__file__).parents[3]
NUMBERS = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent", "observed_value")
ROWS = [
    ("a", 1, "x", 0.5),
    ("a", 200, None, 1.5),
    ("b", -5, "x", None),
    ("c", None, "zz", 2.5),
    (None, 120, "y", 9.0),
    (None, None, None, None),
]


def suite() -> gx.ExpectationSuite:
    """One expectation of each way: masks with `mostly`, `row_condition` and severities, a key, aggregates, the columns."""
    return gx.ExpectationSuite(
        name="shop.sale",
        suite_parameters={"most": 10},
        expectations=[
            gxe.ExpectColumnValuesToBeBetween(column="n", min_value=0, max_value=120, meta={"rule": "n_in_range"}),
            gxe.ExpectColumnValuesToBeInSet(
                column="code", value_set=["x", "y"], severity="warning", notes="代码不在代码集内", meta={"rule": "known_code"}
            ),
            gxe.ExpectColumnValuesToNotBeNull(column="n", mostly=0.5, meta={"rule": "n_is_there"}),
            gxe.ExpectColumnValuesToNotBeNull(
                column="code", row_condition="n > 100", condition_parser="spark", severity="info", meta={"rule": "large_has_code"}
            ),
            gxe.ExpectColumnValuesToBeUnique(column="id", meta={"rule": "id_once"}),
            gxe.ExpectColumnMaxToBeBetween(column="x", max_value={"$PARAMETER": "most"}, meta={"rule": "x_at_most"}),
            gxe.ExpectColumnValuesToBeIncreasing(column="x", meta={"rule": "x_increases"}),
            gxe.ExpectTableRowCountToEqual(value=7, meta={"rule": "seven_rows"}),
            gxe.ExpectTableColumnsToMatchSet(column_set=["id", "n", "code", "x"], meta={"rule": "columns"}),
        ],
    )


@pytest.fixture(autouse=True)
def quick(spark: SparkSession) -> Iterator[None]:
    with for_few_rows(spark):
        yield


@pytest.fixture
def frame(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, "id string, n int, code string, x double").coalesce(1)


@pytest.fixture
def verdict(frame: DataFrame) -> Verdict:
    return judge(frame, suite(), id_columns=["id", "n"])


def plain(frame: DataFrame, given: gx.ExpectationSuite) -> ExpectationSuiteValidationResult:
    """What Great Expectations says by itself."""
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset("frame")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    return batch.validate(given, result_format="BASIC", expectation_parameters=given.suite_parameters)


def told(result: ExpectationSuiteValidationResult) -> dict[str, Any]:
    """Rule -> verdict and numbers."""
    return {one.expectation_config.meta["rule"]: (one.success, {name: one.result.get(name) for name in NUMBERS}) for one in result.results}


def stated_by(result: ExpectationSuiteValidationResult) -> list[Any]:
    """What was asked, as the results repeat it."""
    configs = sorted((one.expectation_config.to_json_dict() for one in result.results), key=lambda one: one["meta"]["rule"])
    return [{**one, "kwargs": {name: value for name, value in one["kwargs"].items() if name != "batch_id"}} for one in configs]


def reasons(rows: DataFrame, *names: str) -> dict[tuple[Any, ...], list[str]]:
    """The row's values -> the rules that it fails."""
    return {tuple(row[name] for name in names): [one["rule"] for one in row["_reasons"]] for row in rows.collect()}


def test_the_result_is_what_great_expectations_says_of_the_same_frame(frame: DataFrame, verdict: Verdict) -> None:
    theirs = plain(frame, suite())
    assert isinstance(verdict.result, ExpectationSuiteValidationResult)
    assert told(verdict.result) == told(theirs)
    assert verdict.result.statistics == theirs.statistics
    assert verdict.success is theirs.success is False
    assert stated_by(verdict.result) == stated_by(theirs)


def test_every_failing_row_tells_all_of_its_reasons(verdict: Verdict) -> None:
    assert verdict.rows.columns == ["id", "n", "_reasons"]
    assert reasons(verdict.rows, "id", "n") == {
        ("a", 1): ["id_once"],
        ("a", 200): ["n_in_range", "large_has_code", "id_once"],
        ("b", -5): ["n_in_range"],
        ("c", None): ["known_code", "n_is_there"],
        (None, None): ["n_is_there"],
    }
    assert (verdict.counts.rows, verdict.counts.quarantined, verdict.counts.warned) == (6, 5, 0)


def test_a_reason_has_columns_severity_and_a_sentence(verdict: Verdict) -> None:
    by_rule = {one["rule"]: one for row in verdict.rows.collect() for one in row["_reasons"]}
    known = by_rule["known_code"]
    assert (known["type"], known["severity"], known["columns"]) == ("expect_column_values_to_be_in_set", "warning", ["code"])
    assert known["zh"] == "代码不在代码集内"
    assert "x, y" in known["en"]
    assert "120" in by_rule["n_in_range"]["zh"]


def test_without_id_columns_the_row_is_shown_whole(frame: DataFrame) -> None:
    rows = judge(frame, [gxe.ExpectColumnValuesToBeInSet(column="code", value_set=["x", "y"])]).rows
    (row,) = rows.collect()
    assert row[:4] == ("c", None, "zz", 2.5)
    assert [one["rule"] for one in row["_reasons"]] == ["#1"]


def test_a_file_and_the_suite_that_plain_great_expectations_loads_from_it_are_judged_alike(frame: DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "sale.json"
    path.write_text(json.dumps(suite().to_json_dict()), encoding="utf-8")
    by_file, by_suite = judge(frame, path), judge(frame, gx.ExpectationSuite(**json.loads(path.read_text(encoding="utf-8"))))
    assert told(by_file.result) == told(by_suite.result)
    assert reasons(by_file.rows, "id", "n") == reasons(by_suite.rows, "id", "n")


def test_keys_are_held_against_the_whole_frame_whatever_lineage_it_has(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("b1", "a"), ("b2", "a"), ("b2", "c")], "_batch_id string, id string")
    verdict = judge(frame, [gxe.ExpectColumnValuesToBeUnique(column="id")])
    assert sorted(verdict.rows.select("_batch_id", "id").collect()) == [Row("b1", "a"), Row("b2", "a")]


def test_a_rule_that_cannot_be_judged_is_told_and_the_others_are_judged(frame: DataFrame) -> None:
    verdict = judge(
        frame,
        [
            gxe.ExpectColumnValuesToMatchRegex(column="code", regex="("),
            gxe.ExpectColumnValuesToNotBeNull(column="nowhere"),
            gxe.ExpectColumnMaxToBeBetween(column="nowhere", max_value=1),
            gxe.ExpectColumnValuesToNotBeNull(column="id", row_condition="n > 0 OR CAST(id AS INT) > 0", condition_parser="spark"),
            gxe.ExpectColumnValuesToBeBetween(column="n", min_value=0),
        ],
    )
    assert [line[0] for line in verdict.lines()] == ["rule error"] * 4 + ["not met"]
    assert "CAST_INVALID_INPUT" in verdict.lines()[3][3]
    assert reasons(verdict.rows, "n") == {(-5,): ["#5"]}
    assert "rule error" in repr(verdict)
    assert "<td>rule error</td>" in verdict._repr_html_()


def test_an_empty_frame_fails_nothing(frame: DataFrame) -> None:
    verdict = judge(frame.limit(0), [gxe.ExpectColumnValuesToBeUnique(column="id"), gxe.ExpectColumnValuesToNotBeNull(column="n")])
    assert verdict.success
    assert (verdict.rows.count(), verdict.counts.rows) == (0, 0)
    assert judge(frame, []).rows.count() == 0


@pytest.mark.parametrize("given", [{"suite_parameters": {"most": 8}}, {}])
def test_parameters_given_by_hand_win_over_the_suites_own(frame: DataFrame, given: Mapping[str, Any]) -> None:
    verdict = judge(frame, suite(), **given)
    assert told(verdict.result)["x_at_most"][0] is ("suite_parameters" not in given)


def test_what_is_no_suite_is_refused(frame: DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"name": "s", "expectations": [{"kwargs": {}}]}', encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"expectations.0.type"):
        judge(frame, path)
    with pytest.raises(RuleError, match="most"):
        judge(frame, [gxe.ExpectColumnMaxToBeBetween(column="x", max_value={"$PARAMETER": "most"})])


def test_the_page_shows_what_its_lines_give(spark: SparkSession) -> None:
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    lines, shown = re.search(r"```python\n(from jobs\.notebook import judge\n.*?)```\n```\n>>> verdict\n(.*?)```", page, re.DOTALL).groups()
    given: dict[str, Any] = {"spark": spark, "judge": lambda frame, path, **named: judge(frame, ROOT / path, **named)}
    exec(lines.replace("from jobs.notebook import judge\n", ""), given)  # noqa: S102 (the page's own lines)
    assert repr(given["verdict"]) == shown.rstrip()
