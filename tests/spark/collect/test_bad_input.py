"""Every bad file gets a clear answer before a byte is archived, and nothing is lost. No session is needed for any of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.collect.drops import drop_outcome_key, pending_drops
from jobs.collect.looking import status_table
from jobs.collect.main import Selection, collect, discover, planned_passes
from jobs.collect.outcome import DropOutcome
from jobs.collect.pipeline import Pipeline
from jobs.storage.admin import create_bucket
from jobs.storage.embedded import root_endpoint
from jobs.storage.objects import find_bytes, list_objects, put
from tests.spark.collect.conftest import csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
PLACE = f"{VAT}/2021-03-05"
Refused = tuple[Pipeline, dict[str, dict[str, Any]]]


def _no_session() -> None:
    raise AssertionError("a refused drop must not pay for a session")


@pytest.fixture(scope="module")
def refused(new_pipeline: Callable[[], Pipeline]) -> Refused:
    """Drop them all, collect once; outcome by key."""
    pipeline = new_pipeline()
    contract = pipeline.catalogue.contracts[VAT]
    good = csv_bytes(contract, TAX, [invoice(number) for number in range(1, 31)])
    text = good.decode()
    files: dict[str, bytes] = {
        f"{PLACE}/empty.csv": b"",
        f"{PLACE}/header only.csv": good.split(b"\n")[0] + b"\n",
        f"{PLACE}/wrong charset.csv": text.encode("gb18030"),
        f"{PLACE}/workbook.csv": b"PK\x03\x04" + bytes(100),
        f"{PLACE}/缺列.csv": text.replace("税率,", "", 1).encode(),
        f"{PLACE}/renamed.csv": text.replace("销方税号", "销售方税号", 1).encode(),
        f"{PLACE}/extra.csv": text.replace("发票代码,", "发票代码,颜色,", 1).encode(),
        f"{PLACE}/finger.csv": text.replace("发票代码,", "Finger-Print,发票代码,", 1).encode(),
        f"{PLACE}/sum.csv": good,
        f"{PLACE}/sum.csv.manifest.json": b'{"sha256": "' + b"0" * 64 + b'"}',
        f"{PLACE}/note.csv": good,
        f"{PLACE}/note.csv.manifest.json": b'{"lines": 3}',
        f"{VAT}/2021-03/monthly.csv": good,
        f"{VAT}/2021-02-30/a.csv": good,
        "tax.vat_invoices/2021-03-05/a.csv": good,
        "somewhere.csv": good,
        "grid.event/2021-03-05/not ours.csv": good,
        f"{PLACE}/b0123456789abcde.resend.csv": b"_row\n1\n",
    }
    for key, body in files.items():
        put(pipeline.client, pipeline.bucket(f"landing-{TAX}"), key, body)
    for group in discover(pipeline, Selection()):
        collect(pipeline, _no_session, group, Selection())
    outcomes = [pipeline.control.read(key) for key in pipeline.control.keys("drops/")]
    return pipeline, {outcome["key"]: outcome for outcome in outcomes}


CASES = {
    f"{PLACE}/empty.csv": "empty_file",
    f"{PLACE}/header only.csv": "header_only",
    f"{PLACE}/wrong charset.csv": "wrong_charset",
    f"{PLACE}/workbook.csv": "not_text",
    f"{PLACE}/缺列.csv": "header_differs",
    f"{PLACE}/renamed.csv": "header_differs",
    f"{PLACE}/extra.csv": "header_differs",
    f"{PLACE}/finger.csv": "forbidden_column",
    f"{PLACE}/sum.csv": "manifest_mismatch",
    f"{PLACE}/note.csv": "manifest_invalid",
    f"{VAT}/2021-03/monthly.csv": "period_not_in_cycle",
    f"{VAT}/2021-02-30/a.csv": "period_impossible",
    "tax.vat_invoices/2021-03-05/a.csv": "unknown_resource",
    "somewhere.csv": "key_grammar",
    "grid.event/2021-03-05/not ours.csv": "no_duty",
    f"{PLACE}/b0123456789abcde.resend.csv": "resend_unknown_batch",
}


@pytest.mark.parametrize(("key", "code"), CASES.items(), ids=list(CASES.values()))
def test_a_bad_file_is_refused_with_its_reason_and_a_receipt(refused: Refused, key: str, code: str) -> None:
    pipeline, outcomes = refused
    outcome = outcomes[key]
    assert (outcome["state"], [reason["code"] for reason in outcome["reasons"]]) == ("refused", [code])
    page = find_bytes(pipeline.client, pipeline.bucket(f"receipts-{TAX}"), f"{outcome['receipt']}/receipt.html")
    assert key.rsplit("/", 1)[-1] in (page or b"").decode()


def test_a_renamed_column_is_named_with_the_one_it_stands_for(refused: Refused) -> None:
    pipeline, outcomes = refused
    page = find_bytes(pipeline.client, pipeline.bucket(f"receipts-{TAX}"), f"{outcomes[f'{PLACE}/renamed.csv']['receipt']}/receipt.html")
    assert "销售方税号 → 销方税号" in (page or b"").decode()


def test_nothing_of_a_refused_file_is_kept_and_the_drop_stays_where_it_was(refused: Refused) -> None:
    pipeline, _ = refused
    raw = [entry.key for entry in list_objects(pipeline.client, pipeline.bucket("raw"))]
    landing = [entry.key for entry in list_objects(pipeline.client, pipeline.bucket(f"landing-{TAX}"))]
    assert raw == []
    assert set(CASES) <= set(landing)


def test_an_object_replaced_while_it_is_read_is_read_again_and_its_first_version_leaves_nothing(
    new_pipeline: Callable[[], Pipeline],
) -> None:
    pipeline = new_pipeline()
    contract = pipeline.catalogue.contracts[VAT]
    bucket, key = pipeline.bucket(f"landing-{TAX}"), f"{PLACE}/a.csv"
    put(pipeline.client, bucket, key, csv_bytes(contract, TAX, [invoice(number) for number in range(1, 31)]))
    [listed] = pending_drops(pipeline, (TAX,))
    put(pipeline.client, bucket, key, csv_bytes(contract, TAX, [invoice(number) for number in range(1, 41)]))
    assert planned_passes(pipeline, VAT, [listed]) == []
    outcome = DropOutcome.model_validate(pipeline.control.read(drop_outcome_key(TAX, listed.drop_id)))
    assert (outcome.state, outcome.reasons[0].code) == ("read_again", "object_changed")
    # The new version is a drop of its own.
    [again] = pending_drops(pipeline, (TAX,))
    [body] = planned_passes(pipeline, VAT, [again])
    assert [batch["etag"] for batch in body["batches"]] == [again.stored.etag]


def test_a_landing_bucket_of_nobody_in_the_roster_is_told(new_pipeline: Callable[[], Pipeline]) -> None:
    pipeline = new_pipeline()
    create_bucket(root_endpoint(pipeline.settings), pipeline.bucket("landing-stranger"), "pipeline")
    assert "stranger" in str(status_table(pipeline, datetime.now(UTC))[-1])
