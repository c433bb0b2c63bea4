"""Every suite of the project is plain Great Expectations' own: its context finds it, loads it, judges it, and says the same as a pass."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import great_expectations as gx
import pyarrow as pa
import pytest
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructField, StructType

# All that a suite of ours needs in plain Great Expectations.
import jobs.quality.expectations  # noqa: F401
from jobs.catalogue.catalogue import Catalogue
from jobs.lake.typed import BatchFacts, empty_typed_view
from jobs.notebook import judge
from tests.parity.compared import for_few_rows

ROOT = Path(__file__).parents[3]
SUITES = sorted((ROOT / "expectations").glob("*/*.json"))
VALUES: dict[str, list[Any]] = {
    "string": ["1", "2", "111", "91350100M000100Y44", None],
    "bigint": [0, -1, 5, 1_000_000, None],
    "boolean": [True, False, True, None, False],
    "date": [date(2000, 1, 1), date(2020, 1, 1), date(2021, 3, 10), date(2030, 1, 1), None],
    "timestamp": [datetime(2000, 1, 1, tzinfo=UTC), datetime(2021, 3, 10, tzinfo=UTC), None, datetime(2030, 1, 1, tzinfo=UTC), None],
    "decimal": [Decimal(0), Decimal(-1), Decimal(5), Decimal(99), None],
}
FACTS = BatchFacts(
    batch_id="b", provider="p", period="2021-03", period_start="2021-03-01", period_end="2021-03-31",
    received_date="2021-03-05", received_at="2021-03-05T00:00:00Z",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(spark: SparkSession) -> Iterator[None]:
    with for_few_rows(spark):
        yield


@pytest.fixture(scope="module")
def context() -> gx.data_context.EphemeralDataContext:
    """A context whose suites are the files in `expectations/`."""
    config = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(), analytics_enabled=False)
    config.stores["expectations_store"]["store_backend"] = {
        "class_name": "TupleFilesystemStoreBackend", "base_directory": str(ROOT / "expectations"), "suppress_store_backend_id": True,
    }  # fmt: skip
    return gx.get_context(mode="ephemeral", project_config=config)


def resource_of(path: Path) -> str:
    return f"{path.parent.name}.{path.stem}"


def mixed_rows(frame: DataFrame) -> DataFrame:
    """Forty rows of the frame's columns in which neighbouring columns hold now equal, now different values, and nulls."""
    columns = {
        field.name: [VALUES.get(field.dataType.simpleString(), VALUES["decimal"])[(row * (place % 3 + 1) + place) % 5] for row in range(40)]
        for place, field in enumerate(frame.schema.fields)
    }
    nullable = StructType([StructField(field.name, field.dataType) for field in frame.schema.fields])
    return frame.sparkSession.createDataFrame(pa.table(columns, schema=to_arrow_schema(nullable, timezone="UTC")))


def verdicts(result: ExpectationSuiteValidationResult) -> dict[str, tuple[bool, int | None, int | None]]:
    return {
        one.expectation_config.id: (one.success, one.result.get("element_count"), one.result.get("unexpected_count"))
        for one in result.results
    }


@pytest.mark.parametrize("path", SUITES, ids=resource_of)
def test_a_context_finds_the_suite_by_its_name(context: gx.data_context.EphemeralDataContext, path: Path) -> None:
    stated = json.loads(path.read_text(encoding="utf-8"))
    found = context.suites.get(resource_of(path)).to_json_dict()
    assert (found["name"], found["expectations"]) == (stated["name"], stated["expectations"])


@pytest.mark.parametrize("path", SUITES, ids=resource_of)
def test_plain_great_expectations_judges_the_suite_as_we_do(
    spark: SparkSession, catalogue: Catalogue, context: gx.data_context.EphemeralDataContext, path: Path
) -> None:
    frame = mixed_rows(empty_typed_view(spark, catalogue.contracts[resource_of(path)], [FACTS]))
    source = context.data_sources.add_or_update_spark("spark", persist=False)
    batch = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    theirs = batch.validate(context.suites.get(resource_of(path)), result_format="BASIC")
    assert [one.exception_info for one in theirs.results if one.exception_info.get("raised_exception")] == []
    assert verdicts(judge(frame, path).result) == verdicts(theirs)
    assert any(one.result.get("unexpected_count") for one in theirs.results)
