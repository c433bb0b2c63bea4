"""What each Great Expectations type says to a clerk, in both languages, made of the rule's own parameters."""

import inspect
from pathlib import Path
from typing import Any

import great_expectations.expectations.core as core
import pytest
import yaml
from great_expectations.expectations.expectation import Expectation as GxExpectation
from pydantic import ValidationError

from jobs.catalogue.contract import Contract
from jobs.catalogue.suite import Expectation, Suite, columns_of
from jobs.quality.rules import Rule, compile_rules
from jobs.reports.receipt_model import Text
from jobs.reports.rule_texts import reason_texts, rule_texts, summary_texts

TITLES = {"age": "年龄", "party": "当事人类型", "began": "开始日期", "ended": "结束日期", "net": "金额", "tax": "税额", "total": "合计"}
# Where a rule looks, how it is run, what is told beside the sentence.
DOMAIN = {"column", "column_A", "column_B", "column_list", "mostly", "row_condition", "ignore_row_if", "library_metadata", "windows"}
# Say how closely to look, not what is asked.
UNTOLD = {
    "escape",
    "ties_okay",
    "allow_relative_error",
    "bucketize_data",
    "internal_weight_holdout",
    "tail_weight_holdout",
    "partition_object",
}
AGE, AB, SUM = {"column": "age"}, {"column_A": "ended", "column_B": "began"}, {"column_list": ["net", "tax"]}
IS_FIRM = {"type": "comparison", "column": {"name": "party"}, "operator": "==", "parameter": "1"}
HAS_END = {"type": "nullity", "column": {"name": "ended"}, "is_null": False}


def contract() -> Contract:
    fields = [{"name": name, "header": name.upper(), "title": title, "classification": "L1"} for name, title in TITLES.items()]
    return Contract.model_validate({
        "resource": "credit.case", "version": "1.0.0", "title": "案件", "purpose": "核验", "grain": "一行一案", "catalogue_code": "307",
        "load": "upsert", "fields": [{**fields[0], "key_position": 1}, *fields[1:]], "dialects": [{}], "sha256": "0" * 64,
    })  # fmt: skip


def rule(type_: str, kwargs: dict[str, Any], **said: Any) -> Rule:
    expectation = Expectation.model_validate({"type": type_, "id": "one", "kwargs": kwargs, **said})
    compiled = {one.rule_id: one for one in compile_rules(contract(), Suite(name="credit.case", expectations=(expectation,)), {})}
    return compiled["one"] if "one" in compiled else Rule(
        rule_id="one", type=type_, kwargs=kwargs, severity="critical", origin="suite", code=type_, columns=columns_of(expectation)
    )  # fmt: skip


TOLD = yaml.safe_load(Path(__file__).with_name("rule_sentences.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("one", TOLD, ids=[f"{one['type']}-{index}" for index, one in enumerate(TOLD)])
def test_a_rule_says_what_must_hold_and_what_is(one: dict[str, Any]) -> None:
    values = {"value": one["value"], "other_value": "0", "length": 1}
    says, cure = rule_texts(rule(one["type"], one["kwargs"]), contract(), values)
    assert (says.zh, says.en) == (one["zh"], one["en"])
    assert cure.zh
    assert "…" not in cure.zh + cure.en


def test_every_type_of_the_package_is_told_with_each_of_its_parameters() -> None:
    types = [one for _, one in inspect.getmembers(core, inspect.isclass) if issubclass(one, GxExpectation)]
    shared = set(GxExpectation.__fields__) | DOMAIN | UNTOLD | {"batch_id", "condition_parser"}
    wanted = {one.expectation_type: set(one.__fields__) - shared for one in types if one.expectation_type}
    assert len(wanted) == 59
    told = {type_: {name for one in TOLD if one["type"] == type_ for name in one["kwargs"]} for type_ in wanted}
    assert {type_ for type_ in wanted if type_ not in {one["type"] for one in TOLD}} == set()
    assert {type_: wanted[type_] - told[type_] for type_ in wanted if wanted[type_] - told[type_]} == {}


@pytest.mark.parametrize(
    ("condition", "chinese", "english"),
    [
        (IS_FIRM, "当 当事人类型 = 1 时，不能为空", "When party = 1: must not be empty"),
        (HAS_END, "当 结束日期 不为空 时，不能为空", "When ended is not empty: must not be empty"),
        (
            {"type": "and", "conditions": [IS_FIRM, HAS_END]},
            "当 当事人类型 = 1 且 结束日期 不为空 时，不能为空",
            "When party = 1 and ended is not empty: must not be empty",
        ),
        (
            {"type": "or", "conditions": [{"type": "and", "conditions": [IS_FIRM, HAS_END]}, IS_FIRM]},
            "当 （当事人类型 = 1 且 结束日期 不为空） 或 当事人类型 = 1 时，不能为空",
            "When (party = 1 and ended is not empty) or party = 1: must not be empty",
        ),
        (
            {**IS_FIRM, "operator": "NOT_IN", "parameter": ["1", "2"]},
            "当 当事人类型 不为 1、2 时，不能为空",
            "When party not in 1, 2: must not be empty",
        ),
        (
            {"type": "comparison", "column": {"name": "_provider"}, "operator": "!=", "parameter": "hexi"},
            "当 报送单位 ≠ hexi 时，不能为空",
            "When provider ≠ hexi: must not be empty",
        ),
        ('col("party") == "1"', '当 当事人类型 == "1" 时，不能为空', 'When party == "1": must not be empty'),
        ("party = '1' AND net > 0", "当 当事人类型 = '1' AND 金额 > 0 时，不能为空", "When party = '1' AND net > 0: must not be empty"),
    ],
)
def test_a_row_condition_stands_before_the_sentence(condition: object, chinese: str, english: str) -> None:
    says, _ = rule_texts(rule("expect_column_values_to_not_be_null", {**AGE, "row_condition": condition}), contract(), {"value": None})
    assert says == Text(zh=chinese, en=english)


def test_a_share_of_rows_is_told_of_the_rule_and_not_of_a_row() -> None:
    mostly = rule("expect_column_values_to_be_between", {**AGE, "min_value": 0, "mostly": 0.95})
    assert summary_texts(mostly, contract())[0] == Text(
        zh="应不小于 0（至少 95% 的行）", en="Must be at least 0 (at least 95% of the rows)"
    )
    assert rule_texts(mostly, contract(), {"value": "-1"})[0] == Text(zh="应不小于 0，实为 -1", en="Must be at least 0, is -1")


BETWEEN = ("expect_column_values_to_be_between", {**AGE, "min_value": 0})
MADE = Text(zh="应不小于 0，实为 -1", en="Must be at least 0, is -1")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"meta": {"message": {"zh": "年龄写错了", "en": "No such age"}}, "notes": "别的"}, Text(zh="年龄写错了", en="No such age")),
        ({"meta": {"message": {"en": "No such age"}}, "notes": "别的"}, Text(zh=MADE.zh, en="No such age")),
        ({"meta": {"message": "年龄写错了"}, "notes": "别的"}, Text(zh="年龄写错了", en=MADE.en)),
        ({"notes": "年龄写错了", "description": "别的"}, Text(zh="年龄写错了", en=MADE.en)),
        ({"notes": ["No such age.", "Look again."]}, Text(zh="No such age. Look again.", en="No such age. Look again.")),
        ({"description": "年龄不对"}, Text(zh="年龄不对", en=MADE.en)),
        ({}, MADE),
    ],
)
def test_the_author_s_own_sentence_wins(said: dict[str, Any], told: Text) -> None:
    assert rule_texts(rule(*BETWEEN, **said), contract(), {"value": "-1"})[0] == told


