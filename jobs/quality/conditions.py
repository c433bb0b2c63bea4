"""What Great Expectations makes of a rule on a frame: the unexpected condition, the rows looked at, and the metrics it will ask for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.util import convert_to_json_serializable
from great_expectations.validator.metric_configuration import MetricConfiguration
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.catalogue.judged import BY_KEY, BY_MASK, RAISING
from jobs.quality.domains import domain_conditions, domain_recorder
from jobs.quality.engines import condition_engine, expectation_of, quietly, validator
from jobs.quality.layout import RuleFault
from jobs.quality.rules import Rule

COUNT = ".unexpected_count"
CONDITION = ".condition"
NONNULL = "column_values.nonnull"
RESULT_FORMAT = "BASIC"
# The metric that counts the rows that fail, and every metric that the verdict hangs on, by name.
Wanted = tuple[str, Mapping[str, MetricConfiguration]]
# What says where a metric looks; the batch is always the one judged.
_DOMAIN_KEYS = ("row_condition", "condition_parser", "filter_conditions", "ignore_row_if", "column_A", "column_B", "column_list")


@dataclass(frozen=True)
class Flag:
    """A boolean per row under a name that two equal flags share."""

    name: str
    column: Column


@dataclass(frozen=True)
class MetricDraft:
    """A number to be counted: rows in `domain` (None: every row) with `missing`, and with the rule's own flag if `counts_rule`."""

    domain: Flag | None
    missing: Flag | None = None
    counts_rule: bool = False
    is_sum: bool = False


@dataclass(frozen=True)
class Compiled:
    """A rule with its condition; `unexpected` is None where the flag is given from outside (keys, the lake)."""

    rule: Rule
    unexpected: Column | None
    domain: Flag | None
    metrics: Mapping[str, MetricDraft]


def compiled_rules(frame: DataFrame, rules: Sequence[Rule]) -> tuple[list[Compiled], list[RuleFault]]:
    """Each rule's condition, or the cause why Great Expectations has none. The rows of `frame` are not looked at."""
    faults: dict[str, RuleFault] = {}
    wanted: dict[str, Wanted] = {}
    for rule in rules:
        try:
            wanted[rule.rule_id] = _wanted(rule)
        except Exception as error:  # noqa: BLE001 (the boundary at which a rule's failure becomes a rule error)
            faults[rule.rule_id] = RuleFault(rule=rule, cause=cause_of(error))
    conditions = _conditions(frame, [config for _, configs in wanted.values() for config in configs.values()])
    recorder = domain_recorder(frame)
    compiled = []
    for rule in rules:
        if rule.rule_id in faults:
            continue
        try:
            compiled.append(_compiled(rule, wanted[rule.rule_id], conditions, recorder))
        except Exception as error:  # noqa: BLE001 (the same boundary)
            faults[rule.rule_id] = RuleFault(rule=rule, cause=cause_of(error))
    return compiled, list(faults.values())


def narrowed_columns(compiled: Iterable[Compiled]) -> dict[str, Flag]:
    """Rule id -> a column that is null outside the rule's domain, for rules that raise on a value they cannot read.

    Spark computes a Python function for every row of a select, whatever stands around it.
    """
    raising = (one for one in compiled if one.rule.type in RAISING and one.rule.kwargs.get("row_condition") and one.domain)
    return {
        one.rule.rule_id: Flag(f"_within_{place}", F.when(one.domain.column, F.col(one.rule.kwargs["column"])))
        for place, one in enumerate(raising)
        if one.domain
    }


def narrowed_rule(one: Compiled, frame: DataFrame, column: Flag) -> Compiled:
    """The rule with its condition read off the narrowed column, which `frame` holds."""
    inner = one.rule.model_copy(update={"kwargs": {**one.rule.kwargs, "column": column.name}})
    (compiled,), _ = compiled_rules(frame, [inner])
    return replace(compiled, rule=one.rule)


