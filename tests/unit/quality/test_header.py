from datetime import date

import pytest

from jobs.catalogue.lists import Negative
from jobs.catalogue.suite import Expectation
from jobs.quality.data_docs import validation_page
from jobs.quality.header import HeaderVerdict, judge_header
from jobs.quality.names import plain_form

HEADERS = {"企业名称": "name", "UNISCID": "uscc", "face_image": "face_image"}
META = {"suite_name": "market.enterprise_registration"}


def entry(**given: str) -> Negative:
    known = {
        "negative_id": "NEG-22", "kind": "field", "field": "face_image", "restriction": "not_gathered", "action": "refuse",
        "reason_class": "个人隐私", "basis": "民法典第一千零三十四条", "alternative": "核验结果", "valid_from": date(2021, 1, 1),
        "review_date": date(2022, 1, 1), "status": "in_force",
    }  # fmt: skip
    return Negative.model_validate({**known, **given})


def judged(header: list[str], *entries: Negative) -> HeaderVerdict:
    return judge_header(header, HEADERS, entries, META)


def test_the_contract_s_header_is_clean_in_any_order() -> None:
    verdict = judged(["UNISCID", "face_image", "企业名称"])
    assert verdict.is_clean
    assert verdict.result["success"] is True


def test_missing_unknown_and_repeated_columns_are_named() -> None:
    verdict = judged(["企业名称", "企业名称", "UNI_SCID", "face_image"])
    assert (verdict.missing, verdict.unknown, verdict.repeated) == (("UNISCID",), ("UNI_SCID",), ("企业名称",))
    assert verdict.result["success"] is False


@pytest.mark.parametrize("written", ["face_image", "Face Image", "ＦＡＣＥ－ＩＭＡＧＥ", "\ufefffaceImage", "face‐image"])
def test_a_forbidden_field_is_recognised_however_it_is_written(written: str) -> None:
    verdict = judged(["企业名称", "UNISCID", written], entry())
    assert [(found.header, found.negative_id, found.action) for found in verdict.forbidden] == [(written, "NEG-22", "refuse")]
    assert verdict.unknown == ()


@pytest.mark.parametrize("field", ["企业名称", "name", "NAME"])
def test_a_field_is_forbidden_by_its_header_as_by_the_contract_s_name(field: str) -> None:
    verdict = judged(["企业名称", "UNISCID", "face_image"], entry(field=field))
    assert [found.header for found in verdict.forbidden] == ["企业名称"]


def test_a_forbidden_field_is_not_demanded_by_the_contract() -> None:
    verdict = judged(["企业名称", "UNISCID"], entry())
    assert verdict.is_clean
    assert verdict.result["success"] is True


def test_a_column_that_only_resembles_a_forbidden_one_is_let_in() -> None:
    assert judged(["企业名称", "UNISCID", "face_images"], entry()).forbidden == ()


def test_an_entry_for_every_field_forbids_the_whole_header() -> None:
    assert len(judged(["企业名称", "UNISCID", "x"], entry(field="*")).forbidden) == 3


@pytest.mark.parametrize("given", [{"status": "withdrawn"}, {"kind": "content"}])
def test_an_entry_not_about_fields_in_force_forbids_none(given: dict[str, str]) -> None:
    assert judged(list(HEADERS), entry(**given)).is_clean


def test_the_suite_s_header_rules_are_judged_on_the_contract_s_names() -> None:
    rule = Expectation(type="expect_table_columns_to_hold_none_of", id="h1", kwargs={"columns": ["uscc"]})
    result = judge_header(list(HEADERS), HEADERS, [], META, [rule]).result
    assert [one["success"] for one in result["results"]] == [True, False]


def test_the_page_of_a_refused_header_names_the_entry() -> None:
    page = validation_page(judged(["企业名称", "UNISCID", "face_image"], entry()).result)
    assert "NEG-22" in page


def test_names_that_differ_in_a_letter_stay_apart() -> None:
    assert plain_form("Face_Image 1") == "faceimage1"
    assert plain_form("人脸图像") != plain_form("人脸图象")
