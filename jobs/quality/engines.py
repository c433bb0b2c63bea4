"""Great Expectations' validators and expectation objects, without a project on disk, telemetry, progress bars or persisted frames."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine.execution_engine import ExecutionEngine, MetricComputationConfiguration
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.validator.validator import Validator
from pyspark.logger import PySparkLogger
from pyspark.sql import DataFrame

from jobs.quality import expectations as _own  # noqa: F401 (imported for the types it registers)
from jobs.quality.rules import Rule

BATCH_ID = "judged"
# They print whole exceptions, in which Spark quotes values of rows; what they say comes back as the cause of a rule error.
_TALKATIVE_OF_SPARK = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
_TALKATIVE = "great_expectations.validator.metrics_calculator"


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
    # Spark's loggers must be of its own class, whoever asks for them first.
    loggers = [logging.getLogger(_TALKATIVE), *(PySparkLogger.getLogger(name) for name in _TALKATIVE_OF_SPARK)]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


class ConditionEngine(SparkDFExecutionEngine):
    """An engine over a frame without rows: what it is asked to count is 0 without a Spark job for each set of rows."""

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[MetricComputationConfiguration]) -> dict[Any, Any]:
        """0 for each row count; anything else would have no meaning here and is refused."""
        asked = [one.metric_configuration for one in metric_fn_bundle]
        strange = sorted({one.metric_name for one in asked} - {"table.row_count"})
        if strange:
            raise LookupError(f"{strange} hang on other rows and cannot be read off an empty frame")
        return {one.id: 0 for one in asked}


def condition_engine(empty_frame: DataFrame) -> ConditionEngine:
    """An engine that builds conditions for frames with these columns; it persists nothing (Great Expectations never unpersists)."""
    engine = ConditionEngine(persist=False, spark=empty_frame.sparkSession)
    engine.load_batch_data(BATCH_ID, empty_frame)
    return engine


def pandas_engine(frame: pd.DataFrame) -> PandasExecutionEngine:
    """An engine over `frame`."""
    engine = PandasExecutionEngine()
    engine.load_batch_data(BATCH_ID, frame)
    return engine


def validator(engine: ExecutionEngine[Any]) -> Validator:
    """A validator over the engine's one batch."""
    return Validator(execution_engine=engine, data_context=gx_context())


def configuration_of(rule: Rule) -> ExpectationConfiguration:
    """The rule in Great Expectations' words; `meta.rule` is its id. Data Docs show the rule's message where it has one."""
    meta: dict[str, Any] = {"rule": rule.rule_id, "code": rule.code, "origin": rule.origin}
    if rule.packages:
        meta["packages"] = list(rule.packages)
    return ExpectationConfiguration(
        type=rule.type, kwargs=dict(rule.kwargs), meta=meta, severity=FailureSeverity(rule.severity), description=rule.message
    )


def expectation_of(rule: Rule) -> Expectation:
    """The rule as an expectation object.

    Raises: ImportError for a package that is not there, and what Great Expectations raises for an unknown type or wrong kwargs.
    """
    for package in rule.packages:
        import_module(package)
    return configuration_of(rule).to_domain_obj()
