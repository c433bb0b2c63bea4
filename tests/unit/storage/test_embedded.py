"""Start and stop of the embedded store."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from jobs.errors import SettingsError, StoreUnavailable
from jobs.settings import Settings
from jobs.storage import accounts, embedded, objects
from jobs.storage.client import s3_client
from tests.unit.storage.conftest import settings_in

pytestmark = pytest.mark.store


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    chosen = settings_in(tmp_path)
    yield chosen
    embedded.stop(chosen)


def gateways_on(settings: Settings) -> list[int]:
    """The ids of the gateways that serve this installation's data."""
    data = str(settings.home / "store" / "data")
    return [process.pid for process in psutil.process_iter(["cmdline"]) if data in (process.info["cmdline"] or [])]


def test_callers_at_once_start_one_store_and_get_one_address(own: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(lambda _: embedded.ensure_running(own), range(4)))
    assert len(addresses) == 1
    assert len(gateways_on(own)) == 1


def test_the_store_listens_on_loopback_alone(own: Settings) -> None:
    embedded.ensure_running(own)
    [pid] = gateways_on(own)
    listening = [found.laddr.ip for found in psutil.Process(pid).net_connections(kind="inet") if found.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]


def test_accounts_and_objects_on_disk_are_for_their_owner_alone(own: Settings) -> None:
    embedded.ensure_running(own)
    accounts.provision(own, ["a"])
    objects.put(s3_client(accounts.pipeline_endpoint(own)), "vault", "x/y", b"1")
    store = own.home / "store"
    readable = [path for path in store.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert readable == []
    assert stat.S_IMODE((store / "iam" / "users.json").stat().st_mode) == 0o600


def test_no_secret_shows_on_the_command_line_or_in_the_record_or_log(own: Settings) -> None:
    embedded.ensure_running(own)
    [pid] = gateways_on(own)
    key = embedded.root_endpoint(own).secret_key
    shown = [*psutil.Process(pid).cmdline(), *(path.read_text() for folder in ("run", "logs") for path in (own.home / folder).iterdir())]
    assert [text for text in shown if key in text] == []


def test_accounts_stay_their_own_however_often_they_are_set_up_again(own: Settings) -> None:
    embedded.ensure_running(own)
    providers = [f"provider{'x' * (number % 5)}{number}" for number in range(40)]
    for prefix in ("", "a-", "b-", "c-"):
        again = own.model_copy(update={"store": own.store.model_copy(update={"bucket_prefix": prefix})})
        accounts.provision(again, providers)
        for provider in providers:
            client = s3_client(accounts.provider_endpoint(again, provider))
            objects.put(client, accounts.landing_bucket(again, provider), "x", b"1")


def test_a_store_killed_hard_comes_back_with_its_objects_at_its_address(own: Settings) -> None:
    before = embedded.ensure_running(own)
    accounts.provision(own, ["a"])
    client = s3_client(accounts.pipeline_endpoint(own))
    objects.put(client, "raw", "x", b"abc")
    [pid] = gateways_on(own)
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)])
    assert embedded.ensure_running(own) == before
    assert objects.read_bytes(client, "raw", "x") == b"abc"


def test_a_store_that_was_stopped_keeps_its_port_unless_it_is_taken(own: Settings) -> None:
    before = embedded.ensure_running(own)
    assert embedded.stop(own)
    assert gateways_on(own) == []
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(before.rpartition(":")[2])))
        other.listen()
        assert embedded.ensure_running(own) != before


def test_stopping_a_store_that_does_not_run_is_no_error(own: Settings) -> None:
    assert not embedded.stop(own)


def test_a_configured_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port}.*store\.port"):
            embedded.ensure_running(settings_in(tmp_path, port=port))


def test_a_store_never_started_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="make up"):
        accounts.pipeline_endpoint(settings_in(tmp_path))


def test_a_missing_binary_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no-such-gateway"):
        embedded.ensure_running(settings_in(tmp_path, versitygw=tmp_path / "no-such-gateway"))
