"""A backup is the store's folder and the secrets: copied into a new home, everything stands as it did."""

import shutil
from pathlib import Path

from jobs.catalogue.catalogue import load_catalogue
from jobs.collect.main import Selection, collect
from jobs.collect.pipeline import Pipeline, open_pipeline
from jobs.collect.projecting import flush_ledger, rebuild_ledger
from jobs.first_run import fingerprint
from jobs.settings import Settings
from jobs.storage import embedded
from jobs.storage.accounts import provider_endpoint, provision
from jobs.storage.client import s3_client
from jobs.storage.objects import put
from jobs.storage.reach import reaches

ROOT = Path(__file__).resolve().parents[2]
ROSTER = ("tax-bureau", "civil-affairs")


def _started(home: Path) -> Pipeline:
    settings = Settings.model_validate({"environment": "test", "root": ROOT, "home": home})
    embedded.ensure_running(settings)
    provision(settings, ROSTER)
    return open_pipeline(settings, load_catalogue(ROOT))


def test_store_and_secrets_restored_into_a_new_home_are_the_same_to_the_last_object_and_key(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    pipeline = _started(old)
    try:
        put(s3_client(provider_endpoint(pipeline.settings, "tax-bureau")), "landing-tax-bureau", "错位.csv", b"a\n1\n")
        collect(pipeline, lambda: None, ["_unplaced"], Selection(provider="tax-bureau"))  # type: ignore[arg-type, return-value]
        assert flush_ledger(pipeline)["drops"] == 1
        before = fingerprint(pipeline)
    finally:
        embedded.stop(pipeline.settings)
    for part in ("store", "secrets"):
        shutil.copytree(old / part, new / part)
    restored = _started(new)
    try:
        assert fingerprint(restored) == before
        assert restored.token_key == pipeline.token_key
        assert reaches(provider_endpoint(restored.settings, "tax-bureau"), "receipts-tax-bureau")
        assert rebuild_ledger(restored)["drops"] == 1
    finally:
        embedded.stop(restored.settings)
