"""A short day of the city through the real Airflow: late and wrong drops, rows sent again; and what is said of a wrong receipt."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.first_run import drop_outcomes
from jobs.settings import load_settings
from jobs.storage import embedded
from jobs.storage.objects import put, read_bytes
from tests.system.conftest import ROOT, environ, haihe

DAY = ("city-day", "--seed", "2", "--drops", "20", "--waves", "2", "--scale", "0.05")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A home in which the day was lived through, and what was printed."""
    home = tmp_path_factory.mktemp("day")
    done = haihe(home, *DAY)
    yield home, done.stdout
    haihe(home, "down")


@pytest.fixture
def pipeline(lived: tuple[Path, str]) -> Iterator[Pipeline]:
    settings = load_settings(ROOT, environ(lived[0]))
    embedded.ensure_running(settings)
    yield open_pipeline(settings, load_catalogue(ROOT))
    embedded.stop(settings)


def test_every_drop_of_the_day_has_its_receipt_and_time_and_memory_are_told(lived: tuple[Path, str], pipeline: Pipeline) -> None:
    assert "every drop has its receipt, and the outcome equals the day's truth" in lived[1]
    told = re.search(r"20 drops in \d+ s, (\d+\.\d\d) s a drop; peak memory ([\d,]+) MiB", lived[1])
    assert told
    # A JVM, a Python or two, Airflow's three processes and their workers.
    assert 1_000 < int(told[2].replace(",", "")) < 16_000
    assert len(drop_outcomes(pipeline)) == 20
    assert sum(".resend.csv" in outcome.key for outcome in drop_outcomes(pipeline)) == 1


def test_a_receipt_that_says_otherwise_than_the_truth_is_named_and_nothing_is_dropped_twice(
    lived: tuple[Path, str], pipeline: Pipeline
) -> None:
    wrong = next(outcome for outcome in drop_outcomes(pipeline) if outcome.state == "batch")
    bucket, key = pipeline.bucket(f"receipts-{wrong.provider}"), f"{wrong.receipt}/receipt.json"
    body = read_bytes(pipeline.client, bucket, key)
    receipt = json.loads(body)
    receipt["counts"]["accepted"] += 1
    put(pipeline.client, bucket, key, json.dumps(receipt).encode())
    again = haihe(lived[0], *DAY, check=False)
    embedded.ensure_running(pipeline.settings)
    put(pipeline.client, bucket, key, body)
    assert again.returncode == 1
    assert "DIFFERS from the day's truth in 1 points" in again.stdout
    assert f"{wrong.provider}/{wrong.key}" in again.stdout
    assert "every file was dropped before" in again.stdout
