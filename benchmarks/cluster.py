"""Landing and judging 2 M rows on two workers of one core each against one such, in one session on a standalone cluster.

The second worker joins the running session, so both sides have the same warm driver. Driver, store and workers share the machine's
cores; the rows on processor time say how much of them is left for a second worker to use.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from pyspark.sql import SparkSession

from benchmarks.bench_case import admitted, definition, dropped, judged_pass
from benchmarks.rows import BenchRow
from benchmarks.sample import HEADER, bench_contract
from benchmarks.standalone import Cluster, add_worker, standalone_cluster
from jobs.collect.archive import archive
from jobs.collect.pipeline import Pipeline
from jobs.lake.pass_record import PassBatch
from jobs.lake.session import spark_session
from jobs.settings import load_settings
from jobs.storage.accounts import pipeline_endpoint

BOUND = 0.65
MOST_RUNS = 3
# An executor has half of a run's rows to become warm on.
WARM_UPS = 3
STORE = "versitygw"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One run's seconds: by the clock, with a Spark job running, and of the processor in driver, workers and store."""

    wall: float
    in_jobs: float
    driver_cpu: float
    workers_cpu: float
    store_cpu: float


def rows(pipeline: Pipeline, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """The bounded row, the driver's share on both sides, and the processor's time on both sides; at most three runs a side."""
    count = min(runs, MOST_RUNS)
    batch = archive(pipeline, admitted(dropped(pipeline, folder, row_count), bench_contract()))
    with standalone_cluster(pipeline.settings.home / "cluster", workers=1) as cluster:
        spark = _session(cluster, pipeline)
        one = _runs(pipeline, spark, cluster, batch, count)
        add_worker(cluster)
        two = _runs(pipeline, spark, cluster, batch, count)
        spark.stop()
    return _rows(one, two, f"land and judge {row_count / 1e6:g} M x {len(HEADER)} on the cluster")


def _session(cluster: Cluster, pipeline: Pipeline) -> SparkSession:
    os.environ.update(cluster.environ)
    settings = load_settings(ROOT, {**os.environ, "HAIHE_HOME": str(pipeline.settings.home)})
    return spark_session(settings, pipeline_endpoint(settings), "bench")


def _runs(pipeline: Pipeline, spark: SparkSession, cluster: Cluster, batch: PassBatch, count: int) -> list[Run]:
    """That many runs after those that warm the executors up."""
    return [_run(pipeline, spark, cluster, batch) for _ in range(WARM_UPS + count)][WARM_UPS:]


def _run(pipeline: Pipeline, spark: SparkSession, cluster: Cluster, batch: PassBatch) -> Run:
    cpu, began = _cpu_seconds(cluster), time.time()
    judged_pass(pipeline, spark, definition(), batch, time.time_ns())
    ended = time.time()
    used = {name: seconds - cpu[name] for name, seconds in _cpu_seconds(cluster).items()}
    return Run(ended - began, _seconds_in_jobs(spark, began, ended), used["driver"], used["workers"], used["store"])


def _cpu_seconds(cluster: Cluster) -> dict[str, float]:
    """Processor seconds so far of the driver (this process and its JVM), of the cluster's processes and of the store."""
    seconds = {"driver": 0.0, "workers": 0.0, "store": 0.0}
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    for process in (one for one in family if one.status() != psutil.STATUS_ZOMBIE):
        is_workers = Path(process.cwd()).is_relative_to(cluster.folder)
        name = "workers" if is_workers else "store" if process.name() == STORE else "driver"
        seconds[name] += _cpu_of(process)
    return seconds


def _cpu_of(process: psutil.Process) -> float:
    times: Any = process.cpu_times()
    return float(times.user + times.system)


def _seconds_in_jobs(spark: SparkSession, began: float, ended: float) -> float:
    """Seconds between the two moments in which at least one Spark job ran; the rest is the driver's."""
    store = spark.sparkContext._jsc.sc().statusStore()
    jobs = store.jobsList(None)
    spans = sorted(span for place in range(jobs.size()) if (span := _span(jobs.apply(place))))
    total, reached = 0.0, began
    for start, end in spans:
        total += max(0.0, min(end, ended) - max(start, reached))
        reached = max(reached, min(end, ended))
    return total


def _span(job: Any) -> tuple[float, float] | None:
    """A finished job's start and end, seconds since the epoch."""
    moments = (job.submissionTime(), job.completionTime())
    if any(moment.isEmpty() for moment in moments):
        return None
    start, end = (moment.get().getTime() / 1000 for moment in moments)
    return start, end


def _rows(one: list[Run], two: list[Run], work: str) -> list[BenchRow]:
    def told(runs: list[Run], name: str) -> tuple[float, ...]:
        return tuple(getattr(run, name) for run in runs)

    bounded = BenchRow(f"{work}: two workers of one core", "one worker of one core", told(two, "wall"), told(one, "wall"), BOUND)
    return [bounded, *[row for name, runs in (("one worker", one), ("two workers", two)) for row in _shares(name, runs)]]


def _shares(name: str, runs: list[Run]) -> list[BenchRow]:
    """Told beside the clock's time: the time outside Spark jobs, and the processor's by kind of process."""
    seconds = {"the driver's share, outside Spark jobs": [run.wall - run.in_jobs for run in runs]}
    for part in ("driver", "workers", "store"):
        seconds[f"processor time, {part}"] = [getattr(run, f"{part}_cpu") for run in runs]
    wall = tuple(run.wall for run in runs)
    return [BenchRow(f"{name}: {what}", "the whole", tuple(each), wall, None) for what, each in seconds.items()]
