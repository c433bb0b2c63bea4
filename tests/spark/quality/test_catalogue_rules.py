"""Every contract and every suite of the project compiles into rules that can be judged, and loads in plain Great Expectations."""

from pathlib import Path

import pytest
from great_expectations.core.expectation_suite import expectationSuiteSchema
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.lake.typed import BatchFacts, empty_typed_view
from jobs.quality import engines  # noqa: F401 (registers the project's own expectations)
from jobs.quality.masks import compile_masks
from jobs.quality.rules import compile_rules

ROOT = Path(__file__).parents[3]
RESOURCES = sorted(f"{path.parent.name}.{path.stem}" for path in (ROOT / "schemas").glob("*/*.yaml"))
FACTS = BatchFacts(
    batch_id="b", provider="p", period="2021-03", period_start="2021-03-01", period_end="2021-03-31",
    received_date="2021-03-05", received_at="2021-03-05T00:00:00Z",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_rule_of_a_resource_can_be_judged(spark: SparkSession, catalogue: Catalogue, resource: str) -> None:
    contract = catalogue.contracts[resource]
    negatives = [row for _, rows in catalogue.negative.versions[-1:] for row in rows]
    rules = compile_rules(contract, catalogue.suites[resource], catalogue.code_sets, negatives)
    masks = compile_masks(empty_typed_view(spark, contract, [FACTS]), rules)
    assert [(fault.rule.rule_id, fault.cause) for fault in masks.errors] == []
    assert len(masks.layout.rules) == len(rules) > len(contract.key)


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_suite_file_loads_in_plain_great_expectations(resource: str) -> None:
    path = ROOT / "expectations" / f"{resource.replace('.', '/')}.json"
    loaded = expectationSuiteSchema.loads(path.read_text(encoding="utf-8"))
    assert loaded["name"] == resource
