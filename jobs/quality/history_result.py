"""History checks as ordinary results of Great Expectations, with the computed bounds as their arguments, so that Data Docs show them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity

from jobs.quality.conditions import RESULT_FORMAT, metric_configurations
from jobs.quality.history import HUNDRED, HistoryCheck

# measure -> type of the expectation, and the one metric that it asks for
TYPES: Mapping[str, tuple[str, str]] = {
    "rows": ("expect_table_row_count_to_be_between", "table.row_count"),
    "null_share": ("expect_column_proportion_of_non_null_values_to_be_between", "column.non_null_proportion"),
    "sum": ("expect_column_sum_to_be_between", "column.sum"),
}


def history_results(checks: Iterable[HistoryCheck]) -> list[ExpectationValidationResult]:
    """A result for every check that was judged; `meta` holds its rule id, median, spread and the number of earlier batches."""
    return [_result(check) for check in checks if check.is_judged]


def not_judged_yet(checks: Iterable[HistoryCheck]) -> dict[str, Any]:
    """What a batch's result says in its `meta` of checks that had too few earlier batches; nothing where there is none."""
    rules = [check.rule.rule_id for check in checks if not check.is_judged]
    return {"not_judged_yet": rules} if rules else {}


def _result(check: HistoryCheck) -> ExpectationValidationResult:
    type_, metric = TYPES[check.rule.measure]
    observed, low, high = (_plain(check, value) for value in (check.observed, check.low, check.high))
    if check.rule.measure == "null_share":
        low, high = high, low
    meta = {
        "rule": check.rule.rule_id,
        "origin": "history",
        "earlier": check.earlier,
        "median": str(check.median),
        "spread": str(check.spread),
    }
    column = {"column": check.rule.column} if check.rule.column else {}
    configuration = ExpectationConfiguration(
        type=type_, kwargs={**column, "min_value": low, "max_value": high}, meta=meta, severity=FailureSeverity("critical")
    )
    expectation = configuration.to_domain_obj()
    metrics = {one.id: observed for name, one in metric_configurations(expectation).items() if name == metric}
    return expectation.metrics_validate(metrics=metrics, runtime_configuration={"result_format": RESULT_FORMAT})


def _plain(check: HistoryCheck, value: Decimal | None) -> int | float | None:
    """The value as a number of JSON's; of a null share the share of values that are there."""
    if value is None:
        return None
    if check.rule.measure == "rows":
        return int(value)
    return float((HUNDRED - value) / HUNDRED if check.rule.measure == "null_share" else value)
