"""The start-up probe accepts the real store and refuses one that ignores If-None-Match."""

import http.server
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest

from jobs.errors import StoreError
from jobs.settings import Endpoint, Settings
from jobs.storage import accounts, objects
from jobs.storage.client import S3Client
from jobs.storage.probe import probe_conditional_put
from tests.unit.storage.conftest import served


class Yes(http.server.BaseHTTPRequestHandler):
    """A store that says yes to everything and keeps what racer 00 sent, so that one winner's bytes do stand."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[Counter[str]] = Counter()
    objects: ClassVar[dict[str, bytes]] = {}

    def answer(self) -> None:
        self.seen[self.command] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "PUT" and body.endswith(b" 00"):
            self.objects[self.path] = body
        content = self.objects.get(self.path, b"") if self.command == "GET" else b""
        self.send_response(200)
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Fri, 05 Mar 2021 00:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815 - the server's own naming

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_store_that_ignores_the_condition_is_refused_every_time(tmp_path: Path) -> None:
    with served(Yes) as url:
        endpoint = Endpoint(endpoint_url=url, access_key="a", secret_key="b" * 8)
        for _ in range(2):
            with pytest.raises(StoreError, match="16 of 16 racing conditional PUTs"):
                probe_conditional_put(endpoint, "control", tmp_path)
    assert Yes.seen["PUT"] == 32
    assert Yes.seen["DELETE"] == 2


@pytest.mark.store
def test_the_embedded_store_passes_once_and_keeps_nothing_of_it(settings: Settings, pipeline: S3Client, tmp_path: Path) -> None:
    endpoint = accounts.pipeline_endpoint(settings)
    probe_conditional_put(endpoint, "control", tmp_path)
    assert objects.list_objects(pipeline, "control", "_probe/") == []
    assert len(list((tmp_path / "store").glob("probe-*.json"))) == 1
    probe_conditional_put(endpoint, "no-such-bucket", tmp_path, version="VERSITYGW")


@pytest.mark.store
def test_another_version_of_the_store_is_probed_again(settings: Settings, tmp_path: Path) -> None:
    endpoint = accounts.pipeline_endpoint(settings)
    probe_conditional_put(endpoint, "control", tmp_path, version="1")
    with pytest.raises(StoreError, match="NoSuchBucket"):
        probe_conditional_put(endpoint, "no-such-bucket", tmp_path, version="2")
