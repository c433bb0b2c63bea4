"""Haihe against plain Great Expectations on adversarial frames: every number of every result must be the same.

`python -m tests.parity --seed N --cases M` judges M rules of every expectation type on every batch of a generated frame by both ways and
prints a line for each type. It exits with 1 on a difference, and where fewer than `--least` results of a type could be compared.
"""

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Sequence

from pyspark.sql import SparkSession

from jobs.catalogue.judged import NOT_ON_SPARK
from tests.parity.compared import Difference, Tally, compared
from tests.parity.suites import registered_types


def main(arguments: Sequence[str]) -> int:
    """Print what was compared and what differs; 1 where that is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default %(default)s)")
    parser.add_argument("--cases", type=int, default=8, help="rules of each type in all (default %(default)s)")
    parser.add_argument("--a-pass", type=int, default=4, help="rules of each type in one pass (default %(default)s)")
    parser.add_argument("--least", type=int, default=30, help="results that must be compared for each type (default %(default)s)")
    parser.add_argument("--type", action="append", help="only this type, and others given likewise")
    parser.add_argument("--causes", action="store_true", help="print each rule on which Great Expectations raises, and its words")
    asked = parser.parse_args(arguments)
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    types = asked.type or sorted(registered_types())
    tally = Tally()
    spark = _session()
    for seed, start in enumerate(range(0, asked.cases, asked.a_pass), start=asked.seed):
        tally.add(compared(spark, seed, min(asked.a_pass, asked.cases - start), types))
    if asked.causes:
        sys.stdout.writelines(f"{batch}: {rule}\n  raises {cause[:300]}\n" for (batch, rule), cause in sorted(tally.causes.items()))
    _write(tally, types)
    few = [type_ for type_ in types if tally.judged[type_] < asked.least and type_ not in NOT_ON_SPARK]
    if few:
        sys.stdout.write(f"fewer than {asked.least} compared: {', '.join(few)}\n")
    return 1 if tally.differences or few else 0


def _session() -> SparkSession:
    # Python functions in conditions need the interpreter that holds this project's libraries.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[1]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.extraJavaOptions": "-XX:ReservedCodeCacheSize=160m -Duser.timezone=UTC",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def _write(tally: Tally, types: Sequence[str]) -> None:
    for one in tally.differences:
        sys.stdout.write(_difference(one))
    different = Counter(one.type for one in tally.differences)
    lines = [(type_, tally.judged[type_], tally.raised[type_], tally.withheld[type_], different[type_]) for type_ in types]
    lines.append(("together", *(sum(line[place] for line in lines) for place in range(1, 5))))
    sys.stdout.write(f"{'type':<60}{'alike':>8}{'raised':>8}{'withheld':>10}{'different':>11}\n")
    for name, alike, raised, withheld, other in lines:
        sys.stdout.write(f"{name:<60}{alike:>8}{raised:>8}{withheld:>10}{other:>11}\n")
    sys.stdout.write(
        "alike: equal in verdict and every number. raised: plain Great Expectations raised, and Haihe reports a rule error. withheld: it "
        "raised on another batch of the pass, so that Haihe passes none.\n"
    )


def _difference(one: Difference) -> str:
    return f"{one.batch}: {one.type} {dict(one.kwargs)}\n  plain {dict(one.plain)}\n  ours  {dict(one.ours or {})}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
