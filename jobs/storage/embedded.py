"""The embedded store: one versitygw on loopback, its folders under `<home>/store/`."""

import os
from pathlib import Path

from jobs.errors import SettingsError, StoreUnavailable
from jobs.settings import Endpoint, Settings
from jobs.storage.ports import chosen_port, is_healthy, kept_port
from jobs.storage.private import held, private_folder, replace_file
from jobs.storage.processes import LOOPBACK, is_running, start_process, stop_process, wait_until_ready
from jobs.storage.secrets import secret

VERSION = "v1.8.0"
NAME = "store"
ROOT_ACCOUNT = "root"
ROOT_SECRET = "store-root"  # noqa: S105 - the name of the secret's file
HEALTH_PATH = "/healthz"
START_SECONDS = 20


def ensure_running(settings: Settings) -> str:
    """The URL of the embedded store, which runs now; of two callers at once one starts it.

    Raises: SettingsError if the configured port is taken or the binary is not there; ProcessError if it does not come up.
    """
    with held(store_folder(settings) / "lock"):
        if is_running(settings.home, NAME) and is_healthy(kept_port(_port_file(settings)), HEALTH_PATH):
            return endpoint_url(settings)
        stop_process(settings.home, NAME)  # one that hangs, or the record of one that is gone
        port = chosen_port(settings.store.port, kept_port(_port_file(settings)), "store.port")
        replace_file(_port_file(settings), str(port))
        _start(settings, port)
    return endpoint_url(settings)


def is_up(settings: Settings) -> bool:
    """Whether the embedded store answers now."""
    return is_healthy(kept_port(_port_file(settings)), HEALTH_PATH)


def stop(settings: Settings) -> bool:
    """True if the embedded store was running; it is not any more."""
    with held(store_folder(settings) / "lock"):
        return stop_process(settings.home, NAME)


def endpoint_url(settings: Settings) -> str:
    """Where the embedded store answers, or answered when it last ran; asks nobody.

    Raises: StoreUnavailable if it was never started.
    """
    port = kept_port(_port_file(settings))
    if port is None:
        raise StoreUnavailable(f"{_port_file(settings)}: not there, the embedded store was never started here. Start it with `make up`.")
    return f"http://{LOOPBACK}:{port}"


def root_endpoint(settings: Settings) -> Endpoint:
    """The embedded store's root account, for provisioning alone."""
    return Endpoint(
        endpoint_url=endpoint_url(settings), access_key=ROOT_ACCOUNT, secret_key=secret(settings, ROOT_SECRET), region=settings.store.region
    )


def store_folder(settings: Settings) -> Path:
    """The folder of everything the embedded store keeps."""
    return settings.home.absolute() / "store"


def binary(settings: Settings) -> Path:
    """The gateway's executable: `store.versitygw`, else the one in the cache.

    Raises: SettingsError if it is not there.
    """
    cache = Path(os.environ.get("HAIHE_CACHE", "~/.cache/haihe")).expanduser()
    path = settings.store.versitygw or cache / "bin" / f"versitygw-{VERSION}" / "versitygw"
    if not os.access(path, os.X_OK):
        raise SettingsError(f"{path}: no executable there. The store was not started. Run `make setup`, or set store.versitygw.")
    return path.absolute()


def _start(settings: Settings, port: int) -> None:
    data, iam = (private_folder(store_folder(settings) / name) for name in ("data", "iam"))
    # The cache of accounts keeps names in memory that later requests write over: an account then answers to another's name.
    accounts = ["--iam-dir", str(iam), "--iam-cache-disable"]
    options = [*accounts, "--health", HEALTH_PATH, "--keep-alive", "--quiet", "--region", settings.store.region]
    record = start_process(
        NAME,
        [
            str(binary(settings)),
            "--port",
            f"{LOOPBACK}:{port}",
            *options,
            "posix",
            "--dir-perms",
            "0700",
            "--file-perms",
            "0600",
            str(data),
        ],
        env={"ROOT_ACCESS_KEY": ROOT_ACCOUNT, "ROOT_SECRET_KEY": secret(settings, ROOT_SECRET)},
        home=settings.home,
        log=settings.home / "logs" / f"{NAME}.log",
    )
    wait_until_ready(settings.home, record, lambda: is_healthy(port, HEALTH_PATH), START_SECONDS)


def _port_file(settings: Settings) -> Path:
    return store_folder(settings) / "port"
