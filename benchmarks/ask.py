"""`haihe sql` on a 2 M-row Delta table against DuckDB's own read_parquet on the same files of the same store, cold on both sides.

In process both open a connection, load the S3 extension, log in and bring the rows; ours reads the Delta log and writes two records of
the access log besides. As a process both start Python, and ours the whole command line.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from benchmarks.rows import BenchRow
from jobs.analysis.desk import AnalystDesk, open_desk
from jobs.analysis.engine import load_extension, secret_statement
from jobs.analysis.query import ask
from jobs.collect.pipeline import Pipeline
from jobs.lake.snapshot import read_snapshot

TABLE = "bench_cases"
FILES = 4
BOUND = 2.0
QUERIES = {
    "count": "SELECT count(*) FROM {}",
    "filter": "SELECT count(*), sum(amount_yuan) FROM {} WHERE district_code = '120112' AND amount_yuan > 50000",
}
BARE_PROCESS = """
import sys, duckdb
from importlib.resources import files
connection = duckdb.connect()
connection.load_extension(str(next((files("duckdb_extension_httpfs") / "extensions").rglob("httpfs.duckdb_extension"))))
connection.execute(sys.stdin.readline())
print(connection.execute(sys.stdin.readline()).fetchall())
"""


@dataclass(frozen=True, slots=True)
class Sides:
    """The same question to both: as `haihe sql` gets it and as DuckDB does, the latter without a Delta log."""

    ours: str
    bare: str


def rows(pipeline: Pipeline, *, row_count: int, runs: int) -> list[BenchRow]:
    """A bounded row for each query in process, and one for its whole command line beside a bare Python process, told only."""
    _write_table(pipeline, row_count)
    desk = open_desk(pipeline.settings)
    size = f"{row_count / 1e6:g} M rows"
    told = []
    for name, query in QUERIES.items():
        sides = _sides(desk, query)
        pairs: Mapping[str, tuple[Callable[[], object], Callable[[], object], float | None]] = {
            "in process": (partial(_ours, desk, sides), partial(_bare, desk, sides), BOUND),
            "as a command": (partial(_our_process, desk, sides), partial(_bare_process, desk, sides), None),
        }
        for way, (ours, bare, bound) in pairs.items():
            times = [(_seconds(ours), _seconds(bare)) for _ in range(runs + 1)][1:]
            work, against = zip(*times, strict=True)
            told.append(BenchRow(f"haihe sql: {name}, {size}, {way}", f"DuckDB read_parquet {way}", work, against, bound))
    return told


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _write_table(pipeline: Pipeline, row_count: int) -> None:
    random = np.random.default_rng(7)
    for start in range(0, row_count, row_count // FILES):
        count = min(row_count // FILES, row_count - start)
        payload = {f"payload_{number}": random.integers(0, 100_000, count).astype(str) for number in range(8)}
        columns = {
            "case_id": np.arange(start, start + count),
            "district_code": np.char.add("1201", random.integers(10, 29, count).astype(str)),
            "amount_yuan": random.random(count) * 1e5,
            "decision_date": np.datetime64("2020-01-01") + random.integers(0, 400, count),
            **payload,
        }
        write_deltalake(
            pipeline.lake.table_uri("gold", TABLE),
            pa.table({name: pa.array(values) for name, values in columns.items()}),
            mode="append",
            storage_options=pipeline.lake.options(),
        )


def _sides(desk: AnalystDesk, query: str) -> Sides:
    snapshot = read_snapshot(desk.lake, "gold", TABLE)
    assert snapshot is not None  # noqa: S101 (written above)
    files = ", ".join(f"'{file}'" for file in snapshot.files)
    return Sides(query.format(TABLE), query.format(f"read_parquet([{files}])"))


def _ours(desk: AnalystDesk, sides: Sides) -> None:
    ask(desk, sides.ours, lambda rows: rows.read_all())


def _bare(desk: AnalystDesk, sides: Sides) -> None:
    with duckdb.connect() as connection:
        load_extension(connection, "httpfs")
        connection.execute(secret_statement(desk.endpoint))
        connection.execute(sides.bare).to_arrow_reader().read_all()


def _our_process(desk: AnalystDesk, sides: Sides) -> None:
    environment = {**os.environ, "HAIHE_HOME": str(desk.settings.home)}
    subprocess.run(
        [sys.executable, "-m", "jobs.cli", "sql", sides.ours],
        env=environment,
        cwd=desk.settings.root,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _bare_process(desk: AnalystDesk, sides: Sides) -> None:
    lines = f"{secret_statement(desk.endpoint)}\n{sides.bare}\n"
    subprocess.run([sys.executable, "-c", BARE_PROCESS], input=lines, text=True, check=True, stdout=subprocess.DEVNULL)
