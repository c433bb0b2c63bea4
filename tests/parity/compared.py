"""Haihe against plain Great Expectations: what differs, and how many results of each type were compared."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import SparkSession

from jobs.catalogue.judged import BY_KEY, BY_MASK
from jobs.catalogue.suite import Suite
from tests.parity.frames import BATCHES, generated_rows, local_frame
from tests.parity.ours import haihe_results
from tests.parity.plain import plain_results
from tests.parity.suites import generated_suite
from tests.parity.told import Told


@dataclass(frozen=True)
class Difference:
    """A result that is not plain Great Expectations'."""

    batch: str
    type: str
    kwargs: Mapping[str, Any]
    plain: Told
    ours: Told | None


@dataclass
class Tally:
    """Results by expectation type.

    `judged`: both judged, and alike. `raised`: Great Expectations raised, and with us it is a rule error. `withheld`: it raised on another
    batch, and the rule is judged by masks, for all batches at once: the whole pass has a rule error with us and no batch of it passes.
    `causes`: (batch, rule) -> why Great Expectations raised.
    """

    judged: Counter[str] = field(default_factory=Counter)
    raised: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    causes: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Takes in what another tally counted."""
        self.judged += other.judged
        self.raised += other.raised
        self.withheld += other.withheld
        self.differences += other.differences
        self.causes |= other.causes


def compared(spark: SparkSession, seed: int, cases: int, types: Iterable[str]) -> Tally:
    """`cases` rules of every type on every batch of a frame, the frame judged as one pass by us, each batch alone by plain GX."""
    dice = random.Random(seed)  # noqa: S311 (a seeded test)
    suite = generated_suite(dice, cases, types)
    rows = [row for batch in BATCHES for row in generated_rows(dice, batch)]
    with for_few_rows(spark):
        ours = haihe_results(local_frame(spark, rows), suite)
        suspects = {rule_id for results in ours.values() for rule_id, told in results.items() if told["raised"]}
        plain = {}
        for batch in BATCHES:
            own = [row for row in rows if row[0] == batch and not row[3]]
            plain[batch] = plain_results(local_frame(spark, own), suite, suspects)
            suspects |= {rule_id for rule_id, told in plain[batch].items() if told["raised"]}
    return tallied(suite, plain, ours)


def tallied(suite: Suite, plain: Mapping[str, Mapping[str, Told]], ours: Mapping[str, Mapping[str, Told]]) -> Tally:
    """What two ways say, both by batch and expectation id, side by side."""
    tally = Tally()
    for one in suite.expectations:
        raises = one.type in BY_MASK | BY_KEY and any(plain[batch][one.id]["raised"] for batch in plain)
        for batch in plain:
            expected, found = plain[batch][one.id], ours[batch].get(one.id)
            is_error = found is not None and found["raised"] and not found["success"]
            if is_error and expected["raised"]:
                tally.raised[one.type] += 1
                tally.causes[batch, f"{one.type} {dict(one.kwargs)}"] = str(expected["cause"])
            elif is_error and raises:
                tally.withheld[one.type] += 1
            elif found == expected:
                tally.judged[one.type] += 1
            else:
                tally.differences.append(Difference(batch, one.type, one.kwargs, expected, found))
    return tally


@contextmanager
def for_few_rows(spark: SparkSession) -> Iterator[None]:
    """Without code generation, which costs more than a few rows, and in one partition: the sum of floats hangs on their order."""
    settings = {
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.leafNodeDefaultParallelism": "1",
    }
    before = {name: spark.conf.get(name, None) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, value)
