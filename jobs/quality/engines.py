"""Great Expectations' validators and expectation objects, without a project on disk, telemetry, progress bars or persisted frames."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import ExecutionEngine, PandasExecutionEngine, SparkDFExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.validator import Validator
from pyspark.sql import DataFrame

from jobs.quality import expectations as _own  # noqa: F401 (imported for the types it registers)
from jobs.quality.rules import Rule

BATCH_ID = "judged"
# Both print whole exceptions, in which Spark quotes values of rows; what they say comes back as the cause of a rule error.
_TALKATIVE = ("SQLQueryContextLogger", "great_expectations.validator.metrics_calculator")


@cache
def gx_context() -> EphemeralDataContext:
    """The one context of the process, in memory."""
    context = gx.get_context(mode="ephemeral")
    context.variables.analytics_enabled = False
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@contextmanager
def quietly() -> Iterator[None]:
    """Keeps the loggers of Spark and Great Expectations from printing exceptions that are caught and told otherwise."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def spark_engine(frame: DataFrame) -> SparkDFExecutionEngine:
    """An engine over `frame`, which is not persisted (Great Expectations would never unpersist it)."""
    engine = SparkDFExecutionEngine(persist=False, spark=frame.sparkSession)
    engine.load_batch_data(BATCH_ID, frame)
    return engine


def pandas_engine(frame: pd.DataFrame) -> PandasExecutionEngine:
    """An engine over `frame`."""
    engine = PandasExecutionEngine()
    engine.load_batch_data(BATCH_ID, frame)
    return engine


def validator(engine: ExecutionEngine) -> Validator:
    """A validator over the engine's one batch."""
    return Validator(execution_engine=engine, data_context=gx_context())


def configuration_of(rule: Rule) -> ExpectationConfiguration:
    """The rule in Great Expectations' words; `meta.rule` is its id. Data Docs show the rule's message where it has one."""
    meta = {"rule": rule.rule_id, "code": rule.code, "origin": rule.origin}
    return ExpectationConfiguration(type=rule.type, kwargs=dict(rule.kwargs), meta=meta, severity=rule.severity, description=rule.message)


def expectation_of(rule: Rule) -> Expectation:
    """The rule as an expectation object. Raises: what Great Expectations raises for an unknown type or wrong kwargs."""
    return configuration_of(rule).to_domain_obj()


def plain_results(frame: DataFrame | pd.DataFrame, rules: Mapping[str, Rule]) -> dict[str, dict[str, Any]]:
    """Each rule judged by plain Great Expectations on the whole of `frame`: the slow path, for what masks cannot say and for parity."""
    engine = spark_engine(frame) if isinstance(frame, DataFrame) else pandas_engine(frame)
    judge = validator(engine)
    results = judge.graph_validate([configuration_of(rule) for rule in rules.values()], runtime_configuration={"result_format": "BASIC"})
    return {result.expectation_config.meta["rule"]: result.to_json_dict() for result in results}