def cause_of(error: Exception) -> str:
    """An error in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {' '.join(line.strip() for line in lines[:4])}"[:300] if lines else type(error).__name__


def metric_configurations(expectation: Expectation) -> Mapping[str, MetricConfiguration]:
    """The metrics that the expectation's verdict hangs on, by name, in the format in which rows and values are not asked for."""
    dependencies = expectation.get_validation_dependencies(runtime_configuration={"result_format": RESULT_FORMAT})
    configurations: Mapping[str, MetricConfiguration] = dependencies.metric_configurations
    return configurations


def _wanted(rule: Rule) -> Wanted:
    if rule.method == "lake":
        return "", {}
    if rule.type not in BY_MASK | BY_KEY:
        raise LookupError(f"{rule.type} is on no list of types judged row by row")
    if None in rule.kwargs.get("value_set", ()):
        raise LookupError("a null in value_set: Spark then knows no value to be outside the set")
    expectation: Any = expectation_of(rule)
    own, configurations = f"{expectation.map_metric}{COUNT}", metric_configurations(expectation)
    heard = configurations[own].metric_domain_kwargs
    unheard = [name for name in ("row_condition", "ignore_row_if") if rule.kwargs.get(name) and name not in heard]
    if unheard:
        raise LookupError(f"Great Expectations does not apply {unheard} to {rule.type}")
    return own, configurations


def _conditions(frame: DataFrame, configurations: Iterable[MetricConfiguration]) -> dict[Any, Any]:
    wanted = [_condition_of(one) for one in configurations if one.metric_name.endswith(COUNT)]
    with quietly():
        resolved, aborted = validator(condition_engine(frame)).compute_metrics(wanted)
    causes = {one: LookupError(info["exception_info"].exception_message) for one, info in aborted.items()}
    return {**causes, **resolved}


def _condition_of(count: MetricConfiguration) -> MetricConfiguration:
    name = count.metric_name.removesuffix(COUNT) + CONDITION
    return MetricConfiguration(name, count.metric_domain_kwargs, count.metric_value_kwargs)


def _compiled(
    rule: Rule,
    wanted: Wanted,
    conditions: Mapping[Any, Any],
    recorder: SparkDFExecutionEngine,
) -> Compiled:
    own, configurations = wanted
    unexpected, domain = None, None
    metrics = {}
    for name, configuration in configurations.items():
        if name == own:
            unexpected, domain = _counted(configuration, conditions, recorder)
            is_sum = "column" in configuration.metric_domain_kwargs and rule.method == "mask"
            metrics[name] = MetricDraft(domain, counts_rule=True, is_sum=is_sum)
        elif name.endswith(COUNT):
            column, rows = _counted(configuration, conditions, recorder)
            missing = Flag(f"{name.removesuffix(COUNT)} fails: {configuration.metric_domain_kwargs['column']}", column)
            metrics[name] = MetricDraft(rows, missing=missing, is_sum=True)
        elif name.endswith("_count"):
            metrics[name] = MetricDraft(_domain(configuration.metric_domain_kwargs, recorder))
    return Compiled(rule, unexpected if rule.method == "mask" else None, domain, metrics)


def _counted(
    configuration: MetricConfiguration,
    conditions: Mapping[Any, Any],
    recorder: SparkDFExecutionEngine,
) -> tuple[Column, Flag | None]:
    found = conditions[_condition_of(configuration).id]
    if isinstance(found, LookupError):
        raise found
    unexpected, compute, accessor = found
    return unexpected, _domain({**compute, **accessor}, recorder)


def _domain(domain_kwargs: Mapping[str, Any], recorder: SparkDFExecutionEngine) -> Flag | None:
    conditions = domain_conditions(recorder, domain_kwargs)
    if not conditions:
        return None
    said = {key: domain_kwargs[key] for key in _DOMAIN_KEYS if domain_kwargs.get(key)}
    name = json.dumps(convert_to_json_serializable(said), ensure_ascii=False, sort_keys=True, default=str)
    return Flag(f"looked at: {name}", reduce(lambda left, right: left & right, conditions))
