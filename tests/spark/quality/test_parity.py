"""The verdict of the masks is plain Great Expectations' own, for every type that is judged by masks or by key."""

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.judged import BY_KEY, BY_MASK
from tests.parity import ARGUMENTS, differences


def test_every_type_judged_by_masks_or_by_key_has_cases() -> None:
    assert set(ARGUMENTS) == BY_MASK | BY_KEY


@pytest.mark.parametrize("seed", [2021])
def test_every_number_of_every_result_is_that_of_plain_great_expectations(spark: SparkSession, seed: int) -> None:
    found, compared = differences(spark, seed, cases=2)
    assert found == []
    assert compared == 2 * 5 * len(ARGUMENTS)
