"""`haihe check` gives the receipt that the drop would get, without a store."""

from pathlib import Path

from jobs.collect.checking import check_file
from jobs.collect.reporting import rendered
from jobs.settings import Settings
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

WRONG = {"seller_uscc": "91120101MA05TEX083"}


def test_a_checked_file_gets_the_faults_of_its_drop_and_is_told_what_only_the_lake_can_judge(
    lakehouse: Lakehouse, settings: Settings, tmp_path: Path
) -> None:
    contract = lakehouse.pipeline.catalogue.contracts["tax.vat_invoice"]
    rows = [invoice(1, **WRONG), invoice(2, invoice_date="2021-02-30"), *(invoice(n) for n in range(3, 31))]
    body = csv_bytes(contract, "tax-bureau", rows)
    file = tmp_path / "三月 发票.csv"
    file.write_bytes(body)
    lakehouse.drop("tax-bureau", "tax.vat_invoice/2021-03-05/三月 发票.csv", body)
    [outcome] = lakehouse.collect("tax.vat_invoice")
    page = check_file(settings, file, "tax.vat_invoice", "tax-bureau", "2021-03-05")
    faults = [(2, "seller_uscc.uscc"), (3, "invoice_date.parse")]
    assert [(line.line, line.rule_id) for line in page.errors] == lakehouse.errors(outcome) == faults
    assert (page.receipt.is_check, page.receipt.state, page.receipt.counts.accepted) == (True, "published", 28)
    assert len(page.receipt.not_judged_here) == 4
    assert page.receipt.not_judged_yet == ()
    assert sorted(rendered(page)) == ["errors.csv", "receipt.en.html", "receipt.html", "receipt.json"]


def test_a_file_that_would_be_refused_says_so(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("发票代码,颜色\n1,红\n".encode())
    page = check_file(settings, file, "tax.vat_invoice", "tax-bureau", "2021-03-05")
    assert (page.receipt.state, page.receipt.reasons[0].code) == ("refused", "header_differs")
