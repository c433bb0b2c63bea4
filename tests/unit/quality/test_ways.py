"""Every expectation type of the pinned Great Expectations has exactly one declared way, and what is declared is true."""

from pathlib import Path

import pytest

from jobs.catalogue.judged import BY_GX, BY_HEADER, BY_KEY, BY_MASK, NOT_ON_SPARK
from jobs.catalogue.suite import Expectation, Suite
from jobs.errors import RuleError
from jobs.quality.by_gx import faults_by_gx
from jobs.quality.header import judge_header
from jobs.quality.rules import compile_rules, substituted
from tests.parity.suites import registered_types
from tests.unit.quality.test_rules import contract

WAYS = (BY_MASK, BY_KEY, BY_HEADER, BY_GX, frozenset(NOT_ON_SPARK))
OWN = "ExpectColumnAverageToBeSeven"
PACKAGE = f"""
from great_expectations.expectations.expectation import ColumnAggregateExpectation


class {OWN}(ColumnAggregateExpectation):
    metric_dependencies = ("column.mean",)

    def _validate(self, metrics, runtime_configuration=None, execution_engine=None):
        return {{"success": metrics["column.mean"] == 7, "result": {{"observed_value": metrics["column.mean"]}}}}
"""


def suite_of(*expectations: dict[str, object], packages: tuple[str, ...] = (), **parameters: object) -> Suite:
    meta = {"packages": list(packages)} if packages else {}
    return Suite.model_validate({"name": "tax.vat_invoice", "expectations": expectations, "suite_parameters": parameters, "meta": meta})


def test_every_type_has_one_way_and_no_more() -> None:
    counted = {name: sum(name in way for way in WAYS) for name in registered_types("great_expectations")}
    assert len(counted) > 50
    assert {name: count for name, count in counted.items() if count != 1} == {}


def test_the_lists_do_not_overlap() -> None:
    assert sum(map(len, WAYS)) == len(frozenset().union(*WAYS))


def test_an_aggregate_is_great_expectations_own_business_and_about_the_batch() -> None:
    given = {"type": "expect_column_mean_to_be_between", "id": "m", "kwargs": {"column": "amount", "min_value": 1}, "severity": "warning"}
    (rule,) = compile_rules(contract({"name": "amount", "type": "number"}), suite_of(given), {})[1:]
    assert (rule.method, rule.scope, rule.severity, rule.columns) == ("gx", "batch", "warning", ("amount",))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("most", 0.9), ("least * 2", 10.0), ("trunc(least / 2)", 2.0), ("names", ["a", "b"])],
)
def test_a_suite_parameter_is_what_great_expectations_makes_of_it(expression: str, expected: object) -> None:
    parameters = {"most": 0.9, "least": 5, "names": ["a", "b"]}
    told = substituted({"column": "k", "value": {"$PARAMETER": expression}}, parameters, "e1")
    assert told == {"column": "k", "value": expected}


def test_a_suite_parameter_that_is_not_given_is_told_with_those_that_are() -> None:
    with pytest.raises(RuleError, match=r"e1: .*share.*; the suite's parameters are \['most'\]"):
        substituted({"mostly": {"$PARAMETER": "share"}}, {"most": 0.9}, "e1")


def test_a_type_of_the_engineers_own_package_is_imported_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "city_rules_of_test.py").write_text(PACKAGE, encoding="utf-8")
    given = {"type": "expect_column_average_to_be_seven", "id": "own", "kwargs": {"column": "amount"}}
    fields = contract({"name": "amount", "type": "number"})
    rules = compile_rules(fields, suite_of(given, packages=("city_rules_of_test",)), {})
    (fault,) = faults_by_gx(rules)
    assert (fault.rule.rule_id, fault.cause.split(":")[0]) == ("own", "ModuleNotFoundError")
    monkeypatch.syspath_prepend(tmp_path)
    assert faults_by_gx(rules) == []


def test_a_type_that_no_package_brings_is_a_fault_and_no_pass() -> None:
    given = {"type": "expect_column_values_to_be_funny", "id": "own", "kwargs": {"column": "amount"}}
    (fault,) = faults_by_gx(compile_rules(contract({"name": "amount"}), suite_of(given, packages=("json",)), {}))
    assert "expect_column_values_to_be_funny" in fault.cause


@pytest.mark.parametrize(
    ("type_", "kwargs", "failed"),
    [
        ("expect_column_to_exist", {"column": "uscc", "column_index": 0}, False),
        ("expect_column_to_exist", {"column": "uscc", "column_index": 1}, True),
        ("expect_table_column_count_to_equal", {"value": {"$PARAMETER": "width"}}, False),
        ("expect_table_column_count_to_be_between", {"min_value": 3}, True),
        ("expect_table_columns_to_match_ordered_list", {"column_list": ["uscc", "name"]}, False),
        ("expect_table_columns_to_match_ordered_list", {"column_list": ["name", "uscc"]}, True),
    ],
)
def test_rules_about_columns_are_judged_on_the_header_by_the_contract_s_names(type_: str, kwargs: dict[str, object], failed: bool) -> None:
    rule = Expectation(type=type_, id="h1", kwargs=kwargs)
    headers = {"UNISCID": "uscc", "NAME": "name"}
    verdict = judge_header(["UNISCID", "NAME"], headers, [], {"suite_name": "s"}, [rule], {"width": 2})
    assert verdict.failed == (("h1",) if failed else ())
    assert verdict.is_clean is not failed


def test_a_header_rule_that_is_no_more_than_a_warning_is_told_and_stops_nothing() -> None:
    rule = Expectation(type="expect_table_column_count_to_equal", id="h1", kwargs={"value": 9}, severity="warning")
    verdict = judge_header(["a"], {"a": "a"}, [], {"suite_name": "s"}, [rule])
    assert verdict.is_clean
    assert [one["success"] for one in verdict.result["results"]] == [True, False]
