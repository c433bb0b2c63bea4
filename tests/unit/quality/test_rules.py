from datetime import date
from typing import Any

import pytest

from jobs.catalogue.contract import Contract
from jobs.catalogue.lists import Negative
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Suite
from jobs.errors import RuleError
from jobs.quality.rules import Rule, compile_rules

CODES = {"region": (Code(code="120101", name="和平区"), Code(code="120102", name="河东区"))}


def contract(*fields: dict[str, Any], load: str = "append") -> Contract:
    shared = {"classification": "L1"}
    return Contract.model_validate({
        "resource": "tax.vat_invoice", "version": "1.0.0", "title": "发票", "purpose": "核验", "grain": "一行一票", "catalogue_code": "307",
        "load": load, "fields": [{"header": one["name"].upper(), "title": one["name"], **shared, **one} for one in fields],
        "dialects": [{}], "sha256": "0" * 64,
    })  # fmt: skip


def suite(*expectations: dict[str, Any], **parameters: object) -> Suite:
    return Suite.model_validate({"name": "tax.vat_invoice", "expectations": expectations, "suite_parameters": parameters})


def negative(**given: str) -> Negative:
    known = {
        "negative_id": "NEG-1", "kind": "content", "field": "*", "restriction": "masked_only", "action": "mask", "reason_class": "个人隐私",
        "basis": "GB/T 35273", "alternative": "无", "valid_from": date(2021, 1, 1), "review_date": date(2022, 1, 1), "status": "in_force",
    }  # fmt: skip
    return Negative.model_validate({**known, **given})


def by_id(rules: tuple[Rule, ...]) -> dict[str, Rule]:
    return {rule.rule_id: rule for rule in rules}


def test_a_value_that_does_not_parse_fails_parse_and_not_required() -> None:
    rules = by_id(compile_rules(contract({"name": "issued", "type": "date", "formats": ["yyyy-MM-dd"], "required": True}), suite(), {}))
    assert rules["issued.required"].kwargs == {"column": "issued__text"}
    parse = rules["issued.parse"].kwargs
    assert (parse["column"], parse["typed_column"], parse["logical_type"], parse["formats"]) == (
        "issued__text",
        "issued",
        "date",
        ["yyyy-MM-dd"],
    )
    assert rules["issued.parse"].columns == ("issued",)


def test_every_word_of_a_field_becomes_a_rule_named_by_field_and_code() -> None:
    fields = [
        {"name": "region", "code_set": "region", "max_length": 6},
        {"name": "amount", "type": "number", "minimum": "0", "maximum": "9.5"},
        {"name": "seller", "check": "uscc", "pattern": "^9"},
    ]
    assert list(by_id(compile_rules(contract(*fields), suite(), CODES))) == [
        "region.max_length", "region.code_set", "amount.parse", "amount.minimum", "amount.maximum", "seller.pattern", "seller.uscc",
    ]  # fmt: skip
    rules = by_id(compile_rules(contract(*fields), suite(), CODES))
    assert rules["region.code_set"].kwargs["value_set"] == ["120101", "120102"]
    assert rules["region.code_set"].params["code_set"] == "region"
    assert rules["amount.maximum"].kwargs == {"column": "amount", "max_value": 9.5}


def test_a_bound_in_time_without_an_offset_is_one_on_the_city_s_clock() -> None:
    field = {"name": "at", "type": "timestamp", "formats": ["yyyy-MM-dd HH:mm:ss"], "minimum": "2021-01-01T00:00:00"}
    assert by_id(compile_rules(contract(field), suite(), {}))["at.minimum"].kwargs["min_value"] == "2021-01-01T00:00:00+08:00"


def test_a_key_is_judged_in_the_batch_and_for_append_in_the_lake() -> None:
    code, number = {"name": "code", "key_position": 1}, {"name": "number", "key_position": 2}
    rules = by_id(compile_rules(contract(code, number), suite(), {}))
    assert rules["key.key_doubled"].kwargs == {"column_list": ["code", "number"]}
    assert (rules["key.key_doubled"].method, rules["key.key_in_lake"].method) == ("key", "lake")
    upsert = compile_rules(contract(code, load="upsert"), suite(), {})
    assert [(rule.rule_id, rule.type) for rule in upsert] == [("key.key_doubled", "expect_column_values_to_be_unique")]


def test_a_suite_s_rule_keeps_its_name_its_message_and_its_severity() -> None:
    one = {
        "type": "expect_column_values_to_be_between", "id": "7c0e", "kwargs": {"column": "n", "max_value": {"$PARAMETER": "most"}},
        "severity": "warning", "notes": "不得超过上限", "meta": {"rule": "n_is_small"},
    }  # fmt: skip
    (_, rule) = compile_rules(contract({"name": "n", "type": "integer"}), suite(one, most=7), {})
    assert (rule.rule_id, rule.severity, rule.message, rule.code) == ("n_is_small", "warning", "不得超过上限", "maximum")
    assert rule.kwargs["max_value"] == 7


def test_a_suite_parameter_that_nobody_gives_is_an_error() -> None:
    one = {"type": "expect_column_values_to_be_between", "id": "7c0e", "kwargs": {"column": "n", "max_value": {"$PARAMETER": "most"}}}
    with pytest.raises(RuleError, match="PARAMETER most"):
        compile_rules(contract({"name": "n"}), suite(one), {})


def test_two_rules_of_one_id_are_an_error() -> None:
    one = {"type": "expect_column_values_to_be_null", "id": "1", "kwargs": {"column": "n"}, "meta": {"rule": "n.required"}}
    with pytest.raises(RuleError, match=r"n\.required"):
        compile_rules(contract({"name": "n", "required": True}), suite(one), {})


@pytest.mark.parametrize(
    ("action", "severity", "scope"), [("mask", "warning", "row"), ("quarantine", "critical", "row"), ("refuse", "critical", "batch")]
)
def test_forbidden_content_warns_quarantines_or_condemns_as_the_entry_says(action: str, severity: str, scope: str) -> None:
    fields = [{"name": "remark", "is_narrative": True}, {"name": "code"}]
    (rule,) = compile_rules(contract(*fields), suite(), {}, [negative(action=action)])
    assert (rule.rule_id, rule.severity, rule.scope) == ("NEG-1.remark", severity, scope)
    assert rule.kwargs["identifiers"] == ["resident_id", "mobile", "bank_card"]


def test_an_entry_for_one_provider_looks_at_its_rows_alone() -> None:
    (rule,) = compile_rules(contract({"name": "remark"}), suite(), {}, [negative(provider_id="tax", field="REMARK", identifier="mobile")])
    assert rule.kwargs["row_condition"]["parameter"] == "tax"
    assert rule.kwargs["identifiers"] == ["mobile"]


@pytest.mark.parametrize("given", [{"kind": "field"}, {"status": "withdrawn"}, {"resource": "grid.event"}])
def test_other_entries_give_no_rule_on_rows(given: dict[str, str]) -> None:
    assert compile_rules(contract({"name": "remark", "is_narrative": True}), suite(), {}, [negative(**given)]) == ()


def test_a_rule_survives_json() -> None:
    (rule,) = compile_rules(contract({"name": "seller", "check": "uscc"}), suite(), {})
    assert Rule.model_validate_json(rule.model_dump_json()) == rule
