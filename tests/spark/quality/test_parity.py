"""For every expectation type our verdict is plain Great Expectations' own; `python -m tests.parity` tries as many more as wanted."""

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.judged import NOT_ON_SPARK
from tests.parity.compared import compared
from tests.parity.frames import BATCHES
from tests.parity.suites import registered_types


@pytest.mark.parametrize("seed", [2021])
def test_every_number_of_every_result_is_that_of_plain_great_expectations(spark: SparkSession, seed: int) -> None:
    types = registered_types()
    tally = compared(spark, seed, 1, types)
    assert tally.differences == []
    assert (tally.judged + tally.raised + tally.withheld).total() == len(types) * len(BATCHES)
    assert {type_: tally.raised[type_] for type_ in NOT_ON_SPARK} == dict.fromkeys(NOT_ON_SPARK, len(BATCHES))
    assert tally.judged.total() >= 0.9 * (len(types) - len(NOT_ON_SPARK)) * len(BATCHES)
