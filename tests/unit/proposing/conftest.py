"""A copy of the project to write into, and hand-made samples."""

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.proposing.sample import Sample, read_sample

ROOT = Path(__file__).parents[3]
MakeSample = Callable[[dict[str, Sequence[str]]], Sample]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of everything that the catalogue is read from."""
    for folder in ("schemas", "expectations", "conf", "jobs/themes"):
        shutil.copytree(ROOT / folder, tmp_path / "project" / folder)
    return tmp_path / "project"


@pytest.fixture
def sample_of(tmp_path: Path) -> MakeSample:
    """Columns by header as a sample read from a file."""

    def make(columns: dict[str, Sequence[str]]) -> Sample:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([list(columns), *zip(*columns.values(), strict=True)])
        file = tmp_path / "sample.csv"
        file.write_text(text.getvalue(), encoding="utf-8")
        return read_sample(file)

    return make
