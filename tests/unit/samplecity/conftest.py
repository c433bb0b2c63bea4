"""The sample city at a small scale, written once for all tests of this folder."""

from datetime import date
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.samplecity.city import write_city
from jobs.samplecity.truth import City

ROOT = Path(__file__).parents[3]
SEED = 20210305
# Some of March's decisions are in time on this day, some are late.
RECEIVED = date(2021, 3, 9)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


@pytest.fixture(scope="session")
def city(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> City:
    return write_city(tmp_path_factory.mktemp("city"), catalogue, SEED, 0.05, RECEIVED)
