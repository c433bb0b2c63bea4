"""The ledger tells what came of every drop, batch and pass, once, and can be made anew."""

from collections import Counter
from typing import Any

from jobs.collect.deciding import decide_held
from jobs.collect.projecting import flush_ledger, rebuild_ledger
from jobs.lake.ledger import TABLES, ledger_table, read_ledger
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

INVOICE = "tax.vat_invoice"


def _drop(lakehouse: Lakehouse, period: str, count: int, **changes: str) -> None:
    contract = lakehouse.pipeline.catalogue.contracts[INVOICE]
    rows = [invoice(int(period[-2:]) * 1000 + number, invoice_date=period) for number in range(count)]
    rows[0].update(changes)
    lakehouse.drop("tax-bureau", f"{INVOICE}/{period}/invoices.csv", csv_bytes(contract, "tax-bureau", rows))


def _told(lakehouse: Lakehouse) -> dict[str, Counter[str]]:
    return {name: Counter(repr(row) for row in read_ledger(lakehouse.pipeline.lake, name).to_pylist()) for name in TABLES}


def _batches(lakehouse: Lakehouse) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_ledger(lakehouse.pipeline.lake, "batches").to_pylist()
    return sorted(rows, key=lambda row: (row["period"], row["revision"]))


def test_a_run_is_told_once_a_decision_is_a_revision_and_the_tables_can_be_made_anew(lakehouse: Lakehouse) -> None:
    pipeline = lakehouse.pipeline
    _drop(lakehouse, "2021-03-05", 30, seller_uscc="91120101MA05TEX083")
    _drop(lakehouse, "2021-03-06", 3)
    lakehouse.drop("tax-bureau", f"{INVOICE}/2021-13/invoices.csv", b"x\n")
    outcomes = lakehouse.collect(INVOICE, "_unplaced")
    assert flush_ledger(pipeline) == {"batches": 2, "passes": 1, "drops": 3}
    good, held = _batches(lakehouse)
    assert (good["state"], good["rows_read"], good["rows_accepted"], good["rows_quarantined"]) == ("published", 30, 29, 1)
    assert good["failing_rows"] == [("seller_uscc.uscc", 1)]
    assert (held["state"], held["reasons"], held["rows_read"]) == ("held", "rows_below_expected", 3)
    drops = Counter((row["state"], row["reasons"]) for row in read_ledger(pipeline.lake, "drops").to_pylist())
    assert drops == {("batch", ""): 1, ("batch", "rows_below_expected"): 1, ("refused", "period_impossible"): 1}

    versions = [ledger_table(pipeline.lake, name).version() for name in TABLES]
    assert set(flush_ledger(pipeline).values()) == {0}
    assert [ledger_table(pipeline.lake, name).version() for name in TABLES] == versions

    waiting = next(one for one in outcomes if one.state == "held")
    decide_held(pipeline, lambda: lakehouse.spark, waiting.batch_id, "release", "张三", "月初首日")
    assert flush_ledger(pipeline) == {"batches": 1, "passes": 1, "drops": 0}
    assert [(row["revision"], row["state"], row["decided_by"]) for row in _batches(lakehouse)[1:]] == [
        (0, "held", None),
        (1, "published", "张三"),
    ]

    before = _told(lakehouse)
    assert rebuild_ledger(pipeline) == {"batches": 3, "passes": 2, "drops": 3}
    assert _told(lakehouse) == before
    assert set(flush_ledger(pipeline).values()) == {0}
