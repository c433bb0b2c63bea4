"""An ordinary Great Expectations validation result from counts: each expectation decides by itself on the numbers it asks for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from great_expectations import __version__ as gx_version
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
    expectationValidationResultSchema,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.metric_configuration import MetricConfigurationID
from great_expectations.validator.validation_statistics import calc_validation_statistics

from jobs.quality.by_gx import NO_RULES, JudgedByGx
from jobs.quality.conditions import RESULT_FORMAT, metric_configurations
from jobs.quality.engines import configuration_of, expectation_of
from jobs.quality.layout import JudgedRule, Layout, Metric, RuleFault
from jobs.quality.verdict import BatchCounts, combination


def validation_result(layout: Layout, counts: BatchCounts, meta: Mapping[str, Any], by_gx: JudgedByGx = NO_RULES) -> dict[str, Any]:
    """The batch's ExpectationSuiteValidationResult as JSON: numbers and verdicts, no value of any row.

    `meta` goes into its meta and must hold `suite_name`; a rule that could not be judged has `exception_info` and has not succeeded;
    a rule of the lake alone (`key_in_lake`) is none of Great Expectations' and not in it.
    """
    return next(validation_results(layout, [(counts, meta)], {counts.batch_id: gx_results(by_gx)}))


def validation_results(
    layout: Layout,
    batches: Iterable[tuple[BatchCounts, Mapping[str, Any]]],
    further: Mapping[str, Sequence[ExpectationValidationResult]] = MappingProxyType({}),
) -> Iterator[dict[str, Any]]:
    """`validation_result` of each batch in turn, with its `further` results by batch id; what is the same for all is made once."""
    judges = [_judge_of(judged) for judged in layout.rules if judged.metrics]
    faults = [_fault_result(fault) for fault in layout.errors]
    for counts, meta in batches:
        own = [_judged_result(judge, counts) for judge in judges]
        yield suite_result([*own, *faults, *further.get(counts.batch_id, ())], meta, counts.batch_id)


def gx_results(judged: JudgedByGx) -> list[ExpectationValidationResult]:
    """What Great Expectations itself made of a batch, and a result for each rule on which it raised."""
    results = [expectationValidationResultSchema.load(dict(result)) for result in judged.results.values()]
    return [*results, *map(_fault_result, judged.faults)]


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
    told: dict[str, Any] = whole.to_json_dict()  # type: ignore[no-untyped-call]
    return told


@dataclass(frozen=True)
class _Judge:
    """An expectation with the numbers it will ask for: metric id -> what to count."""

    expectation: Expectation
    wanted: Mapping[MetricConfigurationID, Metric | None]


def _judge_of(judged: JudgedRule) -> _Judge:
    expectation = expectation_of(judged.rule)
    wanted = {config.id: judged.metrics.get(name) for name, config in metric_configurations(expectation).items()}
    return _Judge(expectation, wanted)


def _judged_result(judge: _Judge, counts: BatchCounts) -> ExpectationValidationResult:
    metrics = {key: _number(metric, counts) for key, metric in judge.wanted.items()}
    return judge.expectation.metrics_validate(metrics=metrics, runtime_configuration={"result_format": RESULT_FORMAT})


def _number(metric: Metric | None, counts: BatchCounts) -> int | None:
    """None for what was not counted: values of rows, which have no place in a result, and sums over no row."""
    if metric is None or (metric.is_sum and counts.combinations.get(combination(metric.domain), 0) == 0):
        return None
    return counts.combinations.get(combination(metric.bits), 0)


def _fault_result(fault: RuleFault) -> ExpectationValidationResult:
    # Data Docs wants a traceback; the cause is all that may be shown.
    said = {"raised_exception": True, "exception_message": f"rule error: {fault.cause}", "exception_traceback": fault.cause}
    return ExpectationValidationResult(success=False, expectation_config=_shown(fault), result={}, exception_info=said)


def _shown(fault: RuleFault) -> ExpectationConfiguration:
    """The rule's own configuration, or one in its place where it has none that Data Docs could show."""
    try:
        expectation_of(fault.rule)
    except Exception:  # noqa: BLE001 (the boundary at which a rule's failure becomes a rule error)
        stand_in = {"type": "expect_rule_to_be_judged", "kwargs": {"rule": fault.rule.rule_id, "stated_type": fault.rule.type}}
        message = f"{fault.rule.rule_id}: {fault.rule.type} could not be judged"
        return configuration_of(fault.rule.model_copy(update={**stand_in, "message": fault.rule.message or message}))
    return configuration_of(fault.rule)
