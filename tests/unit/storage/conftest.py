"""A real store under a folder of its own, and a wire to it that can be made to break."""

import http.client
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jobs.settings import Endpoint, Settings
from jobs.storage import accounts, embedded
from jobs.storage.client import S3Client, s3_client

PROVIDERS = ("tax-bureau", "civil-affairs")
# How many bytes of an answer's body pass before the wire breaks: None for all, -1 for not even the head.
Cut = Callable[[str], int | None]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "store: starts a real versitygw")


def settings_in(home: Path, **store: object) -> Settings:
    return Settings.model_validate({"environment": "test", "root": home, "home": home, "store": store})


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation with two providers, its store running."""
    chosen = settings_in(tmp_path_factory.mktemp("haihe"))
    embedded.ensure_running(chosen)
    try:
        accounts.provision(chosen, PROVIDERS)
        yield chosen
    finally:
        embedded.stop(chosen)


@pytest.fixture(scope="session")
def pipeline(settings: Settings) -> S3Client:
    return s3_client(accounts.pipeline_endpoint(settings))


class Wire(http.server.BaseHTTPRequestHandler):
    """Passes requests on to a store and its answers back, up to the byte where it is told to break."""

    protocol_version = "HTTP/1.1"
    store = ""
    cut: Cut
    lock = threading.Lock()

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            passes = type(self).cut(self.command)
        upstream = http.client.HTTPConnection(self.store)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "expect":
                upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        self.close_connection = True
        if passes == -1:
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "keep-alive", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:passes])

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = relay  # noqa: N815 - the server's own naming

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def client_over(settings: Settings) -> Iterator[Callable[[Cut], S3Client]]:
    """A pipeline client whose wire to the store breaks as the given function of the method says."""
    endpoint = accounts.pipeline_endpoint(settings)
    open_wires = []

    def over(cut: Cut) -> S3Client:
        handler = type("OneWire", (Wire,), {"store": urlsplit(endpoint.endpoint_url).netloc, "cut": staticmethod(cut)})
        wire = served(handler)
        url = wire.__enter__()
        open_wires.append(wire)
        return s3_client(Endpoint(**{**endpoint.model_dump(), "endpoint_url": url}))

    yield over
    for wire in open_wires:
        wire.__exit__(None, None, None)
