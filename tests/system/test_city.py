"""The whole walk on the real store: through Airflow at one seed, from the command line against another instance at a second seed."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.outcome import latest_outcomes
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.first_run import drop_city, fingerprint, told_by_file
from jobs.samplecity.city import write_city
from jobs.samplecity.comparison import differences
from jobs.settings import Settings, load_settings
from jobs.storage import embedded
from jobs.storage.accounts import pipeline_endpoint, provision
from jobs.storage.objects import list_objects, read_bytes
from tests.system.conftest import ROOT, environ, haihe

SCALE = "0.05"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A home in which `haihe run` ended well, and what it printed; the receipts' copies are put aside."""
    home = tmp_path_factory.mktemp("first")
    done = haihe(home, "run", "--seed", "1", "--scale", SCALE)
    yield home, done.stdout
    haihe(home, "down")


@pytest.fixture(scope="module")
def store(first: tuple[Path, str]) -> Iterator[Settings]:
    """Its store, running."""
    settings = load_settings(ROOT, environ(first[0]))
    embedded.ensure_running(settings)
    yield settings
    embedded.stop(settings)


def test_a_newcomer_sees_the_truth_confirmed_and_what_to_do_next(first: tuple[Path, str]) -> None:
    assert "the outcome equals the sample city's truth" in first[1]
    assert "first receipt: s3://receipts-" in first[1]
    assert "samplecity plant --fault" in first[1]


def test_running_it_again_changes_nothing_and_says_so(first: tuple[Path, str], store: Settings) -> None:
    before = fingerprint(open_pipeline(store, load_catalogue(ROOT)))
    again = haihe(first[0], "run", "--seed", "1", "--scale", SCALE)
    embedded.ensure_running(store)
    assert "nothing changed" in again.stdout
    assert fingerprint(open_pipeline(store, load_catalogue(ROOT))) == before


def test_every_row_read_is_landed_and_accepted_or_quarantined(store: Settings) -> None:
    pipeline = open_pipeline(store, load_catalogue(ROOT))
    landed: Counter[str] = Counter()
    for resource, contract in pipeline.catalogue.contracts.items():
        table = DeltaTable(pipeline.lake.table_uri("bronze", contract.table), storage_options=pipeline.lake.options())
        landed.update(table.to_pyarrow_table(columns=["_batch_id"])["_batch_id"].to_pylist())
        assert table.version() <= 2, resource
    for outcome in latest_outcomes(pipeline):
        assert outcome.counts is not None
        assert landed[outcome.batch_id] == outcome.counts.read == outcome.counts.accepted + outcome.counts.quarantined


def test_personal_values_stand_in_the_vault_alone(store: Settings) -> None:
    pipeline = open_pipeline(store, load_catalogue(ROOT))
    contract = pipeline.catalogue.contracts["civil.subsistence_family"]
    silver = DeltaTable(pipeline.lake.table_uri("silver", contract.table), storage_options=pipeline.lake.options()).to_pyarrow_table()
    vault = DeltaTable(pipeline.lake.table_uri("vault", "identifiers"), storage_options=pipeline.lake.options()).to_pyarrow_table()
    clear = set(vault["value"].to_pylist())
    assert set(silver["head_resident_id_token"].to_pylist()) <= set(vault["token"].to_pylist())
    assert not {str(value) for row in silver.to_pylist() for value in row.values()} & clear


@pytest.mark.parametrize("layer", ["bronze", "verdicts", "silver"])
def test_another_engine_reads_every_table_the_same(store: Settings, layer: str, tmp_path: Path) -> None:
    pipeline = open_pipeline(store, load_catalogue(ROOT))
    extension = next(Path(duckdb_extension_delta.__file__).parent.glob("extensions/*/delta.duckdb_extension"))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"LOAD '{extension}'")
    for contract in pipeline.catalogue.contracts.values():
        ours = DeltaTable(pipeline.lake.table_uri(layer, contract.table), storage_options=pipeline.lake.options()).to_pyarrow_table()
        # DuckDB's own way to S3 is another extension; the same files read from a folder are the same table.
        copy = _downloaded(pipeline, layer, contract.table, tmp_path)
        found = connection.execute(f"SELECT * FROM delta_scan('{copy}')").to_arrow_table()
        assert [(field.name, _kind(field.type)) for field in found.schema] == [(field.name, _kind(field.type)) for field in ours.schema]
        assert _multiset(found.to_pylist()) == _multiset(ours.to_pylist()), contract.resource


def _downloaded(pipeline: Pipeline, layer: str, table: str, folder: Path) -> Path:
    for entry in list_objects(pipeline.client, pipeline.bucket(layer), f"{table}/"):
        path = folder / entry.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read_bytes(pipeline.client, entry.bucket, entry.key))
    return folder / table


def _kind(kind: pa.DataType) -> str:
    """The type's name; one engine's large and view variants are the other's plain ones."""
    return str(kind).removeprefix("large_").removesuffix("_view")


def test_a_second_seed_on_an_instance_set_by_configuration_alone(tmp_path: Path) -> None:
    """The second instance is started apart; the command line knows its address and key from the environment only."""
    theirs = load_settings(ROOT, environ(tmp_path / "theirs"))
    embedded.ensure_running(theirs)
    catalogue = load_catalogue(ROOT)
    provision(theirs, sorted(catalogue.providers))
    try:
        account = pipeline_endpoint(theirs)
        more = {
            "HAIHE_STORE__ENDPOINT_URL": account.endpoint_url,
            "HAIHE_STORE__ACCESS_KEY": account.access_key,
            "HAIHE_STORE__SECRET_KEY": account.secret_key,
        }
        home = tmp_path / "ours"
        city = write_city(tmp_path / "city", catalogue, 2, float(SCALE), date.today())  # noqa: DTZ011 (the day of the drop)
        drop_city(theirs, city)
        done = haihe(home, "collect", more=more)
        assert '"state": "published"' in done.stdout
        ours = load_settings(ROOT, environ(home, **more))
        assert differences(city, told_by_file(theirs, open_pipeline(ours, catalogue))) == []
        assert haihe(home, "collect", more=more).stdout.strip().endswith('"batches": []}')
        assert "credit.administrative_penalty" in haihe(home, "status", more=more).stdout
    finally:
        embedded.stop(theirs)
        shutil.rmtree(tmp_path / "city")


def _multiset(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(repr(sorted((name, _plain(value)) for name, value in row.items())) for row in rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
