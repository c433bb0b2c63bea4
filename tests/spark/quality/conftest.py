from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.quality.rules import Rule

SCHEMA = "_batch_id string, _row bigint, _is_malformed boolean, _provider string, k string, n bigint, d__text string, d date"


@pytest.fixture
def frame(spark: SparkSession) -> Callable[..., DataFrame]:
    """A judged frame: one tuple (batch, row, is malformed, k, n) a row."""

    def made(*rows: tuple[str, int, bool, str | None, int | None]) -> DataFrame:
        whole = [(batch, row, malformed, "p1", k, n, None, None) for batch, row, malformed, k, n in rows]
        return spark.createDataFrame(whole, SCHEMA)

    return made


@pytest.fixture
def rule() -> Callable[..., Rule]:
    """A rule of a suite."""

    def made(rule_id: str, type_: str, severity: str = "critical", method: str = "mask", **kwargs: Any) -> Rule:
        known = {"origin": "suite", "code": type_, "columns": ()}
        return Rule.model_validate({"rule_id": rule_id, "type": type_, "kwargs": kwargs, "severity": severity, "method": method, **known})

    return made
