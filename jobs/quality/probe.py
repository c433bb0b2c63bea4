"""Whether compiled rules can be evaluated at all: analysed, row by row, and on a row of each kind of value, without a Spark job."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import DecimalType, StructType

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
_CLOCK = re.compile(r"\b(current_date|current_timestamp|current_time|now|localtimestamp|curdate|unix_timestamp)\s*\(", re.IGNORECASE)


def probe_faults(frame: DataFrame, compiled: Sequence[Compiled]) -> dict[str, str]:
    """Rule id -> cause for each rule whose condition cannot be analysed, raises on ordinary values, or looks beyond its row."""
    sample = _sample(frame)
    columns = [column for one in compiled for column in _columns(one)]
    faults = {} if _cause(sample, columns) is None else {one.rule.rule_id: _cause(sample, list(_columns(one))) for one in compiled}
    free = [one for one in compiled if one.rule.rule_id not in faults or faults[one.rule.rule_id] is None]
    faults |= {one.rule.rule_id: _beyond_the_row(sample, one) for one in free if _is_free_text(one)}
    return {rule_id: cause for rule_id, cause in faults.items() if cause is not None}


def _columns(one: Compiled) -> Iterator[Column]:
    if one.unexpected is not None:
        yield one.unexpected
    for metric in one.metrics.values():
        yield from (flag.column for flag in (metric.domain, metric.missing) if flag is not None)


def _sample(frame: DataFrame) -> DataFrame:
    """A row of nulls and a row of values with the frame's columns, held by the driver: a select on it is folded into its plan."""
    schema = StructType([column for column in frame.schema.fields if column.dataType.simpleString() != "binary"])
    values = {column.name: _value(column.dataType.simpleString(), column.dataType) for column in schema.fields}
    rows = [dict.fromkeys(values), values]
    for column in schema.fields:
        column.nullable = True
    return frame.sparkSession.createDataFrame(pa.Table.from_pylist(rows, schema=to_arrow_schema(schema)))


def _value(name: str, type_: object) -> object:
    return Decimal(0) if isinstance(type_, DecimalType) else _SAMPLES.get(name)


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
    texts = [str(one.rule.kwargs.get(name, "")) for name in ("expression", "row_condition")]
    if any(_CLOCK.search(text) for text in texts):
        return "looks at the clock; a rule is judged by the dates that come with the batch (_received_date, _period_end)"
    plan: Any = sample.select(*[column.alias(f"_{index}") for index, column in enumerate(_columns(one))])._jdf.queryExecution().analyzed()
    source: Any = sample._jdf.queryExecution().analyzed()
    if plan.getClass().getSimpleName() != "Project" or not plan.children().head().sameResult(source):
        return "looks at other rows (a window, an aggregate or a generator)"
    if not plan.deterministic():
        return "gives another answer each time"
    if not plan.subqueries().isEmpty():
        return "holds a subquery"
    return None
