"""What people see on the board and around it: figures recomputed from the tables, pages written once, a server that only shows."""

import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from jobs.catalogue.lists import Duty, ListVersions
from jobs.collect.boarding import board_of, figures_of
from jobs.collect.projecting import flush_ledger
from jobs.collect.standing import standing_at
from jobs.lake.ledger import read_ledger
from jobs.lake.tables import ensure_table
from jobs.quality.header import judge_header
from jobs.report import has_changed, write_reports
from jobs.reports.board_html import board_texts
from jobs.reports.board_model import Board
from jobs.site import server
from jobs.storage.objects import find_bytes, list_objects, put, read_bytes
from tests.unit.report.conftest import SmallCity, city_time

INVOICE, EVENT = "tax.vat_invoice", "grid.event"
NOW = city_time("2021-03-09T12:00")


@pytest.fixture
def busy(city: SmallCity) -> SmallCity:
    """Two providers; one batch held, then released; one refused; one drop refused."""
    city.came("tax-bureau", INVOICE, "2021-03-04", "2021-03-05T07:00", rows=(100, 90))
    city.came("tax-bureau", INVOICE, "2021-03-05", "2021-03-08T07:00", state="held", rows=(5, 5), reasons=("rows_below_expected",))
    city.came("tax-bureau", INVOICE, "2021-03-05", "2021-03-08T07:00", rows=(5, 5), revision=1)
    city.came("heping", EVENT, "2021-03-05", "2021-03-06T07:00", state="held", rows=(40, 20), reasons=("quality_below_target",))
    city.came("hexi", EVENT, "2021-03-05", "2021-03-06T07:00", state="refused", reasons=("too_many_malformed",))
    city.refused("hexi", None, None, "2021-03-06T08:00", "period_impossible")
    return city


def board(city: SmallCity) -> Board:
    flush_ledger(city.pipeline)
    return board_of(city.pipeline, standing_at(city.pipeline, NOW), {}, ())


def page(city: SmallCity, key: str) -> str:
    return read_bytes(city.pipeline.client, city.pipeline.bucket("docs"), key).decode()


def test_the_figures_are_those_of_the_tables(busy: SmallCity) -> None:
    figures = board(busy).figures
    rows = read_ledger(busy.pipeline.lake, "batches").to_pylist()
    last = {row["batch_id"]: row for row in sorted(rows, key=lambda row: row["revision"])}
    published = [row for row in last.values() if row["state"] == "published"]
    assert figures.providers_connected == len({row["provider"] for row in published}) == 1
    assert figures.rows_collected == sum(row["rows_accepted"] for row in published) == 95
    # Raw holds each content of a provider's resource once: invoices 1 and 2, two grid events.
    assert figures.layer_bytes["raw"] == sum(row["size_bytes"] for row in last.values()) == 1001 + 1002 + 1001 + 1002
    assert figures.rows_exchanged is None
    assert figures.interface_calls is None


def test_bytes_of_a_layer_are_those_of_its_tables_files(busy: SmallCity) -> None:
    lake = busy.pipeline.lake
    from deltalake import write_deltalake

    table = ensure_table(lake, "silver", "t", pa.schema([("a", pa.int64())]), "t")
    write_deltalake(table, pa.table({"a": [1, 2, 3]}), mode="append")
    files = [entry for entry in list_objects(busy.pipeline.client, busy.pipeline.bucket("silver")) if entry.key.endswith(".parquet")]
    assert board(busy).figures.layer_bytes["silver"] == sum(entry.size for entry in files) > 0


def test_rows_exchanged_come_from_the_deliveries_as_soon_as_there_are_any(busy: SmallCity) -> None:
    from deltalake import write_deltalake

    schema = pa.schema([("recipient", pa.string()), ("resource", pa.string()), ("rows", pa.int64())])
    table = ensure_table(busy.pipeline.lake, "control", "ledger/deliveries", schema, "交换台账")
    rows = pa.table({"recipient": ["a", "b"], "resource": [INVOICE, INVOICE], "rows": [7, 5]}, schema)
    write_deltalake(table, rows, mode="append")
    flush_ledger(busy.pipeline)
    assert figures_of(busy.pipeline, standing_at(busy.pipeline, NOW)).rows_exchanged == 12


def test_the_trend_tells_what_each_day_brought(busy: SmallCity) -> None:
    days = {day.day.isoformat(): day for day in board(busy).days}
    assert len(days) == 90
    assert (min(days), max(days)) == ("2020-12-10", "2021-03-09")
    sixth, eighth = days["2021-03-06"], days["2021-03-08"]
    assert (sixth.published, sixth.held, sixth.refused, sixth.rows_accepted) == (0, 1, 2, 0)
    assert (eighth.published, eighth.held, eighth.refused, eighth.rows_accepted) == (1, 0, 0, 5)


