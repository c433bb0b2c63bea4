"""Rules that Great Expectations judges by itself, on the rows of one batch: aggregates, queries, and all that hangs on other rows."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from pyspark.sql import DataFrame

from jobs.catalogue.frozen import Frozen
from jobs.catalogue.suite import columns_named
from jobs.quality.conditions import RESULT_FORMAT, cause_of, metric_configurations
from jobs.quality.engines import BATCH_ID, expectation_of, quietly, validator
from jobs.quality.layout import RuleFault
from jobs.quality.rules import Rule, field_name
from jobs.quality.shown import without_quoted

# Samples of rows' values, a Spark job each, which no result of ours may show. A query's rows are asked for all the same: counting them
# leaves out columns, and so what raises in one, on which Great Expectations would raise.
_VALUES = (".unexpected_values", ".unexpected_value_counts", ".unexpected_rows", ".unexpected_index_list")
_IN_ORDER = frozenset({"expect_column_values_to_be_increasing", "expect_column_values_to_be_decreasing"})
_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]")


class JudgedByGx(Frozen):
    """What Great Expectations made of a batch: its results as JSON by rule id, and the rules on which it raised."""

    results: Mapping[str, Mapping[str, Any]] = {}
    faults: tuple[RuleFault, ...] = ()

    def failed(self) -> tuple[str, ...]:
        """Ids of the rules that the batch does not meet."""
        return tuple(rule_id for rule_id, result in self.results.items() if not result["success"])

    def observed(self, rule_id: str) -> str | None:
        """What was found, as text: the observed value, or the number of rows that fail; None for a rule that was not judged here."""
        result = self.results.get(rule_id, {}).get("result", {})
        found = result.get("observed_value", result.get("unexpected_count"))
        return None if found is None else found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


NO_RULES = JudgedByGx()


def judged_by_gx(rows: DataFrame, rules: Sequence[Rule]) -> JudgedByGx:
    """The verdicts on one batch's well-formed rows (typed view). All metrics are asked for at once: Great Expectations bundles aggregates.

    A rule on which it raises is a fault whose cause quotes no value of a row; the other rules are judged.
    """
    asked, faults = _asked(rules)
    engine = SparkDFExecutionEngine(persist=False, spark=rows.sparkSession)
    engine.load_batch_data(BATCH_ID, _in_file_order(rows) if any(rule.type in _IN_ORDER for rule in rules) else rows)
    numbers, _ = _computed(engine, [one for question in asked.values() for one in question.computed])
    results = {}
    for rule in rules:
        if rule.rule_id not in asked:
            continue
        told = _judged(engine, rule, asked[rule.rule_id], numbers)
        if isinstance(told, RuleFault):
            faults.append(told)
        else:
            results[rule.rule_id] = told
    return JudgedByGx(results=results, faults=tuple(faults))


def faults_by_gx(rules: Iterable[Rule]) -> list[RuleFault]:
    """The rules that Great Expectations cannot even build, with their causes."""
    return _asked(rules)[1]


@dataclass(frozen=True)
class _Question:
    """An expectation with the metrics that its verdict hangs on."""

    expectation: Expectation
    metrics: Sequence[MetricConfiguration]

    @property
    def computed(self) -> list[MetricConfiguration]:
        """Those that are computed: all but samples of values."""
        return [one for one in self.metrics if not one.metric_name.endswith(_VALUES)]


def _asked(rules: Iterable[Rule]) -> tuple[dict[str, _Question], list[RuleFault]]:
    asked, faults = {}, []
    for rule in rules:
        try:
            expectation = expectation_of(rule)
            asked[rule.rule_id] = _Question(expectation, list(metric_configurations(expectation).values()))
        except Exception as error:  # noqa: BLE001 (the boundary at which a rule's failure becomes a rule error)
            faults.append(RuleFault(rule=rule, cause=cause_of(error)))
    return asked, faults


def _computed(engine: SparkDFExecutionEngine, metrics: Sequence[MetricConfiguration]) -> tuple[Mapping[Any, Any], str | None]:
    """What could be computed, by the metrics' ids, and the words of something that raised."""
    try:
        with quietly():
            resolved, aborted = validator(engine).compute_metrics(list(metrics))
    except Exception as error:  # noqa: BLE001 (the boundary at which a rule's failure becomes a rule error)
        return {}, cause_of(error)
    return resolved, next((str(info["exception_info"].exception_message) for info in aborted.values()), None)


def _judged(engine: SparkDFExecutionEngine, rule: Rule, asked: _Question, numbers: Mapping[Any, Any]) -> dict[str, Any] | RuleFault:
    if any(one.id not in numbers for one in asked.computed):
        # One metric that raises can take others with it: asked for alone, the rule is judged or its own cause is known.
        numbers, words = _computed(engine, asked.computed)
        if words is not None:
            return RuleFault(rule=rule, cause=_without_values(words, rule, engine))
    samples = {one.id: None for one in asked.metrics if one.id not in numbers}
    try:
        result = asked.expectation.metrics_validate(
            {**numbers, **samples}, runtime_configuration={"result_format": RESULT_FORMAT}, execution_engine=engine
        )
    except Exception as error:  # noqa: BLE001 (the same boundary)
        return RuleFault(rule=rule, cause=_without_values(cause_of(error), rule, engine))
    told: dict[str, Any] = result.to_json_dict()
    return told


def _in_file_order(rows: DataFrame) -> DataFrame:
    """One partition in the file's order: Great Expectations compares each row with the one before it as it comes."""
    return rows.coalesce(1).sortWithinPartitions("_part", "_row")


def _without_values(words: str, rule: Rule, engine: SparkDFExecutionEngine) -> str:
    """Spark's own condition where there is one; else the words, with whatever they quote that is no name of a column."""
    condition = _CONDITION.search(words)
    if condition:
        return f"raises {condition[1]} on rows of this batch"
    names = {field_name(name) for name in (*engine.dataframe.columns, *columns_named(rule.kwargs))}
    first = next((line for line in words.splitlines() if line.strip()), "raises an exception without words")
    return without_quoted(first, names)[:300]
