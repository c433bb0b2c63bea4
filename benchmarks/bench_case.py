"""The bench's resource on its way: a file dropped and admitted, a definition, a pass judged. What the rows on judging share."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.sample import DISTRICTS, HEADER, RESOURCE, bench_contract, write_sample
from jobs.catalogue.contract import Contract
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import Period
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Expectation, Suite
from jobs.collect.admission import Admitted, intake_dialect
from jobs.collect.definition import Definition, store_definition
from jobs.collect.drops import Drop
from jobs.collect.findings import Findings
from jobs.collect.main import pass_body
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Pipeline
from jobs.collect.run_pass import judge_pass
from jobs.collect.work import Work
from jobs.lake.pass_record import Pass, PassBatch
from jobs.lake.passes import create_pass, mark_done
from jobs.quality.rules import compile_rules
from jobs.storage.objects import list_objects, put

PROVIDER = "tax-bureau"
IN_ORDER = Expectation(
    type="expect_column_pair_values_a_to_be_greater_than_b",
    id="1",
    kwargs={"column_A": "end_date", "column_B": "start_date", "or_equal": True},
    meta={"rule": "dates_in_order"},
)
SUITE = Suite(name=RESOURCE, expectations=(IN_ORDER,))


@dataclass(frozen=True)
class Judged:
    """A pass that was judged, in so many seconds."""

    work: Work
    findings: Findings
    outcomes: list[BatchOutcome]
    seconds: float


def timed(work: Callable[[], object]) -> float:
    """Seconds by the clock."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def dropped(pipeline: Pipeline, folder: Path, row_count: int, encoding: str = "gb18030", step: int = 1) -> Drop:
    """The file of so many rows in the landing bucket; it is written once into `folder`."""
    path = folder / f"bench-{row_count}-{encoding}-{step}.csv"
    if not path.is_file():
        temporary = path.with_suffix(".tmp")
        write_sample(temporary, row_count, encoding, step)
        shutil.move(temporary, path)
    bucket = pipeline.bucket(f"landing-{PROVIDER}")
    with path.open("rb") as body:
        put(pipeline.client, bucket, f"{RESOURCE}/2021-03-05/{path.name}", body)
    stored = next(entry for entry in list_objects(pipeline.client, bucket) if entry.key.endswith(path.name))
    return Drop(PROVIDER, stored, None, None, None)


def admitted(drop: Drop, contract: Contract) -> Admitted:
    """The drop, admitted under this contract."""
    duty = Duty(
        duty_id="D", provider_id=PROVIDER, resource=RESOURCE, office="", contact_name="", contact_phone="", legal_basis="", system_id="S",
        cycle="daily", cutoff_time="06:00", lag_working_days=1, expected_rows_min=0, expected_rows_max=10**9, quality_target_pct=50,
        share_type="1", status="signed", valid_from=datetime(2021, 1, 1, tzinfo=UTC).date(),
    )  # fmt: skip
    return Admitted(
        drop=drop, contract=contract, period=Period.parse("2021-03-05"), duty=duty, list_versions={}, manifest=None,
        dialect=intake_dialect(contract.dialect(PROVIDER)), header=HEADER, cut=(), header_result={}, business_date=duty.valid_from,
    )  # fmt: skip


def definition(contract: Contract | None = None, suite: Suite = SUITE) -> Definition:
    """What a pass judges by: the contract's rules and the suite's."""
    judged = contract or bench_contract()
    codes = {"bench_district": tuple(Code(code=code, name=code) for code in DISTRICTS)}
    return Definition(contract=judged, suite_sha256="bench", rules=compile_rules(judged, suite, codes))


def judged_pass(pipeline: Pipeline, spark: SparkSession, by: Definition, batch: PassBatch, run: int) -> Judged:
    """The archived batch landed and judged in a pass of its own, as a batch of that run."""
    own = batch.model_copy(update={"batch_id": f"b{run:015x}"})
    body = pass_body(pipeline, RESOURCE, "collect", [own], {"responsibility": "bench"}, store_definition(pipeline, by))
    record = Pass.model_validate(create_pass(pipeline.control, RESOURCE, body))
    work = Work(record, by, {})
    began = time.monotonic()
    findings, outcomes = judge_pass(pipeline, spark, work)
    seconds = time.monotonic() - began
    mark_done(pipeline.control, RESOURCE, record.number, {})
    return Judged(work, findings, outcomes, seconds)
