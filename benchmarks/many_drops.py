"""Many small drops in one `collect`: what a drop costs once the session stands, and that commits do not grow with their number."""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.rows import BenchRow
from benchmarks.sample import bench_contract, write_sample
from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract
from jobs.catalogue.lists import Duty, ListVersions
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Suite
from jobs.collect.main import Selection, collect
from jobs.collect.pipeline import Pipeline
from jobs.errors import HaiheError
from jobs.lake.tables import open_table
from jobs.storage.objects import put

DROPS, ROWS, RESOURCES = 500, 200, 10
SECONDS_A_DROP = 0.3
FIRST_DAY = date(2021, 1, 4)
DISTRICTS = tuple(Code(code=f"1201{number:02d}", name=f"{number}") for number in range(1, 20))


def rows(pipeline: Pipeline, spark: SparkSession, folder: Path, *, drops: int = DROPS) -> list[BenchRow]:
    """One row: seconds of the whole `collect` against 0.3 s a drop. Raises: HaiheError if a table took more than one commit."""
    names = tuple(f"bench.case_{number}" for number in range(RESOURCES))
    wide = _with_resources(pipeline, names)
    _drop_all(wide, folder, names, drops)
    began = time.monotonic()
    outcomes = collect(wide, lambda: spark, names, Selection())
    seconds = time.monotonic() - began
    landed = sum(outcome.counts.read for outcome in outcomes if outcome.counts)
    if len(outcomes) != drops or landed != drops * ROWS:
        raise HaiheError(f"{len(outcomes)} batches with {landed} rows came of {drops} drops of {ROWS} rows. The row is not measured.")
    commits = {_commits(wide, name, layer) for name in names for layer in ("bronze", "verdicts", "silver")}
    if commits != {1}:
        raise HaiheError(f"{sorted(commits)} commits a table where one was to be. The row is not measured.")
    work = f"{drops} drops of {ROWS} rows over {RESOURCES} resources in one collect, one commit a table"
    return [BenchRow(work, f"{SECONDS_A_DROP} s a drop", (seconds,), (SECONDS_A_DROP * drops,), 1.0)]


def _with_resources(pipeline: Pipeline, names: Sequence[str]) -> Pipeline:
    """The pipeline with further resources in its catalogue, due from every provider."""
    known = pipeline.catalogue
    contracts = {name: bench_contract().model_copy(update={"resource": name}) for name in names}
    suites = {name: Suite(name=name, expectations=()) for name in names}
    duties = tuple(_duty(provider, name) for provider in known.providers for name in names)
    versions = tuple((day, (*listed, *duties)) for day, listed in known.responsibility.versions)
    wide: Catalogue = known.model_copy(
        update={
            "contracts": {**known.contracts, **contracts},
            "suites": {**known.suites, **suites},
            "responsibility": ListVersions[Duty](versions=versions),
            "code_sets": {**known.code_sets, "bench_district": DISTRICTS},
        }
    )
    return Pipeline(**{**{name: getattr(pipeline, name) for name in pipeline.__dataclass_fields__}, "catalogue": wide})


def _duty(provider: str, resource: str) -> Duty:
    return Duty(
        duty_id=f"{provider}/{resource}", provider_id=provider, resource=resource, office="", contact_name="", contact_phone="",
        legal_basis="", system_id="SYS-0101", cycle="daily", cutoff_time="06:00", lag_working_days=1, expected_rows_min=0,
        expected_rows_max=10**9, quality_target_pct=50, share_type="1", status="signed", valid_from=date(2021, 1, 1),
    )  # fmt: skip


def _drop_all(pipeline: Pipeline, folder: Path, names: Sequence[str], drops: int) -> None:
    path = folder / f"bench-{ROWS}.csv"
    write_sample(path, ROWS)
    body = path.read_bytes()
    providers = sorted(pipeline.catalogue.providers)
    for number in range(drops):
        place, turn = divmod(number, len(names))
        provider, day = providers[place % len(providers)], FIRST_DAY + timedelta(days=place // len(providers))
        put(pipeline.client, pipeline.bucket(f"landing-{provider}"), f"{names[turn]}/{day.isoformat()}/{number}.csv", body)


def _commits(pipeline: Pipeline, resource: str, layer: str) -> int:
    contract: Contract = pipeline.catalogue.contracts[resource]
    table = open_table(pipeline.lake, layer, contract.table)
    # Version 0 is the empty table.
    return table.version() if table else 0
