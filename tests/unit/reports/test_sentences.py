import string

import pytest

from jobs.catalogue.judged import JUDGED
from jobs.reports.rule_codes import rule_code
from jobs.reports.sentences import LANGUAGES, codes, cure, how, placeholders, sentence, texts, what

REFUSALS = [
    "key_grammar",
    "period_impossible",
    "period_not_in_cycle",
    "unknown_provider",
    "unknown_resource",
    "no_duty",
    "duty_suspended",
    "empty_file",
    "header_only",
    "not_text",
    "wrong_charset",
    "header_unreadable",
    "header_differs",
    "forbidden_column",
    "field_in_no_contract",
    "manifest_invalid",
    "manifest_mismatch",
    "manifest_missing",
    "malformed_over_limit",
    "already_landed",
    "object_changed",
    "key_too_long",
    "resend_unknown_batch",
    "resend_row_not_quarantined",
    "resend_of_refused",
]
HELD = [
    "quality_below_target",
    "rows_below_expected",
    "rows_above_expected",
    "second_content",
    "rule_error",
    "pass_failed",
    "report_failed",
]
MALFORMED = ["ragged", "undecodable", "nul", "unclosed_quote", "text_after_quote", "field_too_long", "line_breaks"]


def leaves(tree: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    if isinstance(tree, dict):
        return {place: text for name, branch in tree.items() for place, text in leaves(branch, (*path, name)).items()}
    return {path: str(tree)}


def test_both_languages_have_the_same_texts() -> None:
    assert leaves(texts("zh")).keys() == leaves(texts("en")).keys()


@pytest.mark.parametrize("place", leaves(texts("zh")), ids=".".join)
def test_both_languages_use_the_same_placeholders(place: tuple[str, ...]) -> None:
    assert placeholders(leaves(texts("zh"))[place]) == placeholders(leaves(texts("en"))[place])


@pytest.mark.parametrize("language", LANGUAGES)
def test_brackets_and_braces_pair_up_and_do_not_nest(language: str) -> None:
    for place, text in leaves(texts(language)).items():
        depth = 0
        for character in text:
            depth += {"[": 1, "]": -1}.get(character, 0)
            assert depth in (0, 1), place
        assert depth == 0, place
        assert text.count("{") == text.count("}"), place


def test_the_english_file_holds_no_chinese_but_the_name_of_the_other_language() -> None:
    chinese = {place for place, text in leaves(texts("en")).items() if any("\u4e00" <= character <= "\u9fff" for character in text)}
    assert chinese == {("labels", "other_language")}


def test_no_code_stands_in_two_groups() -> None:
    names = [code for group in ("reasons", "malformed", "rules") for code in texts("zh")[group]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("code", [*REFUSALS, *HELD, *MALFORMED])
def test_every_outcome_has_a_sentence_of_its_own_that_stands_without_parameters(code: str) -> None:
    assert code in codes()
    for language in LANGUAGES:
        for text in (sentence(code, {}, language), cure(code, {}, language)):
            assert text
            assert "…" not in text
            assert not set(text) & set("{}[]")


@pytest.mark.parametrize("expectation", sorted(JUDGED))
def test_every_judged_expectation_has_a_sentence_of_its_own(expectation: str) -> None:
    assert rule_code(expectation, {"min_value": 1, "max_value": 2}) in codes()


@pytest.mark.parametrize(
    ("code", "params", "chinese", "english"),
    [
        ("between", {"min_value": 0, "max_value": 120, "value": 222}, "应在 0 到 120 之间，实为 222", "Must be between 0 and 120, is 222"),
        ("between", {"min_value": 0, "max_value": 120}, "应在 0 到 120 之间", "Must be between 0 and 120"),
        ("minimum", {"min_value": 0, "value": -1}, "应不小于 0，实为 -1", "Must be at least 0, is -1"),
        ("required", {}, "不能为空", "Must not be empty"),
        ("rows_below_expected", {"rows": 4312, "expected": 6000}, "行数少于约定：4,312 行，至少应有 6,000 行",
         "There are fewer rows than agreed: 4,312, at least 6,000 are due"),
        ("period_not_in_cycle", {"period": "2021-03-05", "cycle": "monthly"}, "期次“2021-03-05”与责任清单约定的报送周期不符：每月",
         "The period “2021-03-05” does not fit the cycle in the responsibility list: monthly"),
        ("header_differs", {"missing": ("UNISCID",), "unknown": ("UNI_SCID",)}, "表头与约定的字段不一致；缺少：UNISCID；多出：UNI_SCID",
         "The header differs from the agreed fields; missing: UNISCID; unknown: UNI_SCID"),
        ("personal_identifier", {"identifiers": ["mobile", "resident_id"]}, "文字中不应含有个人信息：手机号码、公民身份号码",
         "No personal information may stand in the text: mobile number, identity number"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_wrong_with_the_values_given(code: str, params: dict[str, object], chinese: str, english: str) -> None:
    assert what(code, params).zh == chinese
    assert what(code, params).en == english


def test_a_stretch_with_two_parameters_is_left_out_when_one_is_missing() -> None:
    assert sentence("no_duty", {"provider": "scjgw"}, "zh") == "责任清单中没有报送本资源的责任"
    assert sentence("no_duty", {"provider": "scjgw", "resource": "a.b"}, "zh") == "责任清单中没有报送本资源的责任：scjgw，a.b"


def test_a_fixed_phrase_of_the_readers_is_told_in_the_readers_language() -> None:
    told = what("not_text", {"looks_like": "an Excel workbook (xlsx)", "encoding": "UTF-8"})
    assert told.zh == "不是文本文件，看起来是 Excel 工作簿（xlsx）"
    assert told.en == "This is not a text file; it looks like an Excel workbook (xlsx)"


def test_an_unknown_rule_is_told_by_its_type_and_parameters() -> None:
    text = sentence("expect_column_values_to_be_prime", {"largest": 3, "column": "kwh"}, "zh")
    assert text == "应符合规则（expect_column_values_to_be_prime）（largest = 3）"
    assert how("expect_column_values_to_be_prime", {}).zh == "请按采集规范核对此项；不明之处请联系数据中心"


def test_a_long_list_names_ten_and_says_how_many_there_are() -> None:
    text = sentence("code_set", {"value_set": list(string.ascii_uppercase)}, "zh")
    assert text == "应为约定的代码：A、B、C、D、E、F、G、H、I、J 等 26 项"


def test_a_value_with_braces_and_brackets_is_shown_and_never_filled_again() -> None:
    assert sentence("minimum", {"min_value": 0, "value": "{min_value}[x]"}, "zh") == "应不小于 0，实为 {min_value}[x]"


def test_control_characters_and_endless_values_are_tamed() -> None:
    text = sentence("must_be_empty", {"value": "a\r\nb\u202e" + "x" * 500}, "zh")
    assert text.startswith("应当为空，实为 a␍␊b\ufffdxxx")
    assert text.endswith("…")
    assert len(text) < 150


@pytest.mark.parametrize(
    ("expectation", "kwargs", "code"),
    [
        ("expect_column_values_to_not_be_null", {"column": "a"}, "required"),
        ("expect_column_values_to_not_be_null", {"column": "a", "row_condition": "b = 1"}, "required_if"),
        ("expect_column_values_to_be_between", {"min_value": 0}, "minimum"),
        ("expect_column_values_to_be_between", {"min_value": 0, "strict_min": True}, "minimum_strict"),
        ("expect_column_values_to_be_between", {"max_value": 0, "min_value": None}, "maximum"),
        ("expect_column_values_to_be_between", {"max_value": 0, "strict_max": True}, "maximum_strict"),
        ("expect_column_value_lengths_to_be_between", {"max_value": 50}, "max_length"),
        ("expect_column_value_lengths_to_be_between", {"min_value": 5}, "min_length"),
        ("expect_column_pair_values_a_to_be_greater_than_b", {"or_equal": True}, "pair_order"),
        ("expect_column_pair_values_a_to_be_greater_than_b", {}, "pair_order_strict"),
        ("expect_column_values_to_parse", {"logical_type": "date"}, "parse_date"),
        ("expect_column_values_to_be_between", {"min_value": 0, "max_value": 1, "strict_max": True}, "range"),
        ("expect_column_values_to_be_in_set", {"code_set": "region", "value_set": ["1"]}, "code_set"),
        ("expect_column_values_to_be_in_set", {"value_set": ["1"]}, "value_set"),
        ("expect_column_values_to_be_prime", {}, "expect_column_values_to_be_prime"),
    ],
)
def test_kwargs_choose_the_sentence_of_an_expectation(expectation: str, kwargs: dict[str, object], code: str) -> None:
    assert rule_code(expectation, kwargs) == code
