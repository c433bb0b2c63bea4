"""The comparison itself: it lets nothing pass that plain Great Expectations does not say."""

import pytest

from jobs.catalogue.suite import Expectation, Suite
from tests.parity.compared import tallied
from tests.parity.suites import ARGUMENTS, registered_types
from tests.parity.told import Told, raised

BY_BATCH = "expect_column_max_to_be_between"
BY_PASS = "expect_column_values_to_be_between"
FAILED: Told = {"raised": False, "success": False, "observed_value": 7}
ERROR = raised("no such aggregate")


def suite_of(type_: str) -> Suite:
    """One rule that asks for at most five."""
    return Suite(name="parity.frame", expectations=(Expectation(type=type_, id="one", kwargs={"column": "n", "max_value": 5}),))


def test_every_type_that_a_suite_may_name_has_cases() -> None:
    assert set(ARGUMENTS) == registered_types()


@pytest.mark.parametrize(
    ("plain", "ours"),
    [
        ([FAILED], [{**FAILED, "observed_value": 8}]),
        ([FAILED], [{**FAILED, "success": True}]),
        ([FAILED], [ERROR]),
        ([ERROR], [{"raised": False, "success": True, "observed_value": 7}]),
        ([ERROR], [{**ERROR, "success": True}]),
        ([ERROR, FAILED], [FAILED, FAILED]),
        ([ERROR, FAILED], [ERROR, ERROR]),
    ],
)
def test_another_number_verdict_or_error_is_a_difference(plain: list[Told], ours: list[Told]) -> None:
    tally = tallied(suite_of(BY_BATCH), *({str(batch): {"one": told} for batch, told in enumerate(way)} for way in (plain, ours)))
    assert len(tally.differences) == 1


def test_a_result_that_is_missing_is_a_difference() -> None:
    assert len(tallied(suite_of(BY_BATCH), {"b": {"one": FAILED}}, {"b": {}}).differences) == 1


def test_a_pass_is_withheld_where_a_rule_raises_on_one_of_its_batches() -> None:
    plain = {"a": {"one": FAILED}, "b": {"one": ERROR}, "c": {"one": FAILED}}
    tally = tallied(suite_of(BY_PASS), plain, {batch: {"one": ERROR} for batch in "abc"})
    assert (tally.judged[BY_PASS], tally.raised[BY_PASS], tally.withheld[BY_PASS], tally.differences) == (0, 1, 2, [])


def test_what_is_judged_alike_and_what_raises_are_counted_apart() -> None:
    told = {"a": {"one": FAILED}, "b": {"one": ERROR}}
    tally = tallied(suite_of(BY_BATCH), told, told)
    assert (tally.judged[BY_BATCH], tally.raised[BY_BATCH], tally.withheld[BY_BATCH], tally.differences) == (1, 1, 0, [])
