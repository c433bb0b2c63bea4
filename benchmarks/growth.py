"""Judging against itself: 200 rules instead of ten, 8 M rows instead of 2 M and the memory that they take."""

from collections.abc import Callable
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.bench_case import SUITE, admitted, definition, dropped, judged_pass
from benchmarks.rows import BenchRow
from benchmarks.sample import HEADER, PAYLOAD, bench_contract
from jobs.catalogue.suite import Expectation, Suite
from jobs.collect.archive import archive
from jobs.collect.pipeline import Pipeline

RULES_BOUND, ROWS_BOUND, MEMORY_BOUND = 3.0, 4.2, 1.1
# Ten of the contract and the suite of the first row are among the 200.
MORE_RULES = 190
GROWTH = 4
MOST_RUNS = 3


def rows(
    pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int, memory_gib: Callable[[], float]
) -> list[BenchRow]:
    """The rules' row with all runs; rows and memory with at most three runs, the smaller file first, for a peak only grows.

    It grows with every row that passes through a virtual machine, whatever file it is of, until the heap has found its size. So the small
    file is judged as often as it takes to see as many rows as the large one brings.
    """
    contract = bench_contract("utf-8")
    few, many = definition(contract), definition(contract, _suite())
    small = archive(pipeline, admitted(dropped(pipeline, folder, row_count, "utf-8"), contract))
    large = archive(pipeline, admitted(dropped(pipeline, folder, row_count * GROWTH, "utf-8"), contract))
    count, places = min(runs, MOST_RUNS), iter(range(1000))
    small_seconds = [judged_pass(pipeline, spark, few, small, next(places)).seconds for _ in range(count * GROWTH)][-count:]
    small_gib = memory_gib()
    large_seconds = [judged_pass(pipeline, spark, few, large, next(places)).seconds for _ in range(count)]
    large_gib = memory_gib()
    ten, two_hundred = [], []
    for _ in range(runs + 1):
        ten.append(judged_pass(pipeline, spark, few, small, next(places)).seconds)
        two_hundred.append(judged_pass(pipeline, spark, many, small, next(places)).seconds)
    size, larger = f"{row_count / 1e6:g} M x {len(HEADER)}", f"{row_count * GROWTH / 1e6:g} M"
    return [
        BenchRow(f"land and judge {size}, UTF-8, 200 rules", "ten rules", tuple(two_hundred[1:]), tuple(ten[1:]), RULES_BOUND),
        BenchRow(f"land and judge {larger}, UTF-8 (medians of {count})", size, tuple(large_seconds), tuple(small_seconds), ROWS_BOUND),
        BenchRow(f"the same, peak GiB of Python and JVM at {larger}", f"at {size}", (large_gib,), (small_gib,), MEMORY_BOUND),
    ]


def _suite() -> Suite:
    """190 rules more, of four kinds, on ten columns of text and two of numbers."""
    return SUITE.model_copy(update={"expectations": (*SUITE.expectations, *map(_rule, range(MORE_RULES)))})


def _rule(place: int) -> Expectation:
    column = PAYLOAD[place % len(PAYLOAD)]
    kinds: list[tuple[str, dict[str, object]]] = [
        ("expect_column_value_lengths_to_be_between", {"column": column, "max_value": 40 + place}),
        ("expect_column_values_to_not_match_regex", {"column": column, "regex": f"^{place}x"}),
        ("expect_column_values_to_not_be_in_set", {"column": column, "value_set": [f"v{place}", f"w{place}"]}),
        ("expect_column_values_to_be_between", {"column": ("age", "amount_yuan")[place % 2], "max_value": 1_000_000 + place}),
    ]
    type_, kwargs = kinds[place % len(kinds)]
    return Expectation(type=type_, id=f"more-{place}", kwargs=kwargs, severity="warning")
