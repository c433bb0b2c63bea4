"""Random suites: rules of every expectation type, with every option that the type knows."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from great_expectations.expectations.registry import get_expectation_impl, list_registered_expectation_implementations

from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.catalogue.suite import Expectation, Suite
from jobs.quality import expectations as _own  # noqa: F401 (imported for the types it registers)
from tests.parity import batch_types, row_types
from tests.parity.options import SEVERITIES, with_options, with_parameters
from tests.parity.row_types import Arguments

ARGUMENTS: Mapping[str, Arguments] = {**row_types.ARGUMENTS, **batch_types.ARGUMENTS}
# Stands in results for a rule that cannot be built; nobody writes it into a suite.
STAND_IN = "expect_rule_to_be_judged"
# A contract that says nothing about the columns, so that the suite's rules are all there are.
CONTRACT = Contract(
    resource="parity.frame",
    version="1.0.0",
    title="t",
    purpose="p",
    grain="g",
    catalogue_code="c",
    load="append",
    fields=(Field(name="text", header="text", title="t", classification="L1"),),
    dialects=(Dialect(),),
    sha256="0",
)


def registered_types(*packages: str) -> set[str]:
    """Every expectation type that these packages ship, else Great Expectations and Haihe; other tests register types of their own."""
    shipped = tuple(f"{package}." for package in packages or ("great_expectations", "jobs"))
    return {name for name in list_registered_expectation_implementations() if get_expectation_impl(name).__module__.startswith(shipped)} - {
        STAND_IN
    }


def generated_suite(dice: random.Random, cases: int, types: Iterable[str]) -> Suite:
    """`cases` rules of each type; their ids say type and number."""
    expectations = []
    parameters: dict[str, Any] = {}
    for type_ in sorted(types):
        for case in range(cases):
            whole = with_options(dice, type_, ARGUMENTS[type_](dice))
            kwargs, own = with_parameters(dice, whole, f"p{len(expectations)}")
            parameters |= own
            expectations.append(Expectation(type=type_, id=f"{type_}.{case}", kwargs=kwargs, severity=dice.choice(SEVERITIES)))
    return Suite(name=CONTRACT.resource, expectations=tuple(expectations), suite_parameters=parameters)
