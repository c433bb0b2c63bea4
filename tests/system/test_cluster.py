"""The main job on a real standalone master with two workers: processes with folders, interpreter and jars of their own, and the store."""

import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from benchmarks.standalone import Cluster, standalone_cluster
from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.outcome import latest_outcomes
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.first_run import drop_city, told_by_file
from jobs.lake.passes import pass_key
from jobs.samplecity.city import write_city
from jobs.samplecity.comparison import differences
from jobs.samplecity.truth import City
from jobs.settings import Settings, load_settings
from jobs.storage import embedded
from jobs.storage.accounts import pipeline_endpoint, provision
from tests.system.conftest import ROOT, environ, haihe

pytestmark = pytest.mark.cluster
LARGE = "power.daily_electricity"
# A large object, a MERGE with identifiers, and a pass of many providers with code books of their own.
RESOURCES = (LARGE, "market.enterprise_registration", "grid.event")
# So that an object of the little city is a large one, in several ranges.
SMALL_BOUNDS = {"HAIHE_PASSES__LARGE_OBJECT_MB": "1", "HAIHE_PASSES__RANGE_MB": "1"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with standalone_cluster(tmp_path_factory.mktemp("spark"), workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def collected(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, City, Pipeline]]:
    """The sample city's drops of the resources, collected on the cluster."""
    home = tmp_path_factory.mktemp("driver") / "home"
    settings, city, pipeline = _with_drops(home)
    haihe(home, "collect", *RESOURCES, more={**cluster.environ, **SMALL_BOUNDS})
    yield settings, city, pipeline
    embedded.stop(settings)


def _with_drops(home: Path) -> tuple[Settings, City, Pipeline]:
    settings, catalogue = load_settings(ROOT, environ(home)), load_catalogue(ROOT)
    city = write_city(home / "city", catalogue, 3, 0.2, date.today())  # noqa: DTZ011 (the day of the drop)
    embedded.ensure_running(settings)
    provision(settings, sorted(catalogue.providers))
    assert drop_city(settings, city, {drop.file for drop in city.drops if drop.resource in RESOURCES})
    return settings, city, open_pipeline(settings, catalogue)


def _end(pipeline: Pipeline) -> tuple[list[Any], dict[str, Counter[str]]]:
    """Batches with their states and counts, and silver's rows; without arrival and tokens, which hang on the home."""
    batches = [
        (one.batch_id, one.state, one.counts, one.rule_counts, one.reasons) for name in RESOURCES for one in _outcomes(pipeline, name)
    ]
    return batches, {name: _silver(pipeline, name) for name in RESOURCES}


def _outcomes(pipeline: Pipeline, resource: str) -> list[Any]:
    return sorted(latest_outcomes(pipeline, resource), key=lambda outcome: outcome.batch_id)


def _silver(pipeline: Pipeline, resource: str) -> Counter[str]:
    table = DeltaTable(
        pipeline.lake.table_uri("silver", pipeline.catalogue.contracts[resource].table), storage_options=pipeline.lake.options()
    )
    rows = table.to_pyarrow_table()
    kept = [name for name in rows.column_names if name != "_received_at" and not name.endswith("_token")]
    return Counter(map(repr, rows.select(kept).to_pylist()))


def test_what_comes_of_every_drop_is_the_sample_citys_truth(collected: tuple[Settings, City, Pipeline]) -> None:
    settings, city, pipeline = collected
    told = told_by_file(settings, pipeline)
    wrong = [line for line in differences(city, told) if any(f"/{name}/" in line for name in RESOURCES)]
    assert wrong == []
    landed = pipeline.control.read(pass_key(LARGE, 1, ".landed"))
    # Each range of a large object is a file that a worker wrote.
    assert len(landed["files"]) > len(landed["batches"])


def test_the_lake_holds_what_one_machine_makes_of_the_same_drops(collected: tuple[Settings, City, Pipeline], tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    settings, _, pipeline = _with_drops(alone)
    try:
        haihe(alone, "collect", *RESOURCES, more=SMALL_BOUNDS)
        expected = _end(pipeline)
    finally:
        embedded.stop(settings)
    assert all(expected[1].values())
    assert _end(collected[2]) == expected


def test_executors_have_the_package_and_the_jars_from_the_driver_alone(
    cluster: Cluster, collected: tuple[Settings, City, Pipeline]
) -> None:
    bare = subprocess.run(
        [cluster.environ["HAIHE_SPARK__PYTHON"], "-c", "import jobs"], cwd="/", capture_output=True, text=True, check=False
    )
    assert "No module named 'jobs'" in bare.stderr
    for worker in cluster.workers:
        (archive,) = worker.glob("work/*/*/haihe-*.zip")
        assert "jobs/lake/landing.py" in zipfile.ZipFile(archive).namelist()
        assert len(list(worker.glob("work/*/*/delta-spark*.jar"))) == 1
        assert list((worker / "local").glob("s3a-*"))


def test_workers_keep_no_key_and_no_row_in_logs_and_command_lines(cluster: Cluster, collected: tuple[Settings, City, Pipeline]) -> None:
    own = pipeline_endpoint(collected[0]).secret_key
    logs = [*cluster.folder.glob("*/log"), *cluster.folder.glob("worker-*/work/*/*/std*")]
    texts = [log.read_text() for log in logs]
    assert sum("Spark Executor Command" in text for text in texts) == len(cluster.workers)
    for text in texts:
        assert own not in text
        assert cluster.secret not in text
        assert "FilterCompat" not in text