@pytest.mark.parametrize("message", [3, {"zh": ""}, {"fr": "non"}, {}, ["a"]])
def test_a_message_that_cannot_be_told_is_refused(message: object) -> None:
    with pytest.raises(ValidationError, match="message must be a sentence"):
        rule(*BETWEEN, meta={"message": message})


def test_a_definition_stored_before_there_were_two_languages_is_read() -> None:
    stored = rule(*BETWEEN, notes="年龄写错了").model_dump(mode="json")
    del stored["message_en"]
    assert rule_texts(Rule.model_validate(stored), contract(), {"value": "-1"})[0] == Text(zh="年龄写错了", en=MADE.en)


def test_a_batch_held_by_a_rule_of_its_own_is_told_that_rule_and_what_was_seen() -> None:
    mean = rule("expect_column_mean_to_be_between", {**AGE, "min_value": 20, "max_value": 60})
    says, cure = reason_texts("batch_rule", {"rule": "one", "observed": "71.5"}, {"one": mean}, contract())
    assert says.zh == "整批检查未通过：“年龄”的平均值应在 20 到 60 之间，实为 71.5"
    assert says.en == "A check of the whole batch failed: The mean of “age” must be between 20 and 60, is 71.5"
    assert cure.en == "Check the whole file; if the content is right, call the data centre"
    trend = rule("expect_column_values_to_be_increasing", {**AGE, "mostly": 0.9})
    rising, _ = reason_texts("batch_rule", {"rule": "one", "observed": "1234"}, {"one": trend}, contract())
    assert rising.zh == "整批检查未通过：应逐行不减（至少 90% 的行）（1,234 行不符）"
    unknown, _ = reason_texts("batch_rule", {"rule": "gone", "observed": None}, {}, contract())
    assert unknown.zh == "整批检查未通过"


@pytest.mark.parametrize(
    ("observed", "shown"),
    [("71.53846153846153", "71.5385"), ("71.5", "71.5"), ("71", "71"), ('["1", "2"]', "1、2"), ("x", "x")],
)
def test_what_was_seen_of_a_batch_reads_as_people_write_it(observed: str, shown: str) -> None:
    most = rule("expect_column_max_to_be_between", {**AGE, "max_value": 1})
    says, _ = reason_texts("batch_rule", {"rule": "one", "observed": observed}, {"one": most}, contract())
    assert says.zh == f"整批检查未通过：“年龄”的最大值应不大于 1，实为 {shown}"


def test_quantiles_seen_are_told_each() -> None:
    kwargs = {**AGE, "quantile_ranges": {"quantiles": [0.5, 0.9], "value_ranges": [[1, 2], [3, 4]]}}
    seen = {"rule": "one", "observed": '{"quantiles": [0.5, 0.9], "values": [5, 6]}'}
    says, _ = reason_texts("batch_rule", seen, {"one": rule("expect_column_quantile_values_to_be_between", kwargs)}, contract())
    assert says.en.endswith("quantile 0.5 between 1 and 2, quantile 0.9 between 3 and 4, is 0.5: 5, 0.9: 6")
