"""Data Docs on a real store: each written once, at the cost of the new ones, removed with age, and never linked to when gone."""

import http.client
import threading
from datetime import date, timedelta

import pytest

from jobs.collect.documenting import Documented, write_data_docs
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.results import batch_result, data_doc_key, header_result, store_result
from jobs.quality.header import judge_header
from jobs.report import write_reports
from jobs.site import server
from jobs.storage.objects import head, list_objects, put, read_bytes
from tests.unit.report.conftest import SmallCity, city_time

INVOICE = "tax.vat_invoice"
FIRST, SECOND, HEADER = batch_result(INVOICE, "b1", 0), batch_result(INVOICE, "b2", 0), header_result("d1")
RESULT = judge_header(["a"], {"a": "a"}, [], {"suite_name": INVOICE, "provider": "tax-bureau", "batch_id": "b1"}).result


def pages(pipeline: Pipeline) -> set[str]:
    return {entry.key for entry in list_objects(pipeline.client, pipeline.bucket("docs"), "data-docs/")}


def test_each_result_gets_its_page_once_and_is_announced_no_more(city: SmallCity) -> None:
    pipeline, today = city.pipeline, city_time("2021-03-09T12:00").date()
    store_result(pipeline.control, FIRST, RESULT)
    assert write_data_docs(pipeline, today) == Documented(written=1)
    before = head(pipeline.client, pipeline.bucket("docs"), data_doc_key(FIRST))
    store_result(pipeline.control, SECOND, RESULT)
    store_result(pipeline.control, HEADER, RESULT)
    assert pipeline.control.keys("undocumented/") == [f"undocumented/{HEADER}.json", f"undocumented/{SECOND}.json"]
    assert write_data_docs(pipeline, today) == Documented(written=2)
    assert write_data_docs(pipeline, today) == Documented()
    assert pages(pipeline) == {data_doc_key(name) for name in (FIRST, SECOND, HEADER)}
    assert pipeline.control.keys("undocumented/") == []
    assert head(pipeline.client, pipeline.bucket("docs"), data_doc_key(FIRST)) == before


def test_a_crash_before_or_after_a_page_is_mended_by_the_next_run(city: SmallCity) -> None:
    pipeline, today = city.pipeline, city_time("2021-03-09T12:00").date()
    write_data_docs(pipeline, today)
    # The pass that announced the first died before its result stood, the report of the second after its page did.
    pipeline.control.create(f"undocumented/{FIRST}.json", {})
    store_result(pipeline.control, SECOND, RESULT)
    put(pipeline.client, pipeline.bucket("docs"), data_doc_key(SECOND), b"stands", "text/html")
    assert write_data_docs(pipeline, today) == Documented()
    assert pipeline.control.keys("undocumented/") == [f"undocumented/{FIRST}.json"]
    assert read_bytes(pipeline.client, pipeline.bucket("docs"), data_doc_key(SECOND)) == b"stands"
    store_result(pipeline.control, FIRST, RESULT)
    assert write_data_docs(pipeline, today) == Documented(written=1)
    assert pipeline.control.keys("undocumented/") == []


def test_a_result_that_nobody_announced_gets_its_page_the_next_day(city: SmallCity) -> None:
    pipeline, today = city.pipeline, city_time("2021-03-09T12:00").date()
    write_data_docs(pipeline, today)
    pipeline.control.create(f"results/{FIRST}.json", RESULT)
    assert write_data_docs(pipeline, today) == Documented()
    assert write_data_docs(pipeline, today + timedelta(days=1)) == Documented(written=1)


def judged_on(city: SmallCity, name: str) -> date:
    """The day, by the store's clock, on which the result of that name is written now."""
    store_result(city.pipeline.control, name, RESULT)
    stored = head(city.pipeline.client, city.pipeline.bucket("control"), f"results/{name}.json")
    assert stored is not None
    return city_date(stored.modified_at)


@pytest.mark.parametrize("days", [400, 7])
def test_a_page_is_removed_with_age_and_not_written_again(city: SmallCity, days: int) -> None:
    day, pipeline = judged_on(city, FIRST), city.with_settings(reports={"data_docs_days": days})
    assert write_data_docs(pipeline, day) == Documented(written=1)
    assert write_data_docs(pipeline, day + timedelta(days=days)) == Documented()
    assert write_data_docs(pipeline, day + timedelta(days=days + 1)) == Documented(removed=1)
    assert pages(pipeline) == set()
    assert write_data_docs(pipeline, day + timedelta(days=days + 1)) == Documented()
    assert write_data_docs(pipeline, day + timedelta(days=days + 2)) == Documented()
    # The result itself is a record and stays.
    assert pipeline.control.find(f"results/{FIRST}.json") == RESULT


def test_without_a_bound_pages_are_kept_for_ever(city: SmallCity) -> None:
    day, pipeline = judged_on(city, FIRST), city.with_settings(reports={"data_docs_days": None})
    assert write_data_docs(pipeline, day) == Documented(written=1)
    assert write_data_docs(pipeline, day + timedelta(days=40_000)) == Documented()


def test_the_board_links_to_a_page_while_it_stands_and_says_when_it_aged_out(city: SmallCity) -> None:
    today = judged_on(city, HEADER)
    batch = city.came("tax-bureau", INVOICE, "2021-03-04", f"{today}T07:00", state="held", reasons=("rows_below_expected",))
    name = batch_result(INVOICE, batch, 0)
    store_result(city.pipeline.control, name, RESULT)
    pipeline, at_noon = city.with_settings(reports={"data_docs_days": 30}), city_time(f"{today}T12:00")

    def board(days: int) -> str:
        write_reports(pipeline, at_noon + timedelta(days=days))
        return read_bytes(pipeline.client, pipeline.bucket("docs"), "board/providers/tax-bureau.html").decode()

    first, later = board(0), board(31)
    assert f'href="../../data-docs/{name}.html"' in first
    assert "质检页已过保存期" not in first
    assert "data-docs/tax" not in later
    assert "质检页已过保存期" in later
    assert f"receipts/tax-bureau/{INVOICE}/2021-03-04/{batch}" in later


def test_the_server_says_why_a_page_that_a_receipt_names_is_gone(city: SmallCity) -> None:
    running = server(city.with_settings(reports={"data_docs_days": 30}).settings, 0)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", running.server_port)
    try:
        connection.request("GET", f"/{data_doc_key(FIRST)}")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (404, b"not found: Data Docs are kept for 30 days (reports.data_docs_days)\n")
    finally:
        connection.close()
        running.shutdown()
        running.server_close()
