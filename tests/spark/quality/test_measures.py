"""Null shares and sums of batches, on frames small enough to count by hand."""

from decimal import Decimal

from pyspark.sql import SparkSession

from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.catalogue.history import HistoryRule
from jobs.quality.measures import aggregated, collected, column_rules

CONTRACT = Contract(
    resource="power.daily_electricity", version="1", title="用电", purpose="-", grain="-", catalogue_code="-", load="append", sha256="-",
    history=(
        HistoryRule(measure="rows"),
        HistoryRule(measure="null_share", column="uscc"),
        HistoryRule(measure="null_share", column="usage_kwh"),
        HistoryRule(measure="sum", column="usage_kwh"),
        HistoryRule(measure="sum", column="meters"),
    ),
    fields=(
        Field(name="uscc", header="uscc", title="信用代码", classification="L1"),
        Field(name="usage_kwh", header="usage_kwh", title="电量", type="number", precision=18, scale=4, classification="L2"),
        Field(name="meters", header="meters", title="表数", type="integer", classification="L2"),
    ),
    dialects=(Dialect(),),
)  # fmt: skip
DDL = (
    "_batch_id string, uscc string, usage_kwh decimal(18,4), usage_kwh__text string, meters bigint, meters__text string, "
    "_is_malformed boolean, _is_quarantined boolean"
)
ROWS = [
    ("a", "x", Decimal("1.5000"), "1.5", 2, "2", False, False),
    ("a", None, Decimal("0.0001"), "0.0001", 9_223_372_036_854_775_807, "9223372036854775807", False, False),
    # Not a number, so quarantined: a value is there, and it counts in no sum.
    ("a", "y", None, "abc", 9_223_372_036_854_775_807, "9223372036854775807", False, True),
    # Quarantined for what it lacks: its other value would dwarf the sum.
    ("a", None, None, None, 5, "5", False, True),
    ("a", None, None, None, None, None, True, True),
    ("b", "x", None, None, None, None, False, True),
    ("c", None, None, None, None, None, True, True),
]


def test_nulls_are_counted_on_rows_that_parse_and_sums_on_accepted_ones(spark: SparkSession) -> None:
    rules = column_rules(CONTRACT)
    measures = collected(aggregated(spark.createDataFrame(ROWS, DDL), CONTRACT, rules), rules)
    told = {batch: {name: str(value) for name, value in own.items()} for batch, own in measures.items()}
    assert told == {
        "a": {
            "uscc.null_share": "50.00",
            "usage_kwh.null_share": "25.00",
            "usage_kwh.sum": "1.5001",
            "meters.sum": "9223372036854775809",
        },
        "b": {"uscc.null_share": "0.00", "usage_kwh.null_share": "100.00", "usage_kwh.sum": "0.0000", "meters.sum": "0"},
    }
