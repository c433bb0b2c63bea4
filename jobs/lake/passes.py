"""The pass log: everything that changes a resource is a numbered pass, created by conditional PUT and finished before the next begins.

`passes/<resource>/<N>.json` is immutable; `<N>.done.json` is the only proof that pass N is finished; `<N>.attempt-<k>.json` counts
towards the bound; `<N>.<kind>-<k>.json` are findings made on the way, each of which holds from then on. A heartbeat keeps a second
machine from doing the same work; correctness does not rest on it.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psutil

from jobs.errors import PassBusy, PassError, StoreError
from jobs.lake.control import Control

# A heartbeat older than this many beats belongs to a machine that is gone.
BEATS_TO_LIVE = 3


def pass_key(resource: str, number: int, suffix: str = "") -> str:
    """Key of a pass' object in control."""
    return f"passes/{resource}/{number:08d}{suffix}.json"


def transaction_id(resource: str) -> str:
    """Application id of the Delta transaction that every commit of a resource's passes carries, with the pass' number as version."""
    return f"pass/{resource}"


def latest_pass(control: Control, resource: str) -> tuple[int, bool]:
    """Number of the resource's last pass (0 if none) and whether it is finished."""
    names = [key.rsplit("/", 1)[1].removesuffix(".json") for key in control.keys(f"passes/{resource}/")]
    numbers = [int(name) for name in names if "." not in name]
    last = max(numbers, default=0)
    return last, last == 0 or f"{last:08d}.done" in names


def create_pass(control: Control, resource: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """The new pass, numbered after the last; None if that is not finished or another machine was quicker: finish it, then try again."""
    last, is_done = latest_pass(control, resource)
    if not is_done:
        return None
    number = last + 1
    body = {**body, "resource": resource, "number": number, "created_by": _owner()}
    return body if control.create(pass_key(resource, number), body) else None


def read_pass(control: Control, resource: str, number: int) -> dict[str, Any]:
    """The pass as it was created."""
    body: dict[str, Any] = control.read(pass_key(resource, number))
    return body


def begin_attempt(control: Control, resource: str, number: int, bound: int) -> int:
    """Number of this attempt at the pass, from 1. Raises: PassError past the bound, with the last failure's words."""
    for attempt in range(1, bound + 1):
        if control.create(pass_key(resource, number, f".attempt-{attempt}"), {"started_at": _now(), "owner": _owner()}):
            return attempt
    failure = control.find(pass_key(resource, number, f".attempt-{bound}.failed")) or {
        "error": "no error was recorded (the process was killed)"
    }
    raise PassError(
        f"{resource}: pass {number} failed in {bound} attempts; the last: {failure['error']}. Its drops stand in raw, and nothing of it "
        f"is half done: each finished step holds. Mend the cause, then run `HAIHE_PASSES__ATTEMPTS={bound + 5} haihe collect {resource}`."
    )


def note_failure(control: Control, resource: str, number: int, attempt: int, error: BaseException) -> None:
    """Record why an attempt failed, beside it."""
    words = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:2000]
    control.create(pass_key(resource, number, f".attempt-{attempt}.failed"), {"error": words, "at": _now()})


def add_finding(control: Control, resource: str, number: int, kind: str, value: object) -> None:
    """Write what was found out about the pass under the next free number; of two machines at once each has a number of its own."""
    place = len(findings(control, resource, number, kind)) + 1
    while not control.create(pass_key(resource, number, f".{kind}-{place:02d}"), value):
        place += 1


def findings(control: Control, resource: str, number: int, kind: str) -> list[Any]:
    """All findings of this kind about the pass, in their order."""
    prefix = pass_key(resource, number, f".{kind}-").removesuffix(".json")
    return control.read_many(control.keys(prefix))


def mark_done(control: Control, resource: str, number: int, summary: dict[str, Any]) -> None:
    """Record that the pass is finished."""
    control.create(pass_key(resource, number, ".done"), summary)


@contextmanager
def heartbeat(control: Control, resource: str, seconds: int) -> Iterator[None]:
    """Hold the resource's heartbeat while the body runs.

    Raises: PassBusy while another live process holds it.
    """
    key = f"heartbeats/{resource}.json"
    standing = control.find(key)
    if standing and _is_alive(standing, seconds):
        raise PassBusy(
            f"{resource}: {standing['owner']} is at work on it (last sign {standing['at']}). Nothing was done. "
            f"Run again later; without a sign for {BEATS_TO_LIVE * seconds} s it is taken over."
        )
    stopping = threading.Event()

    def beat() -> None:
        control.replace(key, {"owner": _owner(), "at": _now()})

    def beat_on() -> None:
        while not stopping.wait(seconds):
            # A beat that does not reach the store is a missing beat; the work itself finds out by itself.
            with suppress(StoreError):
                beat()

    beat()
    thread = threading.Thread(target=beat_on, name=f"heartbeat {resource}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        with suppress(StoreError):
            control.replace(key, {"owner": None, "at": None})


def _owner() -> dict[str, Any]:
    process = psutil.Process()
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": process.create_time()}


def _is_alive(standing: dict[str, Any], seconds: int) -> bool:
    owner = standing["owner"]
    if owner is None:
        return False
    if owner["host"] == socket.gethostname():
        return _runs_here(owner) and owner != _owner()
    age = datetime.now(UTC) - datetime.fromisoformat(standing["at"])
    return age.total_seconds() < BEATS_TO_LIVE * seconds


def _runs_here(owner: dict[str, Any]) -> bool:
    try:
        return bool(psutil.Process(owner["pid"]).create_time() == owner["started"])
    except psutil.NoSuchProcess:
        return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
