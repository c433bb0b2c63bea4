"""An upsert resource of many providers: one commit for all its drops, corrections by period, late files."""

from typing import Any

from tests.spark.collect.conftest import Lakehouse, csv_bytes

PENALTY = "credit.administrative_penalty"
DROPS = [
    ("human-resources", "2021-03-03"),
    ("human-resources", "2021-03-04"),
    ("human-resources", "2021-03-05"),
    ("ecology-environment", "2021-03-04"),
    ("ecology-environment", "2021-03-05"),
    ("emergency-management", "2021-03-03"),
    ("emergency-management", "2021-03-04"),
    ("emergency-management", "2021-03-05"),
]
ROWS = 22


def _penalty(provider: str, number: int, day: str, **changes: str) -> dict[str, str]:
    return {
        "party_name": "海河样品有限公司",
        "party_kind_code": "1",
        "party_uscc": "91120101MA05TEX082",
        "document_no": f"津样罚〔2021〕{number:05d}号",
        "violation_type": "未按规定公示信息",
        "facts": f"经查属实，{provider}",
        "basis": "《样例条例》第十二条",
        "penalty_class_code": "2",
        "content": "罚款",
        "fine_10k_yuan": "1.5",
        "decision_date": day,
        "valid_to_date": "2099-12-31",
        "publication_end_date": "2022-03-01",
        "organ_name": "样品局",
        "organ_uscc": "12120104401200003Q",
        "source_name": "样品局",
        "source_uscc": "12120104401200003Q",
        **changes,
    }


def _file(lakehouse: Lakehouse, provider: str, rows: list[dict[str, str]]) -> bytes:
    quoted = [{name: value.replace("，", "、") for name, value in row.items()} for row in rows]
    return csv_bytes(lakehouse.pipeline.catalogue.contracts[PENALTY], provider, quoted)


def _drop(lakehouse: Lakehouse, provider: str, period: str, rows: list[dict[str, str]], name: str = "p.csv") -> None:
    lakehouse.drop(provider, f"{PENALTY}/{period}/{name}", _file(lakehouse, provider, rows))


def _of(lakehouse: Lakehouse, provider: str) -> list[dict[str, Any]]:
    rows = lakehouse.silver(lakehouse.pipeline.catalogue.contracts[PENALTY])
    return sorted((row for row in rows if row["_provider"] == provider), key=lambda row: str(row["document_no"]))


def test_eight_drops_one_of_them_bad_add_one_version_to_each_table_and_corrections_follow_the_period(lakehouse: Lakehouse) -> None:
    contract = lakehouse.pipeline.catalogue.contracts[PENALTY]
    for place, (provider, period) in enumerate(DROPS):
        wrong = {"party_uscc": "91120101MA05TEX083"} if place == 4 else {}
        rows = [_penalty(provider, 100 * place + number, period, **wrong) for number in range(ROWS)]
        _drop(lakehouse, provider, period, rows)
    outcomes = lakehouse.collect(PENALTY)
    assert [(one.provider, one.period) for one in outcomes if one.state == "held"] == [("ecology-environment", "2021-03-05")]
    assert sum(one.state == "published" for one in outcomes) == 7
    # Version 0 is the empty table.
    assert [lakehouse.version(layer, contract) for layer in ("bronze", "verdicts", "silver")] == [1, 1, 1]
    assert len(lakehouse.silver(contract)) == 7 * ROWS

    # A later period corrects a penalty; an older period that comes late changes nothing of it.
    newer = [_penalty("human-resources", number, "2021-03-05", content="改") for number in range(ROWS)]
    _drop(lakehouse, "human-resources", "2021-03-08", newer)
    lakehouse.collect(PENALTY)
    older = [_penalty("human-resources", number, "2021-03-02", content="旧") for number in range(ROWS)]
    _drop(lakehouse, "human-resources", "2021-03-02", older)
    lakehouse.collect(PENALTY)
    corrected = [row for row in _of(lakehouse, "human-resources") if row["_period"] == "2021-03-08"]
    assert [row["content"] for row in corrected] == ["改"] * ROWS
    assert not [row for row in _of(lakehouse, "human-resources") if row["content"] == "旧"]
    assert len(lakehouse.silver(contract)) == 7 * ROWS

    # Another provider's same document number is another penalty.
    assert {row["_provider"] for row in lakehouse.silver(contract)} == {"human-resources", "ecology-environment", "emergency-management"}


def test_two_files_of_one_organ_and_day_in_one_run_are_both_published_and_the_later_wins(lakehouse: Lakehouse) -> None:
    first = [_penalty("human-resources", number, "2021-03-05") for number in range(ROWS)]
    later = [_penalty("human-resources", number + 5, "2021-03-05", content="改") for number in range(ROWS)]
    _drop(lakehouse, "human-resources", "2021-03-05", first, "morning.csv")
    _drop(lakehouse, "human-resources", "2021-03-05", later, "noon.csv")
    assert [one.state for one in lakehouse.collect(PENALTY)] == ["published", "published"]
    rows = _of(lakehouse, "human-resources")
    assert len(rows) == ROWS + 5
    assert [row["content"] for row in rows] == ["罚款"] * 5 + ["改"] * ROWS


def test_personal_identifiers_stand_in_silver_as_token_and_mask(lakehouse: Lakehouse) -> None:
    person = {
        "party_kind_code": "2",
        "party_uscc": "",
        "party_name": "某某某",
        "party_document_kind_code": "111",
        "party_document_no": "11010519491231002X",
    }
    rows = [_penalty("human-resources", number, "2021-03-05", **(person if number < 2 else {})) for number in range(ROWS)]
    _drop(lakehouse, "human-resources", "2021-03-05", rows)
    lakehouse.collect(PENALTY)
    found = _of(lakehouse, "human-resources")[:2]
    assert {row["party_document_no_masked"] for row in found} == {"110105********002X"}
    assert len({row["party_document_no_token"] for row in found}) == 1
    assert "party_document_no" not in found[0]
