"""Suites as engineers have them (a file, a suite or a list of expectations of Great Expectations), as the catalogue reads them.

Great Expectations itself leaves out an expectation that it cannot build, with a line in the log; here none is left out.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
    expectationSuiteValidationResultSchema,
)
from great_expectations.expectations.expectation import Expectation
from pydantic import ValidationError

from jobs.catalogue.frozen import faults_of, read_json, refuse
from jobs.catalogue.suite import Suite

GivenSuite = Path | str | ExpectationSuite | Sequence[Expectation]
SuiteResult = ExpectationSuiteValidationResult
# What a list of expectations is called.
UNNAMED = "expectations"


def suite_of(given: GivenSuite, parameters: Mapping[str, Any]) -> Suite:
    """The suite, with these parameters beside its own. An expectation without an id and `meta.rule` is called by its place, `#1`.

    Raises: CatalogueError for a file or an object that is no suite, with all of its faults.
    """
    source, told = _told(given)
    told = {**told, "suite_parameters": {**(told.get("suite_parameters") or {}), **parameters}}
    told["expectations"] = [_named(one, place) for place, one in enumerate(told.get("expectations", ()), 1)]
    try:
        return Suite.model_validate(told)
    except ValidationError as error:
        raise refuse(source, faults_of(error)) from error


def result_of(told: Mapping[str, Any], suite: Suite) -> SuiteResult:
    """A `validation_result` as the object that Great Expectations gives: in the suite's order, each with its own id, meta and notes."""
    result: SuiteResult = expectationSuiteValidationResultSchema.load(dict(told))
    by_id = {str(one.meta.get("rule") or one.id): one for one in suite.expectations}
    places = {rule_id: place for place, rule_id in enumerate(by_id)}
    result.results.sort(key=lambda one: places[rule_of(one)])
    for one in result.results:
        stated = by_id[rule_of(one)]
        config: Any = one.expectation_config
        config.id = None if stated.id == stated.meta.get("rule") else stated.id
        config.notes, config.description = stated.notes, stated.description
        config.meta = {**stated.meta, "rule": rule_of(one)}
    return result


def rule_of(result: ExpectationValidationResult) -> str:
    """The id of the rule that a result is about."""
    config: Any = result.expectation_config
    return str(config.meta["rule"])


def _told(given: GivenSuite) -> tuple[Path, dict[str, Any]]:
    if isinstance(given, Path | str):
        told = read_json(Path(given))
        if not isinstance(told, dict):
            raise refuse(Path(given), ["is no suite: a JSON object with `name` and `expectations`"])
        return Path(given), told
    if isinstance(given, ExpectationSuite):
        return Path(given.name), given.to_json_dict()
    return Path(UNNAMED), {"name": UNNAMED, "expectations": [one.configuration.to_json_dict() for one in given]}


def _named(expectation: Mapping[str, Any], place: int) -> dict[str, Any]:
    own = {name: value for name, value in expectation.items() if value is not None}
    if own.get("id"):
        return own
    rule = str(own.get("meta", {}).get("rule") or f"#{place}")
    return {**own, "id": rule, "meta": {**own.get("meta", {}), "rule": rule}}
