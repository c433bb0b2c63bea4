"""Doubled keys inside a batch, found by grouping the key columns alone. Great Expectations' own window knows no batch."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

BATCH = "_batch_id"


def doubled_keys(frame: DataFrame, columns: Sequence[str], within: Column | None = None) -> DataFrame:
    """(`_batch_id`, key columns) of every key that stands more than once in a batch, one row a key.

    Rows that count are well formed and meet `within`; without it, as Great Expectations does by itself: a key of one column must not be
    null, one of several must have a value in any of them. Nulls inside a key equal one another, so join null-safely.
    """
    counted = _has_any(columns) if within is None else within
    rows = frame.where(~F.col("_is_malformed")).where(counted)
    return rows.groupBy(BATCH, *columns).agg(F.count(F.lit(1)).alias("_times")).where(F.col("_times") > 1).drop("_times")


def _has_any(columns: Sequence[str]) -> Column:
    return reduce(lambda left, right: left | right, [F.col(column).isNotNull() for column in columns])
