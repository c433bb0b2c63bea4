"""A server's port on loopback: configured, or kept from its last start; and whether it answers there."""

import http.client
from pathlib import Path

from jobs.errors import SettingsError
from jobs.storage.processes import LOOPBACK, free_port

HEALTH_SECONDS = 2


def chosen_port(configured: int, kept: int | None, setting: str) -> int:
    """The configured port; else the one kept from the last start if it is still free; else any free one.

    Raises: SettingsError if the configured one is taken; `setting` is where it was configured.
    """
    if configured:
        return free_port(configured, setting)
    try:
        return free_port(kept or 0, setting)
    except SettingsError:
        return free_port(0, setting)


def kept_port(path: Path) -> int | None:
    """The port written down in the file; None if there is none."""
    text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    return int(text) if text.isdigit() else None


def is_healthy(port: int | None, path: str) -> bool:
    """Whether a server on that port answers 200 to a GET of `path` now."""
    if port is None:
        return False
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
