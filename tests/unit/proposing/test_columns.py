"""Each inference on hand-made columns: what is told, and what is left alone where a column cannot tell."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.proposing.fields import ProposedField, propose_field
from jobs.proposing.naming import known_by, known_headers, names_of
from jobs.proposing.sample import NOTHING, Column
from jobs.samplecity.identifiers import make_bank_card, make_mobile, make_organisation_code, make_resident_id, make_uscc

# The sample of GB 32100-2015 and a published one.
USCCS = ("91350100M000100Y43", "91110000600037341L")


def proposed(header: str, values: Sequence[str], catalogue: Catalogue) -> ProposedField:
    known = known_headers(catalogue.contracts.values())
    [name] = names_of([header], known)
    column = Column(header, Counter(value for value in values if value not in ("", *NOTHING)), len(values))
    return propose_field(column, name, known_by(header, known), catalogue.code_sets, "new.resource")


def many(make: object, count: int = 40) -> list[str]:
    return [make(Random(number)) for number in range(count)]  # type: ignore[operator]  # noqa: S311 (made-up numbers)


def test_digits_with_a_leading_zero_stay_text(catalogue: Catalogue) -> None:
    field = proposed("房号", [f"{number:04d}" for number in range(30)], catalogue).field
    assert (field.type, field.pattern) == ("string", "^[0-9]{4}$")


def test_one_leading_zero_among_many_digits_makes_them_text_but_not_a_quantity(catalogue: Catalogue) -> None:
    values = [*map(str, range(1, 100)), "007"]
    assert proposed("栋", values, catalogue).field.type == "string"
    assert proposed("供水量", values, catalogue).field.type == "number"


@pytest.mark.parametrize("header", ["审批编号", "统计项", "BATCH_NO"])
def test_long_digits_of_one_width_are_a_code_whatever_the_header_says(header: str, catalogue: Catalogue) -> None:
    field = proposed(header, [str(2021030500000000 + number) for number in range(30)], catalogue).field
    assert (field.type, field.pattern) == ("string", "^[0-9]{16}$")


@pytest.mark.parametrize("make", [make_resident_id, make_bank_card, make_mobile])
def test_identity_card_and_phone_numbers_are_texts_and_protected_under_any_header(make: object, catalogue: Catalogue) -> None:
    field = proposed("字段甲", many(make), catalogue).field
    assert field.type == "string"
    assert field.check == field.kind == getattr(make, "__name__", "").removeprefix("make_")
    assert (field.protection, field.classification in ("L2", "L3", "L4")) == ("token", True)


def test_published_codes_of_companies_are_found_and_are_nobodys_own(catalogue: Catalogue) -> None:
    field = proposed("当事人", USCCS * 10, catalogue).field
    assert (field.check, field.protection) == ("uscc", "clear")


def test_organisation_codes_are_found(catalogue: Catalogue) -> None:
    assert proposed("机构", many(make_organisation_code), catalogue).field.check == "organisation_code"


def test_a_few_wrong_check_digits_do_not_hide_the_check_and_many_do(catalogue: Catalogue) -> None:
    good = many(make_uscc, 100)
    few = [code[:-1] + "0" if number < 4 and code[-1] != "0" else code for number, code in enumerate(good)]
    most = [code[:-1] + "0" if number < 40 and code[-1] != "0" else code for number, code in enumerate(good)]
    assert proposed("代码甲", few, catalogue).field.check == "uscc"
    assert proposed("代码甲", most, catalogue).field.check is None


def test_identity_numbers_too_few_for_a_check_still_protect_the_column(catalogue: Catalogue) -> None:
    values = [*many(make_resident_id, 5), *[f"E{number:08d}" for number in range(95)]]
    field = proposed("证明", values, catalogue).field
    assert (field.check, field.protection, field.kind) == (None, "token", "resident_id")


@pytest.mark.parametrize(
    ("texts", "kind", "formats"),
    [
        (["2021-03-05", "2021-02-28"], "date", {"yyyy-MM-dd"}),
        (["2021/03/05", "20210305"], "date", {"yyyy/MM/dd", "yyyyMMdd"}),
        (["2021年03月05日"], "date", {"yyyy年MM月dd日"}),
        (["2021.03.05"], "date", {"yyyy.MM.dd"}),
        (["9999-12-31", "2021-03-05"], "date", {"yyyy-MM-dd"}),
        (["2021-03-05 08:00:00"], "timestamp", {"yyyy-MM-dd HH:mm:ss"}),
        (["2021/03/05 08:00", "2021-03-05 08:00:01"], "timestamp", {"yyyy/MM/dd HH:mm", "yyyy-MM-dd HH:mm:ss"}),
        (["20210305080000"], "timestamp", {"yyyyMMddHHmmss"}),
    ],
)
def test_dates_and_times_in_every_format_that_is_in_use(texts: list[str], kind: str, formats: set[str], catalogue: Catalogue) -> None:
    field = proposed("办结日期", texts * 20, catalogue).field
    assert (field.type, set(field.formats)) == (kind, formats)


def test_days_that_do_not_exist_are_no_dates(catalogue: Catalogue) -> None:
    assert proposed("办结日期", ["2021-02-30", "2021-13-01"] * 20, catalogue).field.type == "string"


def test_eight_digits_are_a_code_where_the_header_says_so_and_a_date_where_it_says_that(catalogue: Catalogue) -> None:
    days = [f"202103{day:02d}" for day in range(1, 31)]
    assert proposed("证书编号", days, catalogue).field.type == "string"
    assert proposed("发证日期", days, catalogue).field.type == "date"


@pytest.mark.parametrize("token", ["\\N", "NULL", "无", "-", ""])
def test_words_for_nothing_are_no_values(token: str, catalogue: Catalogue) -> None:
    field = proposed("面积", ["12.5", "3", token] * 20, catalogue).field
    assert (field.type, field.required) == ("number", False)
    assert "filled in 40 of 60 rows" in field.proposals[-1]


def test_decimals_get_room_before_the_point_and_an_even_scale_behind(catalogue: Catalogue) -> None:
    field = proposed("面积", ["1.5", "1234.125", "-.5"] * 20, catalogue).field
    assert (field.type, field.precision, field.scale) == ("number", 18, 4)
    wide = proposed("面积", ["12345678901234567890.25"] * 20, catalogue).field
    assert (wide.precision, wide.scale) == (24, 2)


def test_counts_are_integers_and_measured_whole_numbers_are_numbers(catalogue: Catalogue) -> None:
    values = [str(number) for number in range(60)]
    assert proposed("从业人数", values, catalogue).field.type == "integer"
    assert proposed("供水量", values, catalogue).field.type == "number"


def test_a_number_that_never_falls_below_zero_is_wished_so_by_the_suite_and_not_demanded(catalogue: Catalogue) -> None:
    one = proposed("供水量", [str(number) for number in range(60)], catalogue)
    assert one.field.minimum is None
    [wish] = one.expectations
    assert (wish.type, wish.kwargs["min_value"], wish.severity) == ("expect_column_values_to_be_between", 0, "warning")
    assert proposed("差量", [str(number) for number in range(-30, 30)], catalogue).expectations == ()


def test_texts_get_room_above_the_longest(catalogue: Catalogue) -> None:
    values = [f"第{number}项设施" + "甲" * (number % 20) for number in range(40)]
    longest = max(map(len, values))
    assert proposed("设施", values, catalogue).field.max_length == 50
    assert 1.5 * longest < 50


def test_many_lines_in_a_text_make_it_narrative(catalogue: Catalogue) -> None:
    field = proposed("设施", [f"一{number}\n二\n三" for number in range(40)], catalogue).field
    assert (field.is_narrative, field.max_line_breaks) == (True, 5)


def test_codes_of_fixed_length_keep_their_letters(catalogue: Catalogue) -> None:
    assert proposed("追踪", [f"TJ{number:08d}" for number in range(40)], catalogue).field.pattern == "^TJ[0-9]{8}$"
    two = [f"{number:010d}" for number in range(20)] + [f"{number:012d}" for number in range(20)]
    assert proposed("追踪", two, catalogue).field.pattern == "^([0-9]{10}|[0-9]{12})$"


def test_few_values_in_many_rows_are_a_code_set_and_the_catalogues_if_one_alone_fits(catalogue: Catalogue) -> None:
    districts = [code.code for code in catalogue.code_sets["region"][1:6]]
    assert proposed("片区", districts * 20, catalogue).field.code_set == "region"
    field = proposed("档次", ["1", "2"] * 30, catalogue)
    assert field.field.code_set is None
    assert any("choose one" in told for told in field.field.proposals)


def test_a_header_that_names_the_code_set_decides_among_those_that_fit(catalogue: Catalogue) -> None:
    assert proposed("satisfaction_level", ["1", "2", "3"] * 20, catalogue).field.code_set == "satisfaction"


def test_unknown_few_values_are_a_wish_of_the_suite_without_those_that_stand_once(catalogue: Catalogue) -> None:
    one = proposed("档次", [*["甲级", "乙级"] * 30, "丙级"], catalogue)
    [wish] = one.expectations
    assert (wish.kwargs["value_set"], wish.severity) == (["乙级", "甲级"], "warning")


def test_many_values_for_the_rows_are_no_code_set(catalogue: Catalogue) -> None:
    assert proposed("档次", [f"{number}级" for number in range(20)] * 2, catalogue).expectations == ()


def test_required_is_what_every_one_of_enough_rows_holds(catalogue: Catalogue) -> None:
    assert proposed("设施", [f"设施{number}" for number in range(20)], catalogue).field.required
    assert not proposed("设施", [f"设施{number}" for number in range(19)], catalogue).field.required
    assert not proposed("设施", [*(f"设施{number}" for number in range(40)), ""], catalogue).field.required


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("申请人姓名", "person_name"),
        ("法定代表人", "person_name"),
        ("身份证号", "resident_id"),
        ("SFZH", "resident_id"),
        ("联系电话", "mobile"),
        ("LXDH", "mobile"),
        ("银行卡号", "bank_card"),
        ("家庭住址", "address"),
        ("contact_phone", "mobile"),
        ("出生日期", "generic"),
        ("民族", "generic"),
    ],
)
def test_a_header_that_speaks_of_a_person_protects_an_empty_column_too(header: str, kind: str, catalogue: Catalogue) -> None:
    field = proposed(header, [""] * 30, catalogue).field
    assert field.protection != "clear"
    assert (field.kind, field.type) == (kind, "string")


@pytest.mark.parametrize("header", ["申请人类型", "举报人编号", "当事人角色", "机构名称", "CF_XDR_LB", "处罚类别"])
def test_what_is_not_about_a_person_is_not_protected(header: str, catalogue: Catalogue) -> None:
    assert proposed(header, ["甲", "乙"] * 30, catalogue).field.protection == "clear"


def test_names_and_addresses_are_told_by_their_values(catalogue: Catalogue) -> None:
    people = [surname + given for surname in "王李张刘陈" for given in ("小明", "芳", "建国", "丽", "强", "敏", "静", "磊")]
    assert proposed("字段乙", people, catalogue).field.kind == "person_name"
    mails = [f"user{number}@example.com" for number in range(40)]
    assert proposed("字段丁", mails, catalogue).field.protection == "mask"
    homes = [f"天津市和平区样例路{number}号{number}室" for number in range(1, 40)]
    assert proposed("字段丙", homes, catalogue).field.kind == "address"


def test_no_value_of_a_protected_column_is_told(catalogue: Catalogue) -> None:
    people = ["王小明", "李芳"] * 30
    one = proposed("经办人", people, catalogue)
    assert one.expectations == ()
    assert not any(name in str(one.field) for name in people)


def test_a_header_known_elsewhere_gets_its_name_title_unit_and_protection(catalogue: Catalogue) -> None:
    field = proposed("合同容量", [str(number) for number in range(100, 160)], catalogue).field
    assert (field.name, field.title, field.unit) == ("contract_capacity_kva", "合同容量", "千伏安")
    buyer = proposed("购方税号", many(make_uscc), catalogue).field
    assert (buyer.name, buyer.check) == ("buyer_tax_no", "uscc")


def test_new_headers_are_named_from_their_letters_or_are_to_be_named(catalogue: Catalogue) -> None:
    headers = ["roomNo", "ROOM_NO", "新的栏目", "FWMJ(平米)", "import"]
    assert [one.name for one in names_of(headers, known_headers(catalogue.contracts.values()))] == [
        "room_no",
        "room_no_2",
        "column_3",
        "column_4",
        "column_5",
    ]
