"""Pages of the docs bucket and providers' receipts for the centre's staff: a read-only server on loopback, its start and stop."""

import logging
import os
import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jobs.errors import StoreError
from jobs.settings import Settings
from jobs.storage.accounts import bucket, pipeline_endpoint
from jobs.storage.client import S3Client, s3_client
from jobs.storage.objects import find_bytes
from jobs.storage.ports import chosen_port, is_healthy, kept_port
from jobs.storage.private import held, private_folder, replace_file
from jobs.storage.processes import LOOPBACK, is_running, start_process, stop_process, wait_until_ready

log = logging.getLogger(__name__)
NAME = "site"
HOME = "/board/index.html"
HEALTH = "/healthz"
START_SECONDS = 30
RECEIPTS, DATA_DOCS = "receipts", "data-docs/"
# What of a receipt is shown; a resend file holds values in clear and is for its provider alone.
RECEIPT_FILES = frozenset({"receipt.html", "receipt.en.html", "receipt.json", "errors.csv"})
PROVIDER = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".csv": "text/csv; charset=utf-8", ".css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# What the process needs of our environment; nothing else is handed on.
ENVIRON = ("PATH", "HOME", "LANG", "TZ")


def start(settings: Settings) -> str:
    """The URL of a server that answers now; one that runs already is left as it is.

    Raises: SettingsError if the configured port is taken; ProcessError if it does not come up.
    """
    with held(_folder(settings) / "lock"):
        if not (is_running(settings.home, NAME) and is_healthy(kept_port(_port_file(settings)), HEALTH)):
            stop_process(settings.home, NAME)
            port = chosen_port(settings.site.port, kept_port(_port_file(settings)), "site.port")
            replace_file(_port_file(settings), str(port))
            argv = [sys.executable, "-m", "jobs.cli", "serve", "--port", str(port)]
            path = settings.home / "logs" / f"{NAME}.log"
            record = start_process(NAME, argv, env=_environ(settings), home=settings.home, log=path, cwd=settings.root)
            wait_until_ready(settings.home, record, lambda: is_healthy(port, HEALTH), START_SECONDS)
    return f"http://{LOOPBACK}:{kept_port(_port_file(settings))}"


def stop(settings: Settings) -> bool:
    """True if the server was running; it is not any more."""
    with held(_folder(settings) / "lock"):
        return stop_process(settings.home, NAME)


def serve(settings: Settings, port: int) -> None:
    """Serve until the process is ended."""
    with server(settings, port) as running:
        running.serve_forever()


def server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """The server on loopback; 0 takes a free port."""
    client = s3_client(pipeline_endpoint(settings))
    handler = type("Pages", (_Handler,), {"settings": settings, "client": client})
    return ThreadingHTTPServer((LOOPBACK, port), handler)


def place_of(path: str) -> tuple[str, str] | None:
    """Bucket (without the installation's prefix) and key that a request's path shows; None for what is shown to nobody."""
    parts = unquote(path).strip("/").split("/")
    if any(part in ("", ".", "..") for part in parts) or parts[0].startswith("_"):
        return None
    if parts[0] != RECEIPTS:
        return "docs", "/".join(parts)
    if len(parts) < 3 or not PROVIDER.fullmatch(parts[1]) or parts[-1] not in RECEIPT_FILES:
        return None
    return f"receipts-{parts[1]}", "/".join(parts[2:])


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of one object; another method is 501."""

    settings: Settings
    client: S3Client
    server_version = "haihe"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        # A page of another site that has its name resolve to loopback must not read ours.
        if (self.headers.get("Host") or "").rsplit(":", 1)[0] not in (LOOPBACK, "localhost"):
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain", with_body=with_body)
        elif path == HEALTH:
            self._send(HTTPStatus.OK, b"ok", "text/plain", with_body=with_body)
        elif path == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", HOME)
            self.end_headers()
        else:
            self._show(path, with_body=with_body)

    def _show(self, path: str, *, with_body: bool) -> None:
        place = place_of(path)
        try:
            body = find_bytes(self.client, bucket(self.settings, place[0]), place[1]) if place else None
        except StoreError as error:
            log.warning("page_not_read path=%s error=%s", path, type(error).__name__)
            self._send(HTTPStatus.BAD_GATEWAY, b"the store does not answer\n", "text/plain", with_body=with_body)
            return
        if body is None:
            self._send(HTTPStatus.NOT_FOUND, self._absent(path), "text/plain", with_body=with_body)
            return
        self._send(HTTPStatus.OK, body, TYPES.get(Path(path).suffix, "application/octet-stream"), with_body=with_body)

    def _absent(self, path: str) -> bytes:
        """What is said of a page that does not stand; a receipt may name a Data Doc that has aged out since."""
        days = self.settings.reports.data_docs_days
        if not path.startswith(f"/{DATA_DOCS}") or days is None:
            return b"not found\n"
        return f"not found: Data Docs are kept for {days} days (reports.data_docs_days)\n".encode()

    def _send(self, status: HTTPStatus, body: bytes, content_type: str, *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": content_type, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        log.info("request %s", format % args)


def _folder(settings: Settings) -> Path:
    return private_folder(settings.home / NAME)


def _port_file(settings: Settings) -> Path:
    return _folder(settings) / "port"


def _environ(settings: Settings) -> dict[str, str]:
    handed = {name: value for name, value in os.environ.items() if name in ENVIRON or name.startswith("HAIHE_")}
    return {**handed, "HAIHE_HOME": str(settings.home), "HAIHE_ENV": settings.environment}
