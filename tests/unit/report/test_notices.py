"""People are told once, by a real mail server and a real web server; one that is down holds up neither the other nor the next run."""

import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from jobs.report import has_changed, write_reports
from jobs.storage.objects import read_bytes
from jobs.storage.secrets import private_folder
from tests.unit.report.conftest import SmallCity, city_time

INVOICE, EVENT = "tax.vat_invoice", "grid.event"
NOW = city_time("2021-03-09T12:00")
DESK = "desk@centre.example"


@dataclass
class Inbox:
    """What a mail server took, by recipient; addresses in `unknown` it refuses."""

    unknown: tuple[str, ...] = ()
    mails: list[tuple[str, Any]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 (the server's own naming)
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 (as above)
        content = envelope.content
        self.mails += [(address, message_from_bytes(content, policy=default)) for address in envelope.rcpt_tos]  # type: ignore[arg-type]
        return "250 OK"

    def of(self, address: str) -> list[Any]:
        return [message for to, message in self.mails if to == address]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp_port(inbox: Inbox) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


@dataclass
class Hook:
    """What a web server was posted; the first `failures` requests are answered 503."""

    url: str
    failures: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    told = Hook("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.failures -= 1
            if told.failures < 0:
                told.posts.append(json.loads(body))
            self.send_response(503 if told.failures >= 0 else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/robot?key=s3cret"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def city_with_news(city: SmallCity) -> SmallCity:
    """One batch held, one drop refused, and the tax bureau's invoices of three days overdue."""
    city.came("tax-bureau", INVOICE, "2021-03-04", "2021-03-05T07:00")
    city.came("heping", EVENT, "2021-03-09", "2021-03-09T11:00", state="held", reasons=("quality_below_target",))
    city.refused("heping", EVENT, "2021-03-08", "2021-03-09T08:00", "forbidden_column")
    return city


def configured(city: SmallCity, **notices: object) -> SmallCity:
    return SmallCity(
        city.with_settings(notices={"pause_seconds": 0, "attempts": 2, "desk": DESK, "sender": "haihe@centre.example", **notices})
    )


def told(city: SmallCity) -> dict[str, Any]:
    return write_reports(city.pipeline, NOW)


def test_each_person_gets_one_mail_with_what_concerns_them_and_never_again(city_with_news: SmallCity, inbox: Inbox, smtp_port: int) -> None:
    city = configured(city_with_news, smtp_host="127.0.0.1", smtp_port=smtp_port)
    # Invoices of the 5th (a Friday), 6th and 7th were due on Monday the 8th, those of the 8th on the 9th; the watch began on the 5th.
    assert told(city)["notices"] == {"mail": 6}
    (tax,), (heping,), (desk,) = inbox.of("data@tax-bureau.tj.example"), inbox.of("data@heping.tj.example"), inbox.of(DESK)
    assert tax["Subject"] == "【海河】逾期未报 4 期"
    assert heping["Subject"] == "【海河】待裁定 1 批，退回 1 份"
    assert desk["Subject"] == "【海河】逾期未报 4 期，待裁定 1 批，退回 1 份"
    body = tax.get_content()
    assert "市税务局 增值税发票 2021-03-05：应于 2021-03-08 08:00 前报送" in body
    assert "货物和劳务税处 数据专员 022-88000300" in body
    assert "022-00000000" in body
    assert "合格率低于责任清单约定的目标" in heping.get_content()
    assert f"s3://{city.pipeline.bucket('receipts-heping')}/{EVENT}/2021-03-09/" in heping.get_content()
    # A file's name may hold a person's.
    assert "张三" not in heping.get_content()
    assert not has_changed(told(city))
    assert len(inbox.mails) == 3


def test_a_batch_that_was_held_and_is_released_is_not_told(city: SmallCity, inbox: Inbox, smtp_port: int) -> None:
    city.came("heping", EVENT, "2021-03-09", "2021-03-09T11:00", state="held")
    city.came("heping", EVENT, "2021-03-09", "2021-03-09T11:00", revision=1)
    assert told(configured(city, smtp_host="127.0.0.1", smtp_port=smtp_port))["notices"] == {"mail": 0}
    assert inbox.mails == []


def test_a_dead_mail_server_holds_up_neither_the_webhook_nor_the_next_run(
    city_with_news: SmallCity, inbox: Inbox, smtp_port: int, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    dead = configured(city_with_news, smtp_host="127.0.0.1", smtp_port=free_port(), webhook_url=hook.url)
    with caplog.at_level(logging.WARNING):
        report = told(dead)
    assert report["notices"] == {"webhook": 6}
    assert "ConnectionRefusedError" in report["failed"]["mail"]
    assert "notices_down channel=mail" in caplog.text
    assert sorted(event["what"] for event in hook.posts[0]["events"]) == ["held", "overdue", "overdue", "overdue", "overdue", "refused"]
    alive = configured(city_with_news, smtp_host="127.0.0.1", smtp_port=smtp_port, webhook_url=hook.url)
    assert told(alive)["notices"] == {"mail": 6, "webhook": 0}
    assert len(hook.posts) == 1
    assert len(inbox.of(DESK)) == 1


def test_a_webhook_that_stumbles_is_tried_again_in_the_same_run(city_with_news: SmallCity, hook: Hook) -> None:
    hook.failures = 1
    assert told(configured(city_with_news, webhook_url=hook.url))["notices"] == {"webhook": 6}
    assert len(hook.posts) == 1


def test_no_key_of_a_webhook_stands_in_a_record_or_an_error(city_with_news: SmallCity, hook: Hook) -> None:
    hook.failures = 2
    city = configured(city_with_news, webhook_url=hook.url)
    assert "s3cret" not in told(city)["failed"]["webhook"]
    told(city)
    marks = city.pipeline.control.read_many(city.pipeline.control.keys("notices/"))
    assert len(marks) == 6
    assert "s3cret" not in json.dumps(marks)


def test_a_mailbox_that_is_gone_keeps_nobody_else_from_being_told(city_with_news: SmallCity, inbox: Inbox, smtp_port: int) -> None:
    inbox.unknown = ("data@heping.tj.example",)
    report = told(configured(city_with_news, smtp_host="127.0.0.1", smtp_port=smtp_port))
    assert report["failed"] == {}
    assert {to for to, _ in inbox.mails} == {"data@tax-bureau.tj.example", DESK}


def test_a_server_that_asks_who_we_are_is_told_the_password_of_its_secret(city_with_news: SmallCity, inbox: Inbox) -> None:
    def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"haihe", b"the password"))

    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), authenticator=knows, auth_required=True, auth_require_tls=False)
    controller.start()
    try:
        city = configured(city_with_news, smtp_host="127.0.0.1", smtp_port=controller.port, user="haihe")
        assert "notices-smtp" in told(city)["failed"]["mail"]
        path = private_folder(city.pipeline.settings.secrets_dir) / "notices-smtp"
        path.write_text("the password\n", encoding="utf-8")
        assert told(city)["notices"] == {"mail": 6}
        path.unlink()
    finally:
        controller.stop()


def test_the_board_says_who_was_told(city_with_news: SmallCity, inbox: Inbox, smtp_port: int) -> None:
    told(city_with_news)
    docs = city_with_news.pipeline.bucket("docs")
    assert "通知未配置" in read_bytes(city_with_news.pipeline.client, docs, "board/index.html").decode()
    told(configured(city_with_news, smtp_host="127.0.0.1", smtp_port=smtp_port))
    page = read_bytes(city_with_news.pipeline.client, docs, "board/index.html").decode()
    assert "通知渠道：邮件" in page
    assert "已通知" in page
