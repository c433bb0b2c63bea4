"""Plain Great Expectations on the rows of one batch, rule by rule where one of them raises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.validator.metric_configuration import MetricConfiguration
from pyspark.sql import DataFrame

from jobs.catalogue.suite import Expectation as Stated
from jobs.catalogue.suite import Suite
from jobs.quality.engines import BATCH_ID, SparkDFExecutionEngine, quietly, validator
from tests.parity.told import Told, raised, told

RESULT_FORMAT = "BASIC"
# A Spark job for each rule that changes neither verdict nor number.
_SAMPLES = ".unexpected_values"


@dataclass(frozen=True)
class _Asked:
    """An expectation and the metrics it asks for, by name."""

    expectation: Expectation
    metrics: Mapping[str, MetricConfiguration]


def plain_results(frame: DataFrame, suite: Suite, suspects: Collection[str] = ()) -> dict[str, Told]:
    """Expectation id -> what Great Expectations says of the whole of `frame`; parameters of the suite are resolved by itself.

    `suspects` are ids of rules that may raise: they are judged alone from the start, which saves time and changes nothing.
    """
    asked: dict[str, _Asked] = {}
    results: dict[str, Told] = {}
    for stated in suite.expectations:
        try:
            asked[stated.id] = _asked(stated, suite.suite_parameters)
        except Exception as error:  # noqa: BLE001 (whatever it raises, the rule cannot be judged)
            results[stated.id] = raised(str(error))
    alone = [{rule_id: rule} for rule_id, rule in asked.items() if rule_id in suspects]
    together = {rule_id: rule for rule_id, rule in asked.items() if rule_id not in suspects}
    with quietly():
        for rules in (together, *alone):
            results |= _judged(frame, rules)
    return results


def _asked(stated: Stated, parameters: Mapping[str, Any]) -> _Asked:
    kwargs = {name: _thawed(value) for name, value in stated.kwargs.items()}
    configuration = ExpectationConfiguration(type=stated.type, kwargs=kwargs, severity=FailureSeverity(stated.severity))
    configuration.process_suite_parameters(dict(parameters), True, None)
    expectation = configuration.to_domain_obj()
    dependencies = expectation.get_validation_dependencies(runtime_configuration={"result_format": RESULT_FORMAT})
    return _Asked(expectation, dependencies.metric_configurations)


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _thawed(one) for name, one in value.items()}
    return [_thawed(one) for one in value] if isinstance(value, (list, tuple)) else value


def _judged(frame: DataFrame, asked: Mapping[str, _Asked]) -> dict[str, Told]:
    """All at once; those that raise in halves, since one that raises takes along what Great Expectations computes in the same job."""
    engine = SparkDFExecutionEngine(persist=False, spark=frame.sparkSession)
    engine.load_batch_data(BATCH_ID, frame)
    wanted = [one for rule in asked.values() for one in rule.metrics.values() if not one.metric_name.endswith(_SAMPLES)]
    try:
        resolved, aborted = validator(engine).compute_metrics(wanted)
        words = [str(info["exception_info"].exception_message) for info in aborted.values()]
    except Exception as error:  # noqa: BLE001 (whatever it raises, one of the rules cannot be judged)
        resolved, words = {}, [str(error)]
    results = {rule_id: _result(rule, resolved, words, engine) for rule_id, rule in asked.items()}
    again = [rule_id for rule_id, result in results.items() if result["raised"]]
    if len(asked) > 1:
        for half in _halves(again):
            results |= _judged(frame, {rule_id: asked[rule_id] for rule_id in half})
    return results


def _halves(names: Sequence[str]) -> list[Sequence[str]]:
    middle = -(-len(names) // 2)
    return [half for half in (names[:middle], names[middle:]) if half]


def _result(rule: _Asked, resolved: Mapping[Any, Any], words: Sequence[str], engine: SparkDFExecutionEngine) -> Told:
    samples = {one.id: None for one in rule.metrics.values() if one.metric_name.endswith(_SAMPLES)}
    numbers = {**samples, **{one.id: resolved[one.id] for one in rule.metrics.values() if one.id in resolved}}
    if len(numbers) < len({one.id for one in rule.metrics.values()}):
        return raised("; ".join(words))
    try:
        judged = rule.expectation.metrics_validate(numbers, runtime_configuration={"result_format": RESULT_FORMAT}, execution_engine=engine)
    except Exception as error:  # noqa: BLE001 (whatever it raises, the rule cannot be judged)
        return raised(f"{type(error).__name__}: {error}")
    return told(judged.to_json_dict())
