"""An ordinary Great Expectations validation result from counts: each expectation decides by itself on the numbers it asks for."""

from collections.abc import Mapping
from typing import Any

from great_expectations import __version__ as gx_version
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.validator.validation_statistics import calc_validation_statistics

from jobs.quality.conditions import RESULT_FORMAT, metric_configurations
from jobs.quality.engines import configuration_of, expectation_of
from jobs.quality.layout import JudgedRule, Layout, Metric, RuleFault
from jobs.quality.verdict import BatchCounts, combination


def validation_result(layout: Layout, counts: BatchCounts, meta: Mapping[str, Any]) -> dict[str, Any]:
    """The batch's ExpectationSuiteValidationResult as JSON: numbers and verdicts, no value of any row.

    `meta` goes into its meta and must hold `suite_name`; a rule that could not be judged has `exception_info` and has not succeeded;
    a rule of the lake alone (`key_in_lake`) is none of Great Expectations' and not in it.
    """
    results = [_judged_result(judged, counts) for judged in layout.rules if judged.metrics]
    return suite_result([*results, *(_fault_result(fault) for fault in layout.errors)], meta, counts.batch_id)


def suite_result(results: list[ExpectationValidationResult], meta: Mapping[str, Any], batch_id: str | None) -> dict[str, Any]:
    """Single results as one suite's result in JSON."""
    statistics = calc_validation_statistics(results)
    said = {name: value for name, value in meta.items() if name != "suite_name"}
    whole = ExpectationSuiteValidationResult(
        success=statistics.success,
        results=results,
        suite_name=meta["suite_name"],
        statistics={name: value for name, value in statistics._asdict().items() if name != "success"},
        meta={"great_expectations_version": gx_version, **said},
        batch_id=batch_id,
    )
    told: dict[str, Any] = whole.to_json_dict()
    return told


def _judged_result(judged: JudgedRule, counts: BatchCounts) -> ExpectationValidationResult:
    expectation = expectation_of(judged.rule)
    metrics = {config.id: _number(judged.metrics.get(name), counts) for name, config in metric_configurations(expectation).items()}
    return expectation.metrics_validate(metrics=metrics, runtime_configuration={"result_format": RESULT_FORMAT})


def _number(metric: Metric | None, counts: BatchCounts) -> int | None:
    """None for what was not counted: values of rows, which have no place in a result, and sums over no row."""
    if metric is None or (metric.is_sum and counts.combinations.get(combination(metric.domain), 0) == 0):
        return None
    return counts.combinations.get(combination(metric.bits), 0)


def _fault_result(fault: RuleFault) -> ExpectationValidationResult:
    return ExpectationValidationResult(
        success=False,
        expectation_config=configuration_of(fault.rule),
        result={},
        exception_info={"raised_exception": True, "exception_message": f"rule error: {fault.cause}", "exception_traceback": None},
    )
