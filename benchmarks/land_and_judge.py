"""Landing and judging 2 M rows against a bare Spark copy of the same object to Delta, on the same store, in the same warm session."""

from functools import partial
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.bench_case import admitted, definition, dropped, judged_pass, timed
from benchmarks.rows import BenchRow
from benchmarks.sample import HEADER, bench_contract
from jobs.collect.archive import archive
from jobs.collect.drops import Drop
from jobs.collect.pipeline import Pipeline

BOUND = 0.75
COPY = "bare Spark copy to Delta"
ENCODINGS = {"UTF-8": "utf-8", "GB18030": "gb18030"}


def rows(pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """Per encoding two rows: judging against the copy, and the archive by itself. One warm-up of each comes first."""
    told = []
    for place, (name, encoding) in enumerate(ENCODINGS.items()):
        contract = bench_contract(encoding)
        drop = dropped(pipeline, folder, row_count, encoding)
        copies, archives, judged = [], [], []
        for run in range(runs + 1):
            copies.append(timed(partial(_copy, pipeline, spark, drop, encoding, run)))
            archives.append(timed(partial(archive, pipeline, admitted(drop, contract))))
            batch = archive(pipeline, admitted(drop, contract))
            judged.append(judged_pass(pipeline, spark, definition(contract), batch, place * 100 + run).seconds)
        size = f"{row_count / 1e6:g} M x {len(HEADER)}, {name}"
        told += [
            BenchRow(f"land and judge {size}, ten rules and a key", COPY, tuple(judged[1:]), tuple(copies[1:]), BOUND),
            BenchRow(f"archive {size} (sha256, cuts, copy to raw)", COPY, tuple(archives[1:]), tuple(copies[1:]), None),
        ]
    return told


def _copy(pipeline: Pipeline, spark: SparkSession, drop: Drop, encoding: str, run: int) -> None:
    """What anybody would write: all strings, multiLine off; GB18030 needs Spark's legacy switch."""
    schema = ", ".join(f"{name} string" for name in HEADER)
    source = f"s3a://{drop.stored.bucket}/{drop.stored.key}"
    frame = spark.read.option("encoding", encoding).csv(source, header=True, schema=schema)
    frame.write.format("delta").mode("overwrite").save(f"s3a://{pipeline.bucket('gold')}/bench_copy_{run % 2}")
