"""Doubled keys inside a batch, found by grouping the key columns alone. Great Expectations' own window knows no batch."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.quality.masks import KeyRule

BATCH = "_batch_id"


def doubled_keys(frame: DataFrame, columns: Sequence[str], within: Column | None = None) -> DataFrame:
    """(`_batch_id`, key columns) of every key that stands more than once in a batch, one row a key.

    Rows that count are well formed and meet `within`; without it, as Great Expectations does by itself: a key of one column must not be
    null, one of several must have a value in any of them. Nulls inside a key equal one another, so join null-safely.
    """
    counted = _has_any(columns) if within is None else within
    rows = frame.where(~F.col("_is_malformed")).where(counted)
    return rows.groupBy(BATCH, *columns).agg(F.count(F.lit(1)).alias("_times")).where(F.col("_times") > 1).drop("_times")


def with_doubled_keys(frame: DataFrame, keys: Sequence[KeyRule]) -> tuple[DataFrame, dict[str, Column]]:
    """The frame with one boolean column per key rule, no row more or less, and these columns by rule id for `Masks.columns`."""
    flags = {}
    for index, key in enumerate(keys):
        name = f"_doubled_{index}"
        found = doubled_keys(frame, key.columns, key.within)
        found = found.select(*[F.col(column).alias(f"{name}_{position}") for position, column in enumerate(found.columns)], F.lit(True).alias(name))  # noqa: FBT003
        equal = [F.col(column).eqNullSafe(F.col(f"{name}_{position}")) for position, column in enumerate((BATCH, *key.columns))]
        kept = [*frame.columns, name]
        frame = frame.join(F.broadcast(found), reduce(lambda left, right: left & right, equal), "left").select(*kept)
        flags[key.rule.rule_id] = F.col(name) & key.within
    return frame, flags


def _has_any(columns: Sequence[str]) -> Column:
    return reduce(lambda left, right: left | right, [F.col(column).isNotNull() for column in columns])
