"""An append resource with a key: one file's life, its resends, repeats, and what a person decides."""

from datetime import UTC, datetime

import pytest

from jobs.collect.deciding import decide_held
from jobs.collect.looking import batches_table, chosen_batches, status_table
from jobs.collect.row_listing import list_rows
from jobs.errors import PassError
from jobs.first_run import fingerprint
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
WRONG = {"seller_uscc": "91120101MA05TEX083"}


def _file(lakehouse: Lakehouse, rows: list[dict[str, str]]) -> bytes:
    return csv_bytes(lakehouse.pipeline.catalogue.contracts[VAT], TAX, rows)


def test_a_resend_completes_its_batch_and_nothing_lands_twice(lakehouse: Lakehouse) -> None:
    contract = lakehouse.pipeline.catalogue.contracts[VAT]
    body = _file(lakehouse, [invoice(1, **WRONG), invoice(2, total_yuan="9"), *(invoice(number) for number in range(3, 31))])
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/三月 发票.csv", body)
    [first] = lakehouse.collect(VAT)
    assert (first.state, first.counts.read, first.counts.accepted, first.counts.quarantined) == ("published", 30, 28, 2)
    assert lakehouse.errors(first) == [(2, "seller_uscc.uscc"), (3, "amount_and_tax_make_total")]
    assert len(lakehouse.silver(contract)) == 28

    # The clerk mends one of the two rows of the receipt's own file and drops that.
    header, wrong, _ = lakehouse.resend(first).splitlines()
    assert (header.split(",")[0], wrong.split(",")[0]) == ("_row", "2")
    mended = wrong.replace("91120101MA05TEX083", "91120101MA05TEX082")
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/{first.batch_id}.resend.csv", f"{header}\n{mended}\n".encode())
    [second] = lakehouse.collect(VAT)
    assert (second.batch_id, second.revision, second.state) == (first.batch_id, 1, "published")
    assert (second.counts.read, second.counts.accepted, second.counts.quarantined, second.counts.replaced) == (30, 29, 1, 1)
    assert lakehouse.errors(second) == [(3, "amount_and_tax_make_total")]
    assert sorted(row["invoice_no"] for row in lakehouse.silver(contract)) == sorted(f"{n:08d}" for n in range(1, 31) if n != 2)

    # The mended row is quarantined no more: naming it again refuses the resend, and the batch stays as it is.
    drop = lakehouse.drop(TAX, f"{VAT}/2021-03-05/{first.batch_id}.resend.csv", f"{header}\n{mended}\n\n".encode())
    [third] = lakehouse.collect(VAT)
    assert [reason.code for reason in third.reasons] == ["resend_row_not_quarantined"]
    assert (third.state, third.counts) == ("published", second.counts)
    assert lakehouse.drop_outcome(TAX, drop).batch_id == first.batch_id
    assert len(lakehouse.silver(contract)) == 29

    before = fingerprint(lakehouse.pipeline)
    assert lakehouse.collect(VAT) == []
    assert fingerprint(lakehouse.pipeline) == before


def test_the_same_bytes_and_the_same_invoice_are_found(lakehouse: Lakehouse) -> None:
    contract = lakehouse.pipeline.catalogue.contracts[VAT]
    first = _file(lakehouse, [invoice(number) for number in range(1, 31)])
    later = _file(lakehouse, [invoice(30, invoice_date="2021-03-06"), *(invoice(n, invoice_date="2021-03-06") for n in range(31, 61))])
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/a.csv", first)
    copy = lakehouse.drop(TAX, f"{VAT}/2021-03-05/b.csv", first)
    lakehouse.drop(TAX, f"{VAT}/2021-03-06/later.csv", later)
    one, two = lakehouse.collect(VAT)
    assert (one.state, one.counts.accepted) == ("published", 30)
    assert (two.counts.accepted, two.counts.quarantined) == (30, 1)
    assert lakehouse.errors(two) == [(2, "key.key_in_lake")]
    outcome = lakehouse.drop_outcome(TAX, copy)
    assert (outcome.state, outcome.batch_id) == ("already_landed", one.batch_id)
    assert len(lakehouse.silver(contract)) == 60

    # In a pass of its own the same invoice is found in silver.
    lakehouse.drop(TAX, f"{VAT}/2021-03-07/third.csv", _file(lakehouse, [invoice(n, invoice_date="2021-03-07") for n in range(60, 90)]))
    [three] = lakehouse.collect(VAT)
    assert lakehouse.errors(three) == [(2, "key.key_in_lake")]

    # Another content for a period that has one already waits for a person.
    lakehouse.drop(TAX, f"{VAT}/2021-03-07/fourth.csv", _file(lakehouse, [invoice(n, invoice_date="2021-03-07") for n in range(100, 130)]))
    [four] = lakehouse.collect(VAT)
    assert (four.state, [reason.code for reason in four.reasons]) == ("held", ["second_content"])


