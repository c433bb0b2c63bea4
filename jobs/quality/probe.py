"""Whether compiled rules can be evaluated at all: analysed, row by row, and on a row of each kind of value, without a Spark job."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import DataType, DecimalType, StructField, StructType

from jobs.catalogue.judged import RAISING
from jobs.quality.conditions import Compiled, cause_of
from jobs.quality.engines import quietly

# A text that is no number and no date, and a number that nothing can be divided by: a rule that cannot stand them must say try_….
_SAMPLES: dict[str, Any] = {
    "string": "x",
    "bigint": 0,
    "int": 0,
    "double": 0.0,
    "boolean": False,
    "date": date(2000, 1, 1),
    "timestamp": datetime(2000, 1, 1, tzinfo=UTC),
}
# As an analysed plan writes what SQL may call curdate, now or unix_timestamp without an argument.
_CLOCK = re.compile(r"\b(current_date|current_timestamp|current_time|now|localtimestamp)\(")


def sample_frame(frame: DataFrame) -> DataFrame:
    """A row of nulls and a row of values with the frame's columns, held by the driver: a select on it is folded into its plan."""
    schema = StructType([StructField(column.name, column.dataType) for column in frame.schema.fields])
    values = {column.name: _value(column.dataType) for column in schema.fields}
    rows = [dict.fromkeys(values), values]
    return frame.sparkSession.createDataFrame(pa.Table.from_pylist(rows, schema=to_arrow_schema(schema, timezone="UTC")))


def probe_faults(sample: DataFrame, compiled: Sequence[Compiled]) -> dict[str, str]:
    """Rule id -> cause for each rule whose condition cannot be analysed, raises on ordinary values, or looks beyond its row."""
    faults = {one.rule.rule_id: _beyond_the_row(sample, one) for one in compiled if _is_free_text(one)}
    # A type that raises by its nature on what it cannot read is no fault of the rule: rows decide.
    left = [one for one in compiled if faults.get(one.rule.rule_id) is None and one.rule.type not in RAISING]
    if _cause(sample, [column for one in left for column in _columns(one)]) is not None:
        faults |= {one.rule.rule_id: _cause(sample, list(_columns(one))) for one in left}
    return {rule_id: cause for rule_id, cause in faults.items() if cause is not None}


def _columns(one: Compiled) -> Iterator[Column]:
    if one.unexpected is not None:
        yield one.unexpected
    for metric in one.metrics.values():
        yield from (flag.column for flag in (metric.domain, metric.missing) if flag is not None)


def _value(type_: DataType) -> object:
    return Decimal(0) if isinstance(type_, DecimalType) else _SAMPLES.get(type_.simpleString())


def _cause(sample: DataFrame, columns: Sequence[Column]) -> str | None:
    try:
        with quietly():
            sample.select(*[column.alias(f"_{index}") for index, column in enumerate(columns)]).collect()
    except Exception as error:  # noqa: BLE001 (the boundary at which a rule's failure becomes a rule error)
        return cause_of(error)
    return None


def _is_free_text(one: Compiled) -> bool:
    """Whether a person wrote SQL into the rule; Great Expectations' own conditions are known."""
    condition = one.rule.kwargs.get("row_condition")
    return "expression" in one.rule.kwargs or isinstance(condition, str) or _kind(condition) == "pass_through"


def _kind(condition: object) -> object:
    return condition.get("type") if isinstance(condition, Mapping) else None


def _beyond_the_row(sample: DataFrame, one: Compiled) -> str | None:
    try:
        with quietly():
            plan: Any = _plan(sample.select(*[column.alias(f"_{index}") for index, column in enumerate(_columns(one))]))
    except PySparkException as error:
        return cause_of(error)
    if plan.getClass().getSimpleName() != "Project" or not plan.children().head().sameResult(_plan(sample)):
        return "looks at other rows (a window, an aggregate or a generator)"
    if _CLOCK.search(plan.toString()):
        return "looks at the clock; a rule is judged by the dates that come with the batch (_received_date, _period_end)"
    if not plan.deterministic():
        return "gives another answer each time"
    return None if plan.subqueries().isEmpty() else "holds a subquery"


def _plan(frame: DataFrame) -> Any:
    return frame._jdf.queryExecution().analyzed()
