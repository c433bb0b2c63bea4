"""`make bench`: every figure in one run, as a table and as out/bench.json (rows of work, against, ratio, bound, holds, machine)."""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import ask, cluster, data_docs, growth, land_and_judge, many_drops, plain_gx, publish, reports
from benchmarks.rows import BenchRow
from jobs.collect.pipeline import Pipeline
from jobs.first_run import start_store
from jobs.lake.session import spark_session
from jobs.settings import load_settings
from jobs.storage import embedded
from jobs.storage.accounts import pipeline_endpoint

ROOT = Path(__file__).resolve().parent.parent
# Spark's own reader refuses GB18030 without it; the baseline needs it, nothing else does.
LEGACY_CHARSETS = "spark.sql.legacy.javaCharsets"
Part = Callable[[Pipeline, Path, argparse.Namespace], list[BenchRow]]


def main(argv: list[str]) -> int:
    """0 if every bounded row holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=sorted(PARTS), help="the table of this part alone")
    parser.add_argument("--part", choices=sorted(PARTS), help="this part alone; its rows as JSON in the last line")
    arguments = parser.parse_args(argv)
    if arguments.part:
        print(json.dumps(_measured(arguments)))
        return 0
    names = [arguments.only] if arguments.only else list(PARTS)
    told = [_in_a_process(name, argv) for name in names]
    rows = [BenchRow.from_json(row) for part in told for row in part["rows"]]
    _tell(
        rows, {name: part["gib"] for name, part in zip(names, told, strict=True)}, f"bench-{arguments.only}" if arguments.only else "bench"
    )
    return 0 if all(row.holds is not False for row in rows) else 1


def _in_a_process(name: str, argv: list[str]) -> dict[str, Any]:
    """What a part came to in a process of its own: sessions for little and for much data want different virtual machines."""
    line = [sys.executable, "-m", "benchmarks", *argv, "--part", name]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _measured(arguments: argparse.Namespace) -> dict[str, Any]:
    cache = Path(os.environ.get("HAIHE_CACHE", Path.home() / ".cache" / "haihe")) / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="haihe-bench-", dir=cache) as home:
        settings = load_settings(ROOT, {**os.environ, "HAIHE_HOME": home})
        pipeline = start_store(settings.model_copy(update={"spark": settings.spark.model_copy(update={"conf": {LEGACY_CHARSETS: "true"}})}))
        try:
            rows = PARTS[arguments.part](pipeline, cache, arguments)
            return {"rows": [row.as_json() for row in rows], "gib": round(_driver_memory_gib(), 2)}
        finally:
            embedded.stop(settings)


def _judging(part: Callable[..., list[BenchRow]], **more: object) -> Part:
    """A part that judges: in a session made for much data."""

    def rows(pipeline: Pipeline, folder: Path, arguments: argparse.Namespace) -> list[BenchRow]:
        spark = spark_session(pipeline.settings, pipeline_endpoint(pipeline.settings), "bench")
        return part(pipeline, spark, folder, row_count=arguments.rows, runs=arguments.runs, **more)

    return rows


def _many_drops(pipeline: Pipeline, folder: Path, _: argparse.Namespace) -> list[BenchRow]:
    spark = spark_session(pipeline.settings, pipeline_endpoint(pipeline.settings), "bench", is_small=True)
    return many_drops.rows(pipeline, spark, folder)


def _ask(pipeline: Pipeline, _: Path, arguments: argparse.Namespace) -> list[BenchRow]:
    return ask.rows(pipeline, row_count=arguments.rows, runs=arguments.runs)


def _reports(pipeline: Pipeline, _: Path, __: argparse.Namespace) -> list[BenchRow]:
    return reports.rows(pipeline)


def _data_docs(pipeline: Pipeline, _: Path, __: argparse.Namespace) -> list[BenchRow]:
    return data_docs.rows(pipeline)


def _cluster(pipeline: Pipeline, folder: Path, arguments: argparse.Namespace) -> list[BenchRow]:
    return cluster.rows(pipeline, folder, row_count=arguments.rows, runs=arguments.runs)


def _driver_memory_gib() -> float:
    """Peak resident memory of this process and the driver's JVM together, GiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    java = [child for child in psutil.Process().children(recursive=True) if "java" in child.name()]
    peaks = [
        int(line.split()[1]) for child in java for line in Path(f"/proc/{child.pid}/status").read_text().splitlines() if "VmHWM" in line
    ]
    return own + max(peaks, default=0) / 2**20


PARTS: dict[str, Part] = {
    "land_and_judge": _judging(land_and_judge.rows),
    "plain_gx": _judging(plain_gx.rows),
    "growth": _judging(growth.rows, memory_gib=_driver_memory_gib),
    "append": _judging(publish.appended),
    "merge": _judging(publish.merged),
    "many_drops": _many_drops,
    "ask": _ask,
    "reports": _reports,
    "data_docs": _data_docs,
    "cluster": _cluster,
}


def _cpu() -> str:
    """The processor's own name for itself."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _tell(rows: list[BenchRow], memory_gib: dict[str, float], file_name: str) -> None:
    machine = {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
    }
    table = Table(title=f"make bench: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB", title_justify="left")
    for heading in ("work", "against", "s", "s", "ratio", "at most", "holds"):
        table.add_column(heading, justify="left" if heading in ("work", "against") else "right")
    for row in rows:
        told = row.as_json()
        medians = [f"{told['work_median']:.2f}", f"{told['against_median']:.2f}" if row.against_seconds else ""]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(
            row.work,
            row.against,
            *medians,
            ratio,
            "" if row.bound is None else f"{row.bound:.2f}",
            {True: "yes", False: "NO", None: ""}[row.holds],
        )
    console = Console(width=150)
    console.print(table)
    console.print("Python and JVM together, at most: " + ", ".join(f"{name} {gib:.1f} GiB" for name, gib in memory_gib.items()))
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    body = {"machine": machine, "gib": memory_gib, "rows": [row.as_json() for row in rows]}
    (out / f"{file_name}.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
