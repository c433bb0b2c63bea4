"""A store of the tests' own with a silver table written by delta-rs, as publishing leaves it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from jobs.catalogue.catalogue import load_catalogue
from jobs.catalogue.lists import Demand, ListVersions, Negative
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.lake.silver import ensure_silver, silver_schema
from jobs.settings import Settings
from jobs.storage import embedded
from jobs.storage.accounts import provision

ROOT = Path(__file__).resolve().parents[3]
RESOURCE = "civil.subsistence_family"
RECIPIENTS = ("heping", "credit-center")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    settings = Settings.model_validate({"environment": "test", "root": ROOT, "home": tmp_path, "store": {}})
    embedded.ensure_running(settings)
    try:
        provision(settings, [], recipients=RECIPIENTS)
        made = open_pipeline(settings, load_catalogue(ROOT))
        add_families(made, ["DB000000000001", "=DB00000000002"], "120101")
        add_families(made, ["DB000000000003"], "120102")
        yield made
    finally:
        embedded.stop(settings)


def add_families(pipeline: Pipeline, families: list[str], region: str) -> None:
    """One more silver version with these families of the region; identifiers are made of the family's number."""
    contract = pipeline.catalogue.contracts[RESOURCE]
    ensure_silver(pipeline.lake, contract)
    schema = silver_schema(contract)
    own = {
        "_provider": "civil-affairs",
        "_period_end": date(2021, 2, 28),
        "_received_at": datetime(2021, 3, 1, tzinfo=UTC),
        "region_code": region,
        "head_name_masked": "张*",
        "remark": "户主 110101199003077758 来访",
    }
    rows = [
        {**own, "family_id": family, "head_resident_id_token": f"token-of-{family}", "head_resident_id_masked": "1101**********7758"}
        for family in families
    ]
    table = pa.Table.from_pylist(rows, schema)
    write_deltalake(pipeline.lake.table_uri("silver", contract.table), table, mode="append", storage_options=pipeline.lake.options())


def demand(**changed: object) -> Demand:
    """A grant of the families to heping."""
    values: dict[str, object] = {
        "demand_id": "DEM-1",
        "recipient_id": "heping",
        "resource": RESOURCE,
        "fields": "family_id region_code head_name head_resident_id",
        "scenario": "基层治理",
        "purpose": "走访",
        "legal_basis": "《社会救助暂行办法》",
        "share_mode": "file",
        "cycle": "daily",
        "reply": "met",
        "valid_from": "2021-01-01",
    }
    return Demand.model_validate({**values, **changed})


def with_lists(pipeline: Pipeline, *demands: Demand, negatives: tuple[Negative, ...] = (), version: str = "2021-01-01") -> Pipeline:
    """The pipeline with these lists in force since `version`."""
    from dataclasses import replace

    day = date.fromisoformat(version)
    update = {
        "demand": ListVersions[Demand](versions=((day, demands),)),
        "negative": ListVersions[Negative](versions=((date(2021, 1, 1), negatives),)),
    }
    return replace(pipeline, catalogue=pipeline.catalogue.model_copy(update=update))
