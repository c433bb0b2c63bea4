"""SIGKILL after each object and each commit of a pass, then the same command again: the end is that of an undisturbed run."""

import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.outcome import latest_outcomes
from jobs.collect.pipeline import open_pipeline
from jobs.first_run import drop_city, told_by_file
from jobs.samplecity.city import write_city
from jobs.samplecity.comparison import differences
from jobs.settings import load_settings
from jobs.storage import embedded
from jobs.storage.accounts import provision
from tests.system.conftest import ROOT, environ, haihe

RESOURCE = "civil.subsistence_family"
MOST_KILLS = 40
# Every run costs a session; a receipt's files and the last records come in groups of which one kill is enough.
AFTER = {"receipt": 4, "record:batches": 2}


def _home(place: Path) -> Path:
    """A home in which those who supply the resource have dropped all that they have in the sample city."""
    settings = load_settings(ROOT, environ(place))
    catalogue = load_catalogue(ROOT)
    city = write_city(place / "city", catalogue, 3, 0.05, date.today())  # noqa: DTZ011 (the day of the drop)
    suppliers = {drop.provider for drop in city.drops if drop.resource == RESOURCE}
    embedded.ensure_running(settings)
    provision(settings, sorted(catalogue.providers))
    files = {str(path.relative_to(city.drops_dir)) for one in suppliers for path in (city.drops_dir / one).rglob("*")}
    assert drop_city(settings, city, files)
    return place


def _collected_with_kills(home: Path) -> list[str]:
    """Run until it ends by itself, killed after the next one or few effects each time; the effects in order."""
    log = home / "effects.log"
    command = [sys.executable, "-m", "tests.system.killed", "collect", RESOURCE]
    more = {"EFFECTS_LOG": str(log), "HAIHE_PASSES__ATTEMPTS": "60"}
    for _ in range(MOST_KILLS):
        done = log.read_text().split() if log.is_file() else []
        after = AFTER.get(done[-1], 1) if done else 1
        own = environ(home, KILL_AFTER=str(after), **more)
        killed = subprocess.run(command, env=own, cwd=ROOT, capture_output=True, timeout=600, check=False, start_new_session=True)
        if killed.returncode == 0:
            return log.read_text().split()
        assert killed.returncode == -9, killed.stderr[-3000:]
    raise AssertionError(f"not done after {MOST_KILLS} kills: {log.read_text().split()}")


def _end(home: Path) -> tuple[list[str], dict[str, int], Counter[str], list[tuple[Any, ...]]]:
    """Differences from the truth, table versions, silver's rows, batches; without arrival and tokens, which hang on the home."""
    settings = load_settings(ROOT, environ(home))
    pipeline = open_pipeline(settings, load_catalogue(ROOT))
    contract = pipeline.catalogue.contracts[RESOURCE]
    tables = {"bronze": contract.table, "verdicts": contract.table, "silver": contract.table, "vault": "identifiers"}
    options = pipeline.lake.options()
    found = {layer: DeltaTable(pipeline.lake.table_uri(layer, name), storage_options=options) for layer, name in tables.items()}
    city = write_city(home / "city", pipeline.catalogue, 3, 0.05, date.today())  # noqa: DTZ011 (the day of the drop)
    wrong = [line for line in differences(city, told_by_file(settings, pipeline)) if f"/{RESOURCE}/" in line]
    names = found["silver"].to_pyarrow_table().column_names
    kept = [name for name in names if name != "_received_at" and not name.endswith("_token")]
    rows = Counter(map(repr, found["silver"].to_pyarrow_table(columns=kept).to_pylist()))
    batches = [(one.batch_id, one.revision, one.state, one.number, one.counts) for one in latest_outcomes(pipeline, RESOURCE)]
    return wrong, {layer: table.version() for layer, table in found.items()}, rows, batches


def test_a_pass_killed_after_every_effect_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    killed, undisturbed = _home(tmp_path / "killed"), _home(tmp_path / "undisturbed")
    try:
        effects = _collected_with_kills(killed)
        haihe(undisturbed, "collect", RESOURCE)
        assert _end(killed) == _end(undisturbed)
        wrong, versions, _, _ = _end(killed)
        assert wrong == []
        # Made, then one commit each: nothing landed twice.
        assert versions == {"bronze": 1, "verdicts": 1, "silver": 1, "vault": 1}
        commits = {f"commit:{layer}" for layer in ("bronze", "verdicts", "vault", "silver")}
        records = {f"record:{name}" for name in ("definitions", "passes", "judgements", "results", "batches", "drops")}
        assert {"raw", "receipt", *commits, *records} <= set(effects)
    finally:
        for home in (killed, undisturbed):
            embedded.stop(load_settings(ROOT, environ(home)))


def test_a_store_that_goes_away_in_the_middle_means_retry_and_the_retry_finishes(tmp_path: Path) -> None:
    home = _home(tmp_path / "gone")
    settings = load_settings(ROOT, environ(home))
    landed = home / "store" / "data" / "control" / "passes" / RESOURCE / "00000001.landed.json"
    command = [sys.executable, "-m", "jobs.cli", "collect", RESOURCE]
    running = subprocess.Popen(command, env=environ(home), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 300
        while not landed.exists() and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        embedded.stop(settings)
        _, words = running.communicate(timeout=600)
        assert running.returncode == 75, words[-3000:]
        assert words.splitlines()[-1].startswith("haihe: s3://control/")
        embedded.ensure_running(settings)
        haihe(home, "collect", RESOURCE)
        wrong, versions, _, _ = _end(home)
        assert wrong == []
        assert versions == {"bronze": 1, "verdicts": 1, "silver": 1, "vault": 1}
    finally:
        running.kill()
        embedded.stop(settings)