def test_a_held_batch_is_released_or_refused_by_a_person_and_by_nobody_twice(lakehouse: Lakehouse) -> None:
    pipeline, contract = lakehouse.pipeline, lakehouse.pipeline.catalogue.contracts[VAT]
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/few.csv", _file(lakehouse, [invoice(1, **WRONG), *(invoice(number) for number in range(2, 12))]))
    lakehouse.drop(TAX, f"{VAT}/2021-03-06/few.csv", _file(lakehouse, [invoice(n, invoice_date="2021-03-06") for n in range(20, 30)]))
    one, two = lakehouse.collect(VAT)
    assert [(batch.state, batch.reasons[0].code) for batch in (one, two)] == [("held", "rows_below_expected")] * 2
    assert lakehouse.silver(contract) == []

    released = decide_held(pipeline, lambda: lakehouse.spark, one.batch_id, "release", "值班员", "节后确实只有这些")
    refused = decide_held(pipeline, lambda: lakehouse.spark, two.batch_id, "refuse", "值班员", "期次错误")
    assert (released.state, released.counts.accepted, refused.state) == ("published", 10, "refused")
    assert len(lakehouse.silver(contract)) == 10
    assert "节后确实只有这些" in lakehouse.told(released)["reasons"][0]["sentence"]["zh"]
    with pytest.raises(PassError, match="is published, not held"):
        decide_held(pipeline, lambda: lakehouse.spark, one.batch_id, "release", "值班员", "again")

    assert [batch.batch_id for batch in chosen_batches(pipeline, VAT, "refused")] == [two.batch_id]
    assert batches_table(chosen_batches(pipeline, None, None)).row_count == 2
    assert status_table(pipeline, datetime.now(UTC))[0].row_count == len(pipeline.catalogue.contracts)
    _, rows = list_rows(pipeline, lambda: lakehouse.spark, one.batch_id, "quarantined", 10)
    assert [row.line for row in rows] == [2]


def test_a_batch_released_after_a_resend_holds_the_mended_rows(lakehouse: Lakehouse) -> None:
    wrong = [invoice(number, **(WRONG if number < 10 else {})) for number in range(1, 31)]
    lakehouse.drop("tax-bureau", f"{VAT}/2021-03-05/a.csv", _file(lakehouse, wrong))
    [held] = lakehouse.collect(VAT)
    header, first, *_ = lakehouse.resend(held).splitlines()
    mended = f"{header}\n{first.replace('083', '082')}\n".encode()
    lakehouse.drop("tax-bureau", f"{VAT}/2021-03-05/{held.batch_id}.resend.csv", mended)
    [resent] = lakehouse.collect(VAT)
    assert (resent.state, resent.counts.accepted if resent.counts else 0) == ("held", 22)
    released = decide_held(lakehouse.pipeline, lambda: lakehouse.spark, held.batch_id, "release", "值班员", "已核实")
    assert released.counts == resent.counts
    numbers = [row["invoice_no"] for row in lakehouse.silver(lakehouse.pipeline.catalogue.contracts[VAT])]
    assert sorted(numbers) == ["00000001", *(f"{number:08d}" for number in range(10, 31))]
