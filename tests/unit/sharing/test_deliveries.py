"""A grant becomes an extract, once; what the negative list forbids is never in it; what ends is taken back."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest
from botocore.exceptions import ClientError

from jobs.catalogue.lists import Negative
from jobs.collect.pipeline import Pipeline
from jobs.errors import ShareError
from jobs.lake.control import StoreControl
from jobs.lake.ledger import read_ledger
from jobs.sharing import extract
from jobs.sharing.delivering import is_due, share
from jobs.sharing.masks import starred
from jobs.sharing.receipt import delivery_schema
from jobs.sharing.records import flush_deliveries
from jobs.storage.accounts import LAKE_BUCKETS, recipient_endpoint, shares_bucket
from jobs.storage.client import s3_client
from jobs.storage.objects import list_objects, read_bytes, read_json
from tests.unit.sharing.conftest import ROOT, add_families, demand, with_lists

NOW = datetime(2021, 4, 1, 2, tzinfo=UTC)


def entry(field: str, restriction: str, kind: str = "field", **changed: object) -> Negative:
    values: dict[str, object] = {
        "negative_id": f"NEG-{field}",
        "kind": kind,
        "resource": "civil.subsistence_family",
        "field": field,
        "restriction": restriction,
        "action": "cut",
        "reason_class": "个人隐私",
        "basis": "法",
        "alternative": "无",
        "valid_from": "2021-01-01",
        "review_date": "2021-02-01",
        "status": "in_force",
    }
    return Negative.model_validate({**values, **changed})


def delivered(pipeline: Pipeline, recipient: str = "heping") -> dict[str, bytes]:
    bucket = shares_bucket(pipeline.settings, recipient)
    return {one.key: read_bytes(pipeline.client, bucket, one.key) for one in list_objects(pipeline.client, bucket)}


def data(pipeline: Pipeline, suffix: str, recipient: str = "heping") -> bytes:
    (body,) = [body for key, body in delivered(pipeline, recipient).items() if key.endswith(suffix) and "family" in key.rsplit("/", 1)[1]]
    return body


def read_csv(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_csv_holds_the_rows_in_scope_with_masks_and_its_receipt_says_so(pipeline: Pipeline) -> None:
    own = with_lists(pipeline, demand(row_scope="region_code=120101"))
    (delivery_id,) = share(own, NOW)["delivered"]
    rows = read_csv(data(own, ".csv"))
    assert {row["family_id"] for row in rows} == {"DB000000000001", "=DB00000000002"}
    assert {row["head_resident_id_masked"] for row in rows} == {"1101**********7758"}
    assert not any("token" in name for name in rows[0])
    folder = f"civil.subsistence_family/2021-02-28/{delivery_id}"
    receipt = read_json(own.client, shares_bucket(own.settings, "heping"), f"{folder}/receipt.json")
    assert (receipt["rows"], receipt["silver_version"], receipt["conditions"]) == (2, 2, ["限社会救助与信息核对使用，个人信息遮蔽"])
    page = delivered(own)[f"{folder}/receipt.html"].decode()
    assert "已交付 2 行" in page
    assert receipt["sha256"] in page


def test_an_xlsx_has_text_cells_and_no_formula(pipeline: Pipeline) -> None:
    own = with_lists(pipeline, demand(file_format="xlsx"))
    share(own, NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(data(own, ".xlsx"))).active
    assert sheet is not None
    cells = {cell.value: cell.data_type for cell in next(sheet.iter_cols(min_row=2))}
    assert cells == {"DB000000000001": "s", "=DB00000000002": "s", "DB000000000003": "s"}


def test_a_parquet_is_read_by_duckdb(pipeline: Pipeline, tmp_path: Path) -> None:
    own = with_lists(pipeline, demand(file_format="parquet"))
    share(own, NOW)
    (tmp_path / "x.parquet").write_bytes(data(own, ".parquet"))
    found = duckdb.sql(f"select count(*), count(distinct region_code) from '{tmp_path}/x.parquet'").fetchall()
    assert found == [(3, 2)]


def test_more_rows_than_a_sheet_holds_are_refused(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "XLSX_ROWS", 2)
    with pytest.raises(ShareError, match="file_format"):
        share(with_lists(pipeline, demand(file_format="xlsx")), NOW)
    assert delivered(pipeline) == {}


@pytest.mark.parametrize("restriction", ["not_shared", "not_opened", "verify_only"])
def test_what_an_entry_forbids_is_in_no_object_even_past_its_review(pipeline: Pipeline, restriction: str) -> None:
    share(with_lists(pipeline, demand()), NOW)
    assert any("张*".encode() in body for body in delivered(pipeline).values())
    own = with_lists(pipeline, demand(), negatives=(entry("head_name", restriction), entry("户主身份证号", "not_shared")))
    assert len(share(own, NOW)["delivered"]) == 1
    assert not any("张*".encode() in body or b"1101****" in body for body in delivered(own).values())
    assert {row["family_id"] for row in read_csv(data(own, ".csv"))} == {"DB000000000001", "=DB00000000002", "DB000000000003"}


@pytest.mark.parametrize("written", ["Head-Name", "ＨＥＡＤ＿ＮＡＭＥ", "户主 姓名"])
def test_an_entry_forbids_the_field_however_it_is_written(pipeline: Pipeline, written: str) -> None:
    own = with_lists(pipeline, demand(), negatives=(entry(written, "not_shared"),))
    share(own, NOW)
    assert not any("张*".encode() in body for body in delivered(own).values())


def test_a_clear_field_that_may_leave_only_masked_is_left_out_and_text_is_starred(pipeline: Pipeline) -> None:
    negatives = (entry("region_code", "masked_only"), entry("remark", "masked_only", "content", identifier="resident_id"))
    own = with_lists(pipeline, demand(fields="family_id region_code remark"), negatives=negatives)
    share(own, NOW)
    assert list(read_csv(data(own, ".csv"))[0].items())[1:] == [("remark", "户主 ****************** 来访")]
    assert starred("统一代码 911201160000000001", ["resident_id"]) == "统一代码 911201160000000001"


def test_a_demand_for_the_forbidden_field_alone_is_refused(pipeline: Pipeline) -> None:
    star = entry("*", "masked_only", "content", identifier="resident_id")
    number = with_lists(pipeline, demand(fields="member_count"), negatives=(star, entry("member_count", "not_shared")))
    assert share(number, NOW) == {"delivered": [], "withdrawn": []}
    own = with_lists(pipeline, demand(fields="head_name"), negatives=(entry("head_name", "not_shared"),))
    assert share(own, NOW) == {"delivered": [], "withdrawn": []}


def test_two_recipients_cannot_join_by_token(pipeline: Pipeline) -> None:
    own = with_lists(pipeline, demand(join_key="yes"), demand(demand_id="DEM-2", recipient_id="credit-center", join_key="yes"))
    share(own, NOW)
    first, second = ({row["head_resident_id_token"] for row in read_csv(data(own, ".csv", name))} for name in ("heping", "credit-center"))
    assert len(first) == len(second) == 3
    assert first.isdisjoint(second)
    assert not any(b"token-of-" in body for body in delivered(own).values())


def test_the_same_state_delivers_nothing_again_and_new_data_the_next_day(pipeline: Pipeline) -> None:
    own = with_lists(pipeline, demand())
    assert len(share(own, NOW)["delivered"]) == 1
    before = delivered(own)
    assert share(own, NOW + timedelta(days=1)) == {"delivered": [], "withdrawn": []}
    assert delivered(own) == before
    add_families(own, ["DB000000000004"], "120101")
    assert share(own, NOW)["delivered"] == []
    assert len(share(own, NOW + timedelta(days=1))["delivered"]) == 1


def test_a_run_that_dies_before_the_record_is_mended(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    own = with_lists(pipeline, demand())
    with monkeypatch.context() as broken:
        broken.setattr(StoreControl, "create", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            share(own, NOW)
    assert len(delivered(own)) == 3
    add_families(own, ["DB000000000004"], "120101")
    (delivery_id,) = share(own, NOW)["delivered"]
    assert {key.split("/")[2] for key in delivered(own)} == {delivery_id}
    flush_deliveries(own)
    flush_deliveries(own)
    assert read_ledger(own.lake, "deliveries", ["rows", "state"]).to_pylist() == [{"rows": 4, "state": "delivered"}]


@pytest.mark.parametrize("after", [(), (demand(reply="refused"),), (demand(valid_to="2021-03-31"),)], ids=["gone", "refused", "ended"])
def test_a_revoked_demand_loses_its_extract_and_keeps_its_receipts(pipeline: Pipeline, after: tuple[object, ...]) -> None:
    (delivery_id,) = share(with_lists(pipeline, demand()), NOW)["delivered"]
    own = with_lists(pipeline, *after, version="2021-03-30")  # type: ignore[arg-type]
    add_families(own, ["DB000000000004"], "120101")
    assert share(own, NOW + timedelta(days=1)) == {"delivered": [], "withdrawn": [delivery_id]}
    assert {key.rsplit("/", 1)[1] for key in delivered(own)} == {"receipt.html", "receipt.json", "withdrawn.json"}
    assert flush_deliveries(own) == 2
    assert sorted(read_ledger(own.lake, "deliveries", ["rows", "state"]).to_pylist(), key=str) == [
        {"rows": 0, "state": "withdrawn"},
        {"rows": 3, "state": "delivered"},
    ]
    assert share(own, NOW + timedelta(days=1)) == {"delivered": [], "withdrawn": []}


def test_a_recipients_key_reaches_its_own_bucket_alone(pipeline: Pipeline) -> None:
    own = with_lists(pipeline, demand())
    share(own, NOW)
    client = s3_client(recipient_endpoint(own.settings, "heping"))
    assert len(client.list_objects_v2(Bucket="shares-heping")["Contents"]) == 3
    for bucket in ("shares-credit-center", *LAKE_BUCKETS):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.list_objects_v2(Bucket=bucket)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket="shares-heping", Key="x", Body=b"1")


def test_cycles() -> None:
    march, april = date(2021, 3, 31), date(2021, 4, 1)
    assert is_due("monthly", march, april)
    assert is_due("quarterly", march, april)
    assert not is_due("weekly", march, april)
    assert not is_due("yearly", march, april)


def test_the_published_schema_is_that_of_the_receipt() -> None:
    assert (ROOT / "docs/delivery.schema.json").read_bytes() == delivery_schema()
    assert "sha256" in json.loads(delivery_schema())["required"]
