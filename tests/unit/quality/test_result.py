from typing import Any

from jobs.quality.data_docs import validation_page
from jobs.quality.layout import JudgedRule, Layout, Metric, RuleFault
from jobs.quality.result import validation_result
from jobs.quality.rules import Rule
from jobs.quality.verdict import counts_of


def rule(rule_id: str, type_: str = "expect_column_values_to_be_valid_uscc", **kwargs: object) -> Rule:
    return Rule(
        rule_id=rule_id, type=type_, kwargs={"column": "uscc", **kwargs}, severity="critical", origin="contract", code="uscc",
        columns=("uscc",), message="统一社会信用代码无效",
    )  # fmt: skip


def layout(judged: Rule, *faults: RuleFault) -> Layout:
    """Bit 1: the code is wrong; bit 2: it is missing."""
    metrics = {
        "table.row_count": Metric(),
        "column_values.nonnull.unexpected_count": Metric(bits=(2,), is_sum=True),
        "column_values.valid_uscc.unexpected_count": Metric(bits=(1,), is_sum=True),
    }
    return Layout(rules=(JudgedRule(rule=judged, bit=1, metrics=metrics),), errors=faults, flags=("malformed", "wrong", "missing"))


def result_of(rows: list[tuple[tuple[int, ...], int]], judged: Rule, *faults: RuleFault) -> dict[str, Any]:
    whole = layout(judged, *faults)
    return validation_result(whole, counts_of("b1", rows, whole), {"suite_name": "market.enterprise_registration"})


def test_shares_are_of_the_values_that_are_there() -> None:
    (told,) = result_of([((0,), 5), ((0b010,), 1), ((0b100,), 4), ((1,), 3)], rule("uscc.uscc"))["results"]
    numbers = told["result"]
    assert told["success"] is False
    assert (numbers["element_count"], numbers["missing_count"], numbers["unexpected_count"]) == (10, 4, 1)
    assert round(numbers["unexpected_percent"], 4) == 16.6667
    assert numbers["unexpected_percent_total"] == 10.0


def test_mostly_decides_as_in_great_expectations() -> None:
    rows = [((0,), 9), ((0b010,), 1)]
    assert result_of(rows, rule("uscc.uscc", mostly=0.9))["success"] is True
    assert result_of(rows, rule("uscc.uscc", mostly=0.91))["success"] is False


def test_a_batch_without_a_row_passes_with_nothing_counted() -> None:
    (told,) = result_of([], rule("uscc.uscc"))["results"]
    assert (told["success"], told["result"]["element_count"], told["result"]["unexpected_count"]) == (True, 0, None)


def test_a_rule_that_could_not_be_judged_never_succeeds() -> None:
    broken = RuleFault(rule=rule("bad.pattern", "expect_column_values_to_match_regex", regex="("), cause="the regex does not compile")
    unknown = RuleFault(rule=rule("bad.type", "expect_the_unexpected"), cause="on no list of judged types")
    whole = result_of([((0,), 1)], rule("uscc.uscc"), broken, unknown)
    assert [(one["expectation_config"]["meta"]["rule"], one["success"]) for one in whole["results"]] == [
        ("uscc.uscc", True), ("bad.pattern", False), ("bad.type", False),
    ]  # fmt: skip
    assert whole["success"] is False
    assert whole["statistics"]["unsuccessful_expectations"] == 2


def test_data_docs_shows_sentences_numbers_and_rule_errors() -> None:
    faults = [
        RuleFault(rule=rule("bad.pattern", "expect_column_values_to_match_regex", regex="("), cause="the regex does not compile"),
        RuleFault(rule=rule("bad.type", "expect_the_unexpected").model_copy(update={"message": None}), cause="on no list"),
    ]
    page = validation_page(result_of([((0,), 5), ((0b010,), 1)], rule("uscc.uscc"), *faults))
    assert "统一社会信用代码无效" in page
    assert "16.67%" in page
    assert "the regex does not compile" in page
    assert "expect_the_unexpected could not be judged" in page
