"""An installation of the test's own: the real store, the project's own catalogue, no JVM."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.settings import Settings
from jobs.storage import embedded
from jobs.storage.accounts import provision

ROOT = Path(__file__).resolve().parents[3]
ROSTER = ("human-resources", "tax-bureau", "civil-affairs")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    settings = Settings.model_validate({"environment": "test", "root": ROOT, "home": tmp_path / "home"})
    catalogue = load_catalogue(ROOT)
    embedded.ensure_running(settings)
    try:
        provision(settings, ROSTER)
        yield open_pipeline(settings, catalogue)
    finally:
        embedded.stop(settings)


class Said(list[str]):
    """What a command told, a line each."""

    @property
    def text(self) -> str:
        return "\n".join(self)


@pytest.fixture
def said() -> Said:
    return Said()
