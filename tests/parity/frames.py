"""Adversarial rows by batch: few values, so that they repeat, and every kind of oddity."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import _parse_datatype_string

Row = tuple[Any, ...]

SCHEMA = (
    "_batch_id string, _part string, _row bigint, _is_malformed boolean, _provider string, _received_date date, "
    "s string, t string, j string, n bigint, m bigint, x double, c decimal(20,4), d date, e date, d__text string, at timestamp, b boolean"
)
COLUMNS = tuple(column.split()[0] for column in SCHEMA.split(", "))
# Rows by batch; `same` repeats one row.
BATCHES = {"mixed": 40, "other": 15, "same": 6, "one": 1, "nulls": 4, "empty": 0}
# The example of GB 32100-2015 with a right and a wrong last character; a card number of the Luhn pages; the GB 11643 example.
CODES = ["91350100M000100Y43", "91350100M000100Y44", "4111111111111111", "4111111111111112", "11010519491231002X", "110105194912310021"]
TEXTS = [
    *[None] * 4, "", " ", "a", "A", "ab", "AB", "O'Brien", '{"a": 1}', '"q"', "\\", "a,b", "x\ny", "%", "天津市", "河東區",
    "𠮷野家", "😀", "1", "01", "1.0", "NaN", "13800138000", "电话13800138000请回电", "证件11010519491231002X。", "卡4111111111111111",
    "D2143569-X", "D21435690", *CODES,
]  # fmt: skip
# All of them JSON: Great Expectations raises where a schema meets a text that is none.
JSON_TEXTS = [None, None, "{}", '{"a": 1}', '{"a": "天"}', "[1, 2]", "null", "NaN", "1", '"😀"', '{"a": null}', '{"a": 1, "a": "O\'Brien"}']
NUMBERS = [None, None, 0, 1, 1, 2, 5, -1, 7, 100, 9_007_199_254_740_993, -(2**63), 2**63 - 1]
SMALL = [None, None, 0, 1, 1, 2, 5, -1, 7, 100]
FLOATS = [None, float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 0.1, 1.5, -3.0, 1e300]
DECIMALS = [None, Decimal("0"), Decimal("0.0001"), Decimal("0.1"), Decimal("-5"), Decimal("1234567890123456.7891")]
DATES = [
    None,
    None,
    date(1, 1, 1),
    date(1969, 12, 31),
    date(2021, 2, 8),
    date(2021, 2, 10),
    date(2021, 2, 18),
    date(2021, 3, 1),
    date(9999, 12, 31),
]
DATE_TEXTS = ["2021-03-05", "2021-02-30", "0000-00-00", "10000-01-01", "05/03/2021", "２０２１-03-05", "x", "", None]
TIMES = [
    None,
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2021, 2, 8, 16, tzinfo=UTC),
    datetime(2021, 2, 9, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
]


def generated_rows(dice: random.Random, batch: str) -> list[Row]:
    """The rows of one batch."""
    rows = [_row(dice, batch, number) for number in range(1, BATCHES[batch] + 1)]
    return [(*row[:6], *rows[0][6:]) for row in rows] if batch == "same" else rows


def local_frame(spark: SparkSession, rows: Sequence[Row]) -> DataFrame:
    """A frame held by the driver: filters and limits on it are folded into the plan, so that plain Great Expectations runs fewer jobs."""
    schema = _parse_datatype_string(SCHEMA)
    columns = zip(*rows, strict=True) if rows else [()] * len(schema.fields)
    arrays = [
        pa.array(column, type=to_arrow_type(field.dataType, timezone="UTC")) for column, field in zip(columns, schema.fields, strict=True)
    ]
    return spark.createDataFrame(pa.Table.from_arrays(arrays, names=schema.names))


def _row(dice: random.Random, batch: str, number: int) -> Row:
    is_malformed = batch in ("mixed", "other") and dice.random() < 0.1
    lineage = (batch, "", number, is_malformed, dice.choice(["p1", "p2"]), date(2021, 3, 1))
    if batch == "nulls":
        return (*lineage, *[None] * (len(COLUMNS) - len(lineage)))
    text = dice.choice(DATE_TEXTS)
    parsed = date(2021, 3, 5) if text == "2021-03-05" else None
    pools: list[Sequence[Any]] = [TEXTS, TEXTS, JSON_TEXTS, NUMBERS, SMALL, FLOATS, DECIMALS]
    values = [dice.choice(pool) for pool in pools]
    if is_malformed:
        # A malformed row has no values. Here it has most, which must not be looked at; but no text on which a JSON schema would raise.
        values[0] = None
    return (*lineage, *values, parsed, dice.choice(DATES), text, dice.choice(TIMES), dice.choice([None, True, False]))
