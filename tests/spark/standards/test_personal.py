"""Personal identifiers in free text: found where they are whole and right, left alone where a number only looks like one."""

from collections.abc import Callable
from typing import Any

from jobs.standards.personal import text_has_bank_card, text_has_mobile, text_has_resident_id, text_masked

Answers = Callable[..., list[Any]]

WITH_ID = {
    "11010519491231002X": "110105********002X",
    "当事人张三（身份证号11010519491231002X）逾期": "当事人张三（身份证号110105********002X）逾期",
    "11010519491231002x，440524188001010014。": "110105********002x，440524********0014。",
    "身份证１１０１０５１９４９１２３１００２Ｘ": "身份证１１０１０５********００２Ｘ",
    "11010519491231002X13802112345": "110105********002X138****2345",
    "A440524188001010014B": "A440524********0014B",
}
WITHOUT_ID = [
    "编号110105194912310021",
    "流水1440524188001010014",
    "流水4405241880010100141",
    "120101194913010017",
    "文号120101202113050012",
    "91350100M000100Y43",
    "没有号码",
    "",
]
WITH_MOBILE = {
    "电话13802112345": "电话138****2345",
    "138-0211-2345 或 138 0211 2345": "138******2345 或 138******2345",
    "tel:+8613802112345": None,
    "手机１３８０２１１２３４５。": "手机１３８****２３４５。",
}
WITHOUT_MOBILE = ["138021123456", "12802112345", "20210305101112", "022-23456789", "2138021123451", ""]
WITH_CARD = {
    "卡号6217000060012345672，开户": "卡号***************5672，开户",
    "6222020302000123455": "***************3455",
}
WITHOUT_CARD = ["6217000060012345673", "62170000600123456720", "6901234567892", "20210305101112", "1614931200000", "911200001234567893", ""]


def test_an_identity_number_is_found_only_whole_and_with_its_check_character(answers: Answers) -> None:
    told = answers(text_has_resident_id, [*WITH_ID, *WITHOUT_ID, None])
    assert dict(zip([*WITH_ID, *WITHOUT_ID, None], told, strict=True)) == {
        **dict.fromkeys(WITH_ID, True),
        **dict.fromkeys(WITHOUT_ID, False),
        None: None,
    }


def test_a_mobile_number_is_found_in_one_piece_or_in_three(answers: Answers) -> None:
    found = [text for text in WITH_MOBILE if not text.startswith("tel")]
    assert answers(text_has_mobile, [*found, *WITHOUT_MOBILE, None]) == [True] * len(found) + [False] * len(WITHOUT_MOBILE) + [None]


def test_a_bank_card_is_found_by_its_first_digits_its_length_and_luhn(answers: Answers) -> None:
    told = answers(text_has_bank_card, [*WITH_CARD, *WITHOUT_CARD, None])
    assert told == [True] * len(WITH_CARD) + [False] * len(WITHOUT_CARD) + [None]


def test_what_is_found_is_masked_and_the_rest_of_the_text_stays(answers: Answers) -> None:
    expected = {text: shown for text, shown in {**WITH_ID, **WITH_MOBILE, **WITH_CARD}.items() if shown}
    told = answers(text_masked, list(expected))
    assert dict(zip(expected, told, strict=True)) == expected


def test_a_text_without_identifiers_is_not_touched(answers: Answers) -> None:
    plain = [*WITHOUT_ID, *WITHOUT_MOBILE, *WITHOUT_CARD, None]
    assert answers(text_masked, plain) == plain


def test_several_kinds_in_one_text_are_all_masked(answers: Answers) -> None:
    text = "张三11010519491231002X，电话13802112345，卡6217000060012345672，再打13802112345"
    shown = "张三110105********002X，电话138****2345，卡***************5672，再打138****2345"
    assert answers(text_masked, [text]) == [shown]