def test_the_first_page_says_what_is_overdue_and_what_is_held_and_for_whom(busy: SmallCity) -> None:
    write_reports(busy.pipeline, NOW)
    chinese, english = page(busy, "board/index.html"), page(busy, "board/index.en.html")
    assert "和平区" in chinese
    assert "区网格化管理中心 数据专员" in chinese
    assert "合格率低于责任清单约定的目标" in chinese
    assert "未计量" in chinese
    assert "not measured yet" in english
    assert "通知未配置" in chinese
    assert "/receipts/heping/grid.event/2021-03-05/" in chinese
    assert "<script" not in chinese + english
    # The name of a file is a provider's own and may hold a person's.
    everything = [page(busy, entry.key) for entry in list_objects(busy.pipeline.client, busy.pipeline.bucket("docs"))]
    assert not any("张三" in text for text in everything)


def test_done_again_a_report_changes_nothing_in_the_store(busy: SmallCity, objects_of: Callable[[], dict[str, str]]) -> None:
    assert has_changed(write_reports(busy.pipeline, NOW))
    before = objects_of()
    assert not has_changed(write_reports(busy.pipeline, NOW))
    assert objects_of() == before
    # The next day only the pages of the board, the index and what became overdue differ.
    write_reports(busy.pipeline, city_time("2021-03-10T12:00"))
    changed = {key.split("-", 1)[1] for key, etag in objects_of().items() if before.get(key) != etag}
    beside = {key.split("/", 1)[1] for key in changed if key.split("/")[1] not in ("board", "_pages", "overdue")}
    assert beside == {"data-docs/index.html", "data-docs/index.en.html"}


def test_a_provider_that_leaves_the_roster_leaves_no_page_behind(busy: SmallCity) -> None:
    write_reports(busy.pipeline, NOW)
    catalogue = busy.pipeline.catalogue
    fewer = {name: provider for name, provider in catalogue.providers.items() if name != "transport"}
    _, duties = catalogue.responsibility.in_force(NOW.date())
    left = ListVersions[Duty](versions=((date(2021, 1, 1), tuple(duty for duty in duties if duty.provider_id != "transport")),))
    update = {"providers": fewer, "responsibility": left}
    smaller = SmallCity(replace(busy.pipeline, catalogue=catalogue.model_copy(update=update)))
    write_reports(smaller.pipeline, NOW)
    docs = busy.pipeline.bucket("docs")
    assert find_bytes(busy.pipeline.client, docs, "board/providers/transport.html") is None
    assert find_bytes(busy.pipeline.client, docs, "board/providers/hexi.html") is not None


def test_a_data_doc_stands_alone_and_is_written_once(city: SmallCity) -> None:
    header = ["<img src=x onerror=alert(1)>", "a"]
    result = judge_header(header, {"a": "a"}, [], {"suite_name": EVENT, "drop_id": "d1", "provider": "hexi"}).result
    city.pipeline.control.create("results/_headers/d1.json", result)
    assert write_reports(city.pipeline, NOW)["data_docs"] == 1
    html = page(city, "data-docs/_headers/d1.html")
    assert "grid.event · hexi · d1" in html
    assert "http://" not in html
    assert "https://" not in html
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert write_reports(city.pipeline, NOW)["data_docs"] == 0
    assert page(city, "data-docs/_headers/d1.html") == html


def test_both_languages_have_the_same_words() -> None:
    def keys(texts: dict[str, object]) -> set[str]:
        return {f"{name}.{inner}" for name, value in texts.items() for inner in (value if isinstance(value, dict) else [""])}

    assert keys(board_texts("zh")) == keys(board_texts("en"))


@pytest.fixture
def ask(busy: SmallCity) -> Iterator[Callable[..., tuple[int, bytes]]]:
    """Status and body of a request to the running server."""
    write_reports(busy.pipeline, NOW)
    running = server(busy.pipeline.settings, 0)
    threading.Thread(target=running.serve_forever, daemon=True).start()

    def request(path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", running.server_port)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    yield request
    running.shutdown()
    running.server_close()


def test_the_server_shows_board_and_receipts_and_never_a_resend_file(busy: SmallCity, ask: Callable[..., tuple[int, bytes]]) -> None:
    receipts, folder = busy.pipeline.bucket("receipts-heping"), "grid.event/2021-03-05/b1/0"
    put(busy.pipeline.client, receipts, f"{folder}/receipt.html", "回执".encode())
    put(busy.pipeline.client, receipts, f"{folder}/b1.resend.csv", b"120101199003070011")
    assert ask("/board/index.html")[0] == 200
    assert ask(f"/receipts/heping/{folder}/receipt.html") == (200, "回执".encode())
    for path in (
        f"/receipts/heping/{folder}/b1.resend.csv",
        f"/receipts/heping/{folder}/b1%2Eresend%2Ecsv",
        "/receipts/../control/passes/x.json",
        "/%2e%2e/control/receipt.json",
        "/receipts/Heping/receipt.html",
        "/_pages/board.json",
        "/board/nothing.html",
    ):
        assert ask(path)[0] == 404, path


def test_the_server_takes_nothing_and_answers_no_other_sites_name(ask: Callable[..., tuple[int, bytes]]) -> None:
    assert ask("/board/index.html", "PUT")[0] == 501
    assert ask("/board/index.html", "DELETE")[0] == 501
    assert ask("/board/index.html", Host="board.evil.example") == (403, b"")
    assert ask("/board/index.html", "HEAD") == (200, b"")
