"""Landing and judging 2 M rows against a bare Spark copy of the same object to Delta, on the same store, in the same warm session."""

import shutil
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.rows import BenchRow
from benchmarks.sample import DISTRICTS, HEADER, RESOURCE, bench_contract, write_sample
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import Period
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Expectation, Suite
from jobs.collect.admission import Admitted, intake_dialect
from jobs.collect.archive import archive
from jobs.collect.definition import Definition, store_definition
from jobs.collect.drops import Drop
from jobs.collect.main import pass_body
from jobs.collect.pipeline import Pipeline
from jobs.collect.run_pass import judge_pass
from jobs.collect.work import Work
from jobs.lake.pass_record import Pass
from jobs.lake.passes import create_pass, mark_done
from jobs.quality.rules import compile_rules
from jobs.storage.objects import list_objects, put

PROVIDER = "tax-bureau"
BOUND = 1.0
SUITE = Suite(
    name=RESOURCE,
    expectations=(
        Expectation(
            type="expect_column_pair_values_a_to_be_greater_than_b",
            id="1",
            kwargs={"column_A": "end_date", "column_B": "start_date", "or_equal": True},
            meta={"rule": "dates_in_order"},
        ),
    ),
)


def rows(pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """Two rows: judging against the copy, and the archive by itself. One warm-up of each comes first."""
    drop = _dropped(pipeline, folder, row_count)
    admitted = _admitted(drop)
    definition = _definition()
    archives, judged, copies = [], [], []
    for run in range(runs + 1):
        copied = _timed(partial(_copy, pipeline, spark, drop, run))
        archived = _timed(partial(archive, pipeline, admitted))
        batch = archive(pipeline, admitted).model_copy(update={"batch_id": f"b{run:015x}"})
        lists = {"responsibility": "bench"}
        body = pass_body(pipeline, RESOURCE, "collect", [batch], lists, store_definition(pipeline, definition))
        record = Pass.model_validate(create_pass(pipeline.control, RESOURCE, body))
        work = _timed(partial(judge_pass, pipeline, spark, Work(record, definition, {})))
        mark_done(pipeline.control, RESOURCE, record.number, {})
        if run:
            archives.append(archived)
            judged.append(work)
            copies.append(copied)
    size = f"{row_count / 1e6:g} M x {len(HEADER)}, GB18030"
    return [
        BenchRow(f"land and judge {size}, ten rules and a key", "bare Spark copy to Delta", tuple(judged), tuple(copies), BOUND),
        BenchRow(f"archive {size} (sha256, cuts, copy to raw)", "bare Spark copy to Delta", tuple(archives), tuple(copies), None),
    ]


def _timed(work: partial[object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _dropped(pipeline: Pipeline, folder: Path, row_count: int) -> Drop:
    path = folder / f"bench-{row_count}.csv"
    if not path.is_file():
        temporary = path.with_suffix(".tmp")
        write_sample(temporary, row_count)
        shutil.move(temporary, path)
    bucket = pipeline.bucket(f"landing-{PROVIDER}")
    with path.open("rb") as body:
        put(pipeline.client, bucket, f"{RESOURCE}/2021-03-05/bench.csv", body)
    stored = next(entry for entry in list_objects(pipeline.client, bucket) if entry.key.endswith("bench.csv"))
    return Drop(PROVIDER, stored, None, None, None)


def _admitted(drop: Drop) -> Admitted:
    contract = bench_contract()
    duty = Duty(
        duty_id="D", provider_id=PROVIDER, resource=RESOURCE, office="", contact_name="", contact_phone="", legal_basis="", system_id="S",
        cycle="daily", cutoff_time="06:00", lag_working_days=1, expected_rows_min=0, expected_rows_max=10**9, quality_target_pct=50,
        share_type="1", status="signed", valid_from=datetime(2021, 1, 1, tzinfo=UTC).date(),
    )  # fmt: skip
    return Admitted(
        drop=drop, contract=contract, period=Period.parse("2021-03-05"), duty=duty, list_versions={}, manifest=None,
        dialect=intake_dialect(contract.dialect(PROVIDER)), header=HEADER, cut=(), header_result={}, business_date=duty.valid_from,
    )  # fmt: skip


def _definition() -> Definition:
    contract = bench_contract()
    codes = {"bench_district": tuple(Code(code=code, name=code) for code in DISTRICTS)}
    return Definition(contract=contract, suite_sha256="bench", rules=compile_rules(contract, SUITE, codes))


def _copy(pipeline: Pipeline, spark: SparkSession, drop: Drop, run: int) -> None:
    """What anybody would write: all strings, multiLine off; the charset needs Spark's legacy switch."""
    schema = ", ".join(f"{name} string" for name in HEADER)
    source = f"s3a://{drop.stored.bucket}/{drop.stored.key}"
    frame = spark.read.option("encoding", "gb18030").csv(source, header=True, schema=schema)
    frame.write.format("delta").mode("overwrite").save(f"s3a://{pipeline.bucket('gold')}/bench_copy_{run % 2}")
