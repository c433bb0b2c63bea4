"""Batches against the past of their duty: too short a past is said, what is off is held, a person lets it in."""

from decimal import Decimal

from jobs.collect.deciding import decide_held
from jobs.collect.finishing import finish_pass
from jobs.collect.outcome import BatchOutcome
from jobs.first_run import fingerprint
from jobs.lake.pass_record import Pass
from jobs.lake.passes import read_pass
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
WRONG = {"seller_uscc": "91120101MA05TEX083"}
# Each invoice is of 113.00; the contract wants 8 earlier batches, rows within 30 %, the total within 50 %.
ROWS, DAYS = 24, 9


def _drop(lakehouse: Lakehouse, day: int, rows: list[dict[str, str]]) -> None:
    dated = [{**row, "invoice_date": f"2021-03-{day:02d}"} for row in rows]
    body = csv_bytes(lakehouse.pipeline.catalogue.contracts[VAT], TAX, dated)
    lakehouse.drop(TAX, f"{VAT}/2021-03-{day:02d}/发票.csv", body)


def _invoices(day: int, rows: int, **changes: str) -> list[dict[str, str]]:
    return [invoice(1000 * day + number, **changes) for number in range(rows)]


def _off(outcome: BatchOutcome) -> dict[str, tuple[object, ...]]:
    return {reason.code: tuple(reason.params[name] for name in ("observed", "median", "low", "high")) for reason in outcome.reasons}


def _records(lakehouse: Lakehouse) -> set[str]:
    """Everything in control but the count of attempts."""
    return {key for key in lakehouse.pipeline.control.keys("") if ".attempt-" not in key}


def test_a_batch_far_from_its_past_is_held_until_a_person_lets_it_in(lakehouse: Lakehouse) -> None:
    pipeline = lakehouse.pipeline
    for day in range(1, DAYS + 1):
        _drop(lakehouse, day, _invoices(day, ROWS))
    outcomes = lakehouse.collect(VAT)
    assert [one.state for one in outcomes] == ["published"] * DAYS
    # The days of one pass are each other's past: the ninth has eight before it.
    assert [[check.earlier for check in one.checks] for one in outcomes] == [[day, day] for day in range(DAYS)]
    told = [len(lakehouse.told(one)["not_judged_yet"]) for one in outcomes]
    assert told == [2] * 8 + [0]
    assert lakehouse.told(outcomes[3])["not_judged_yet"][0]["zh"] == "往期不足，尚未与往期比较：行数，已有 3 期，至少需要 8 期"
    assert [one.measures for one in outcomes] == [{"total_yuan.sum": Decimal("2712.00")}] * DAYS

    # In fen instead of yuan, and too many; one of the rows is quarantined, so its total does not count.
    fen = {"amount_yuan": "10000.00", "tax_yuan": "1300.00", "total_yuan": "11300.00"}
    _drop(lakehouse, 10, [*_invoices(10, 59, **fen), invoice(10_500, **WRONG)])
    # A good day of the same pass, whatever a quarantined row of it says.
    _drop(lakehouse, 11, [*_invoices(11, ROWS), invoice(11_500, **WRONG, **{**fen, "amount_yuan": "98700.00", "total_yuan": "100000.00"})])
    held, good = lakehouse.collect(VAT)
    assert (held.state, good.state) == ("held", "published")
    assert _off(held) == {"rows_off_history": (60, 24, 16, 32), "sum_off_history": ("666700.00", "2712.00", "1356.00", "4068.00")}
    assert (held.counts.accepted, held.counts.quarantined) == (59, 1)
    assert (good.reasons, good.measures) == ((), {"total_yuan.sum": Decimal("2712.00")})
    assert {row["_period"] for row in lakehouse.silver(pipeline.catalogue.contracts[VAT])} == {
        f"2021-03-{day:02d}" for day in (*range(1, DAYS + 1), 11)
    }
    rows, total = lakehouse.told(held)["reasons"]
    assert rows["sentence"]["zh"] == "行数与往期相差过大：本期 60 行，过去 9 期中位数 24 行，正常范围 16 至 32 行"
    assert total["sentence"]["zh"] == (
        "合计与往期相差过大：“价税合计”本期合计 666,700.00，过去 9 期中位数 2,712.00，正常范围 1,356.00 至 4,068.00（元）"
    )
    result = pipeline.control.read(f"results/{VAT}/{held.batch_id}/0000.json")
    past = {one["expectation_config"]["meta"]["rule"]: one for one in result["results"] if "rule" in one["expectation_config"]["meta"]}
    assert [(past[name]["success"], past[name]["result"]["observed_value"]) for name in ("history.rows", "history.total_yuan.sum")] == [
        (False, 60),
        (False, 666700.0),
    ]

    # The same pass again, as after a crash: the same decision, and nothing new.
    records = _records(lakehouse)
    again = finish_pass(pipeline, lakehouse.spark, Pass.model_validate(read_pass(pipeline.control, VAT, held.number)))
    assert again == [held, good]
    assert _records(lakehouse) == records
    before = fingerprint(pipeline)
    assert lakehouse.collect(VAT) == []
    assert fingerprint(pipeline) == before

    # Let in by a person it is published, whatever its past.
    released = decide_held(pipeline, lambda: lakehouse.spark, held.batch_id, "release", "张三", "补报一季度")
    assert (released.state, [reason.code for reason in released.reasons]) == ("published", ["released_by_person"])
    assert released.measures == {"total_yuan.sum": Decimal("666700.00")}
    assert {row["_period"] for row in lakehouse.silver(pipeline.catalogue.contracts[VAT])} >= {"2021-03-10"}

    # Mending the quarantined row of the good day brings its total in; the batch is published and stays so, far off as it is now.
    header, wrong = lakehouse.resend(good).splitlines()
    mended = wrong.replace("91120101MA05TEX083", "91120101MA05TEX082")
    lakehouse.drop(TAX, f"{VAT}/2021-03-11/{good.batch_id}.resend.csv", f"{header}\n{mended}\n".encode())
    [resent] = lakehouse.collect(VAT)
    assert (resent.state, resent.counts.accepted, resent.checks) == ("published", 25, ())
    assert resent.measures == {"total_yuan.sum": Decimal("102712.00")}
