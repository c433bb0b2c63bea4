"""Golden cases of proposals: values are made up that every pattern of ours accepts."""

import re

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.proposing.golden import example_of, golden_files
from tests.unit.proposing.conftest import ROOT

OURS = ("^[0-9]{4}$", "^TJ[0-9]{8}$", "^([0-9]{10}|[0-9]{12})$", "^[0-9A-Z]{31}$", "^[0-9a-f]{64}$", "^[0-9]{4}-(0[1-9]|1[0-2])$")


@pytest.mark.parametrize("pattern", OURS)
def test_examples_fit_their_pattern_and_differ(pattern: str) -> None:
    examples = [example_of(pattern, number) for number in range(12)]
    assert all(text is not None and re.fullmatch(pattern, text) for text in examples)
    assert len(set(examples)) == 12


@pytest.mark.parametrize("pattern", ["^(?!A)[A-Z]+$", r"^\\d{4}$", "^[^0-9]{3}x*$"])
def test_a_pattern_that_is_too_intricate_gets_no_example_rather_than_a_wrong_one(pattern: str) -> None:
    example = example_of(pattern, 3)
    assert example is None or re.fullmatch(pattern, example)


def test_every_contract_in_use_gets_rows_that_differ_in_their_key(catalogue: Catalogue) -> None:
    duties = {duty.resource: duty for duty in load_catalogue(ROOT).responsibility.versions[-1][1]}
    for resource, contract in catalogue.contracts.items():
        suite = catalogue.suites[resource].model_copy(update={"expectations": ()})
        files = golden_files(contract, suite, catalogue.code_sets, duties[resource])
        keys = [line.split(",", 1)[1] for line in files["silver.csv"].decode().splitlines()[1:]]
        assert len(set(keys)) == len(keys) == 20, resource
