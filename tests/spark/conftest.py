"""One small Spark session and one real store for all Spark tests; every lake has buckets of its own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.lake.session import spark_session
from jobs.settings import Settings, load_settings
from jobs.storage import embedded
from jobs.storage.accounts import pipeline_endpoint, provision

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = itertools.count(1)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a home of the tests' own, its store running."""
    home = tmp_path_factory.mktemp("home")
    made = load_settings(ROOT, {"HAIHE_HOME": str(home), "HAIHE_SPARK__DRIVER_MEMORY": "2g"})
    embedded.ensure_running(made)
    provision(made, [])
    yield made
    embedded.stop(made)


@pytest.fixture(scope="session")
def spark(settings: Settings) -> Iterator[SparkSession]:
    """The product's own session, made for little data."""
    session = spark_session(settings, pipeline_endpoint(settings), "haihe-tests", is_small=True)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The project's own catalogue."""
    return load_catalogue(ROOT)


@pytest.fixture(scope="session")
def new_pipeline(settings: Settings, catalogue: Catalogue) -> Callable[[], Pipeline]:
    """A maker of pipelines on empty buckets."""

    def make() -> Pipeline:
        store = settings.store.model_copy(update={"bucket_prefix": f"t{next(PREFIXES)}-"})
        own = settings.model_copy(update={"store": store})
        provision(own, sorted(catalogue.providers))
        return open_pipeline(own, catalogue)

    return make
