"""Which rows a Great Expectations metric looks at: `row_condition`, `filter_conditions` and `ignore_row_if` as Columns.

The engine itself says so: it is handed a recorder instead of a frame and filters that, so no predicate is written twice.
"""

from collections.abc import Mapping
from typing import Any

from great_expectations.execution_engine.sparkdf_batch_data import SparkDFBatchData
from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType


class FilterRecorder:
    """Stands for a frame and remembers what it was filtered by. Great Expectations filters frames in place of columns."""

    def __init__(self, schema: StructType, conditions: tuple[Column, ...] = ()) -> None:
        """A frame of `schema` that was filtered by `conditions`."""
        self.schema = schema
        self.conditions = conditions

    def filter(self, condition: Column | str) -> "FilterRecorder":
        """The recorder with one more condition."""
        column = F.expr(condition) if isinstance(condition, str) else condition
        return FilterRecorder(self.schema, (*self.conditions, column))


def domain_recorder(frame: DataFrame) -> SparkDFExecutionEngine:
    """An engine whose only batch is a recorder with the frame's schema."""
    engine = SparkDFExecutionEngine(persist=False, spark=frame.sparkSession)
    engine.load_batch_data("recorder", SparkDFBatchData(engine, FilterRecorder(frame.schema)))
    return engine


def domain_conditions(engine: SparkDFExecutionEngine, domain_kwargs: Mapping[str, Any]) -> tuple[Column, ...]:
    """What a row must meet to be looked at; empty where every row is. A row for which one is null is not looked at."""
    recorded: Any = engine.get_domain_records({**domain_kwargs, "batch_id": None})
    return tuple(recorded.conditions)
