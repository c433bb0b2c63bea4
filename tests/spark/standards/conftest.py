"""A list of values in, a list of answers out: one frame and one job for all cases of a function."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

Answers = Callable[..., list[Any]]

ARROW_TYPES = {"string": pa.string(), "date": pa.date32()}


@pytest.fixture(scope="session")
def answers(spark: SparkSession) -> Answers:
    """`answers(function, values)`: what the function says of each value, in order. A row of several values is several arguments."""

    def ask(function: Callable[..., Column], values: Sequence[Any], types: str = "string") -> list[Any]:
        rows = [value if isinstance(value, tuple) else (value,) for value in values]
        columns = {
            f"v{index}": pa.array(column, ARROW_TYPES[kind])
            for index, (kind, column) in enumerate(zip(types.split(","), zip(*rows, strict=True), strict=True))
        }
        # From Arrow no Python worker has to start; behind a shuffle the generated code answers, not the optimiser.
        frame = spark.createDataFrame(pa.table({"i": range(len(rows)), **columns})).repartition(2)
        found = frame.select("i", function(*[F.col(name) for name in columns]).alias("answer")).collect()
        return [row["answer"] for row in sorted(found, key=lambda row: row["i"])]

    return ask
