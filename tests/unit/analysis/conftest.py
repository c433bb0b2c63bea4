"""A real store with a few small tables of silver and gold, and a shell that knows the analyst's key and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from jobs.analysis.desk import AnalystDesk, open_desk
from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.lake.ledger import append_rows, ledger_table
from jobs.lake.silver import silver_schema
from jobs.lake.tables import ensure_table
from jobs.settings import load_settings
from jobs.storage import accounts, embedded

ROOT = Path(__file__).resolve().parents[3]
PENALTY = "credit.administrative_penalty"
# Organ -> fines in 10,000 yuan: five rows.
FINES = {"市场监管委": ("1.5", "2.5", "6"), "生态环境局": ("10", None)}
TOKEN = "9f" * 32


@dataclass(frozen=True)
class Told:
    """What a command left behind."""

    code: int
    out: str
    error: str


Shell = Callable[..., Told]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """An installation of the project's own catalogue; silver holds five penalties, gold four small tables."""
    settings = load_settings(ROOT, {"HAIHE_HOME": str(tmp_path_factory.mktemp("haihe"))})
    catalogue = load_catalogue(ROOT)
    embedded.ensure_running(settings)
    try:
        accounts.provision(settings, ["tax-bureau"])
        pipeline = open_pipeline(settings, catalogue)
        _write_tables(pipeline)
        yield pipeline
    finally:
        embedded.stop(settings)


@pytest.fixture(scope="session")
def analyst_environment(city: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The endpoint and the analyst's key, and a home in which no secret lies."""
    endpoint = accounts.analyst_endpoint(city.settings)
    return {
        "PATH": os.environ["PATH"],
        "HAIHE_HOME": str(tmp_path_factory.mktemp("analyst")),
        "HAIHE_STORE__ENDPOINT_URL": endpoint.endpoint_url,
        "HAIHE_STORE__ACCESS_KEY": endpoint.access_key,
        "HAIHE_STORE__SECRET_KEY": endpoint.secret_key,
    }


@pytest.fixture
def desk(analyst_environment: dict[str, str]) -> AnalystDesk:
    """The same in this process."""
    return open_desk(load_settings(ROOT, analyst_environment))


@pytest.fixture
def haihe(analyst_environment: dict[str, str]) -> Shell:
    """A command line run with only the analyst's key."""

    def run(*arguments: str, **environment: str) -> Told:
        done = subprocess.run(
            [sys.executable, "-m", "jobs.cli", *arguments],
            env={**analyst_environment, **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    return run


def _write_tables(pipeline: Pipeline) -> None:
    lake, contract = pipeline.lake, pipeline.catalogue.contracts[PENALTY]
    schema = silver_schema(contract)
    table = ensure_table(lake, "silver", contract.table, schema, contract.title)
    pairs = [(organ, fine) for organ, fines in FINES.items() for fine in fines]
    write_deltalake(table, pa.Table.from_pylist([_penalty(number, *pair) for number, pair in enumerate(pairs)], schema), mode="append")
    options = lake.options()
    years = pa.table({"year": [2020, 2021, 2021], "n": [1, 2, 3]})
    write_deltalake(lake.table_uri("gold", "by_year"), years, partition_by=["year"], storage_options=options)
    write_deltalake(lake.table_uri("gold", "widened"), pa.table({"a": [1, 2]}), storage_options=options)
    ensure_table(lake, "gold", "widened", pa.schema([pa.field("a", pa.int64()), pa.field("b", pa.string())]), "加宽")
    ensure_table(lake, "gold", "empty", pa.schema([pa.field("a", pa.int64())]), "空表")


def _penalty(number: int, organ: str, fine: str | None) -> dict[str, Any]:
    return {
        "party_document_no_token": TOKEN,
        "party_document_no_masked": "1201**********0011",
        "document_no": f"津罚〔2021〕{number}号",
        "organ_name": organ,
        "organ_uscc": f"9112000000000000{number}",
        "fine_10k_yuan": None if fine is None else Decimal(fine),
        "decision_date": date(2021, 3, number + 1),
        "_provider": "tax-bureau",
        "_period": "2021-03-05",
        "_received_at": datetime(2021, 3, 6, 1, tzinfo=UTC),
    }


@pytest.fixture(scope="session")
def ledger(city: Pipeline) -> Pipeline:
    """Two published batches of penalties, a held one, and one published at its second revision."""
    rows = [
        _batch("b1", 0, "2021-03-04", "published", (10, 9, 1), 4),
        _batch("b2", 0, "2021-03-05", "held", (8, 5, 3), 5),
        _batch("b2", 1, "2021-03-05", "published", (8, 8, 0), 5),
        _batch("b3", 0, "2021-03-06", "held", (5, 1, 4), 6),
    ]
    append_rows(ledger_table(city.lake, "batches"), "batches", rows, {PENALTY: 1})
    return city


def _batch(batch: str, revision: int, period: str, state: str, counts: tuple[int, int, int], day: int) -> dict[str, Any]:
    read, accepted, quarantined = counts
    return {
        "batch_id": batch, "revision": revision, "resource": PENALTY, "provider": "tax-bureau", "period": period,
        "period_end": date(2021, 3, day), "state": state, "received_at": datetime(2021, 3, day, 1, tzinfo=UTC),
        "rows_read": read, "rows_accepted": accepted, "rows_quarantined": quarantined,
    }  # fmt: skip
