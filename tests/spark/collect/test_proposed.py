"""A resource proposed from a file: the draft judges the file, and once a person has confirmed it its golden case comes true."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.checking import check_file
from jobs.collect.drops import pending_drops
from jobs.collect.pipeline import Pipeline
from jobs.lake.session import jars_dir
from jobs.proposing.proposal import Request, propose
from jobs.proposing.sample import read_sample
from jobs.proposing.writing import write_proposal
from jobs.settings import Settings
from tests.spark.collect.conftest import Lakehouse
from tests.spark.collect.test_golden import assert_golden
from tests.unit.proposing.rentals import WRITTEN, confirm, write_sample

ROOT = Path(__file__).resolve().parents[3]
RESOURCE, PROVIDER, PERIOD = "housing.rental", "housing-construction", "2021-03-05"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with the proposal in it."""
    root = tmp_path / "project"
    for folder in ("schemas", "expectations", "conf", "jobs/themes"):
        shutil.copytree(ROOT / folder, root / folder)
    catalogue = load_catalogue(root)
    proposal = propose(read_sample(write_sample(tmp_path / "sample.csv")), Request(RESOURCE, PROVIDER), catalogue)
    write_proposal(root, proposal, catalogue)
    return root


@pytest.mark.usefixtures("spark")
def test_the_sample_is_judged_by_the_draft_and_told_not_to_be_in_force(settings: Settings, project: Path) -> None:
    own = settings.model_copy(update={"root": project, "spark": settings.spark.model_copy(update={"jars": jars_dir(settings)})})
    page = check_file(own, project.parent / "sample.csv", RESOURCE, PROVIDER, PERIOD)
    counts = page.receipt.counts
    assert counts is not None
    assert (page.receipt.state, counts.read, counts.accepted, counts.warned) == ("published", 25, 25, 0)
    assert any("until then no batch is accepted" in one.en for one in page.receipt.not_judged_here)


def test_a_drop_of_a_draft_is_refused_and_of_the_confirmed_resource_the_golden_case_comes_true(
    new_pipeline: Callable[[], Pipeline], spark: SparkSession, project: Path
) -> None:
    pipeline = new_pipeline()
    draft = Lakehouse(replace(pipeline, catalogue=load_catalogue(project)), spark)
    key = f"{RESOURCE}/{PERIOD}/rentals.csv"
    drop_id = draft.drop(PROVIDER, key, (project.parent / "sample.csv").read_bytes())
    assert draft.collect(RESOURCE) == []
    [reason] = draft.drop_outcome(PROVIDER, drop_id).reasons
    assert (reason.code, reason.params["status"]) == ("duty_suspended", "draft")
    assert list(pending_drops(draft.pipeline, (PROVIDER,))) == []
    confirm(project)
    assert_golden(Lakehouse(replace(pipeline, catalogue=load_catalogue(project)), spark), (project / WRITTEN[2]).parent)
