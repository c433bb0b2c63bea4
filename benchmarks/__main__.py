"""`make bench`: every figure in one run, as a table and as out/bench.json (rows of work, against, ratio, bound, holds, machine)."""

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import ask, land_and_judge
from benchmarks.rows import BenchRow
from jobs.first_run import start_store
from jobs.lake.session import spark_session
from jobs.settings import Settings, load_settings
from jobs.storage import embedded
from jobs.storage.accounts import pipeline_endpoint

ROOT = Path(__file__).resolve().parent.parent
# Spark's own reader refuses GB18030 without it; the baseline needs it, nothing else does.
LEGACY_CHARSETS = "spark.sql.legacy.javaCharsets"


def main(argv: list[str]) -> int:
    """0 if every bounded row holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args(argv)
    cache = Path(os.environ.get("HAIHE_CACHE", Path.home() / ".cache" / "haihe")) / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="haihe-bench-", dir=cache) as home:
        settings = load_settings(ROOT, {**os.environ, "HAIHE_HOME": home})
        settings = settings.model_copy(update={"spark": settings.spark.model_copy(update={"conf": {LEGACY_CHARSETS: "true"}})})
        rows, memory = _run(settings, cache, arguments.rows, arguments.runs)
    _tell(rows, memory)
    return 0 if all(row.holds is not False for row in rows) else 1


def _run(settings: Settings, folder: Path, row_count: int, runs: int) -> tuple[list[BenchRow], float]:
    pipeline = start_store(settings)
    try:
        spark = spark_session(settings, pipeline_endpoint(settings), "bench")
        rows = land_and_judge.rows(pipeline, spark, folder, row_count=row_count, runs=runs)
        memory = _driver_memory_gib()
        spark.stop()
        return [*rows, *ask.rows(pipeline, row_count=row_count, runs=runs)], memory
    finally:
        embedded.stop(settings)


def _driver_memory_gib() -> float:
    """Peak resident memory of this process and the driver's JVM together, GiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    java = [child for child in psutil.Process().children(recursive=True) if "java" in child.name()]
    peaks = [
        int(line.split()[1]) for child in java for line in Path(f"/proc/{child.pid}/status").read_text().splitlines() if "VmHWM" in line
    ]
    return own + max(peaks, default=0) / 2**20


def _cpu() -> str:
    """The processor's own name for itself."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _tell(rows: list[BenchRow], memory_gib: float) -> None:
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
    console.print(f"driver, Python and JVM together, at most {memory_gib:.1f} GiB")
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    body = {"machine": machine, "driver_gib": round(memory_gib, 2), "rows": [row.as_json() for row in rows]}
    (out / "bench.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
