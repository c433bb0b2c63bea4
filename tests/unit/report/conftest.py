"""A small city on a real store: passes and outcomes as the main job writes them, at moments of the tests' own."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.catalogue.lists import Duty, ListVersions
from jobs.catalogue.period import Period
from jobs.collect.drops import batch_id_of
from jobs.collect.gate import Counts, Reason
from jobs.collect.outcome import BatchOutcome, DropOutcome, write_batch_outcome, write_drop_outcome
from jobs.collect.pipeline import CITY_ZONE, Pipeline, city_date, open_pipeline
from jobs.lake.pass_record import Pass
from jobs.lake.passes import latest_pass, mark_done, pass_key
from jobs.settings import Settings, load_settings
from jobs.storage import embedded
from jobs.storage.accounts import provision

ROOT = Path(__file__).resolve().parents[3]
PREFIXES = itertools.count(1)
LAST_DUTY = "DUTY-0013"


def city_time(text: str) -> datetime:
    """A moment as the city's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


@dataclass(frozen=True)
class SmallCity:
    """A pipeline on empty buckets, and what comes of drops in it."""

    pipeline: Pipeline

    def with_settings(self, **groups: dict[str, Any]) -> Pipeline:
        """The pipeline with some settings of these groups changed."""
        settings = self.pipeline.settings
        changed = {name: type(getattr(settings, name)).model_validate(values) for name, values in groups.items()}
        return replace(self.pipeline, settings=settings.model_copy(update=changed))

    def came(
        self,
        provider: str,
        resource: str,
        period: str,
        received_at: str,
        *,
        state: str = "published",
        rows: tuple[int, int] = (100, 98),
        reasons: tuple[str, ...] = (),
        revision: int = 0,
    ) -> str:
        """A finished pass with one batch; its id."""
        number, moment, span = latest_pass(self.pipeline.control, resource)[0] + 1, city_time(received_at), Period.parse(period)
        landed_by = number - revision
        sha256 = f"{landed_by:064x}"
        batch_id = batch_id_of(provider, resource, period, sha256)
        duty = self.pipeline.catalogue.duty(provider, resource, span.end)
        batch = {
            "batch_id": batch_id,
            "drop_id": f"d{number:015x}",
            "provider": provider,
            "period": period,
            "period_start": span.start,
            "period_end": span.end,
            "revision": revision,
            "part": "file.csv",
            "bucket": f"landing-{provider}",
            "key": f"{resource}/{period}/file.csv",
            "etag": "e",
            "size": 1000 + landed_by,
            "received_at": moment,
            "received_date": city_date(moment),
            "sha256": sha256,
            "raw_key": f"{provider}/{resource}/{sha256}",
            "dialect": {"encoding": "utf-8", "delimiter": ",", "quote": None, "skip_lines": 0},
            "header": ["a"],
            "ranges": [],
            "duty": {"duty_id": duty.duty_id if duty else "none"},
        }
        record = Pass.model_validate(
            {
                "resource": resource,
                "number": number,
                "kind": "collect" if revision == 0 else "release",
                "created_at": moment,
                "today": city_date(moment),
                "definition": "0",
                "lists": {},
                "batches": [batch],
            }
        )
        outcome = BatchOutcome.model_validate(
            {
                **{name: batch[name] for name in ("batch_id", "revision", "provider", "period", "period_end", "drop_id", "part")},
                "resource": resource,
                "state": state,
                "kind": record.kind,
                "number": number,
                "landed_by": landed_by,
                "raw_key": batch["raw_key"],
                "received_at": moment,
                "judgements": {},
                "counts": Counts(read=rows[0], accepted=rows[1], quarantined=rows[0] - rows[1]),
                "reasons": [Reason(code=code) for code in reasons],
                "receipt": f"{resource}/{period}/{batch_id}/{revision}",
            }
        )
        self.pipeline.control.create(pass_key(resource, number), record.model_dump(mode="json"))
        write_batch_outcome(self.pipeline, outcome)
        mark_done(self.pipeline.control, resource, number, {})
        return batch_id

    def refused(self, provider: str, resource: str | None, period: str | None, decided_at: str, reason: str) -> str:
        """A drop that was refused before it became a batch; its id."""
        drop_id = f"d{next(PREFIXES):015x}"
        outcome = DropOutcome(
            drop_id=drop_id,
            provider=provider,
            bucket=f"landing-{provider}",
            key=f"{resource}/{period}/张三的身份证.csv",
            etag="e",
            state="refused",
            resource=resource,
            period=period,
            reasons=(Reason(code=reason),),
            receipt=f"_unplaced/{drop_id}/0",
            decided_at=city_time(decided_at),
        )
        write_drop_outcome(self.pipeline, outcome)
        return drop_id


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a home of the tests' own, its store running."""
    made = load_settings(ROOT, {"HAIHE_HOME": str(tmp_path_factory.mktemp("home"))})
    embedded.ensure_running(made)
    yield made
    embedded.stop(made)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The project's own, of thirteen duties and those who owe them: few enough to count by hand."""
    whole = load_catalogue(ROOT)
    versions = tuple((day, tuple(duty for duty in duties if duty.duty_id <= LAST_DUTY)) for day, duties in whole.responsibility.versions)
    owing = {duty.provider_id for _, duties in versions for duty in duties}
    providers = {name: provider for name, provider in whole.providers.items() if name in owing}
    return whole.model_copy(update={"responsibility": ListVersions[Duty](versions=versions), "providers": providers})


@pytest.fixture
def city(installation: Settings, catalogue: Catalogue) -> SmallCity:
    """A city in which nothing came yet."""
    store = installation.store.model_copy(update={"bucket_prefix": f"c{next(PREFIXES)}-"})
    own = installation.model_copy(update={"store": store})
    provision(own, sorted(catalogue.providers))
    return SmallCity(open_pipeline(own, catalogue))


@pytest.fixture
def objects_of(city: SmallCity) -> Callable[[], dict[str, str]]:
    """ETag of everything that stands in docs and control."""
    from jobs.storage.objects import list_objects

    def now() -> dict[str, str]:
        names = [city.pipeline.bucket(name) for name in ("docs", "control")]
        return {f"{name}/{entry.key}": entry.etag for name in names for entry in list_objects(city.pipeline.client, name)}

    return now
