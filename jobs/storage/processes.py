"""Processes that outlive the command which starts them: started, found again and ended by id and start time."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from jobs.errors import ProcessError, SettingsError
from jobs.storage.private import held, private_folder, replace_file

LOOPBACK = "127.0.0.1"
# Start times are computed from the clock, which may be adjusted by a little; a reused id is minutes away.
CLOCK_TOLERANCE_SECONDS = 1.0
PRIVATE_UMASK = 0o077
POLL_SECONDS = 0.01
LOG_TAIL_CHARACTERS = 400

# Our own children, kept so that one that dies is reaped.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """One started process; `create_time` in seconds since the epoch tells it from a later one of the same id."""

    name: str
    pid: int
    create_time: float
    log: str


def start_process(
    name: str, argv: Sequence[str], *, env: Mapping[str, str], home: Path, log: Path, cwd: Path | None = None
) -> ProcessRecord:
    """The record of a detached process, in a session of its own, also kept in `<home>/run/<name>.json`.

    `env` is its whole environment, so secrets belong there and not in `argv`. What it writes is private (umask 077).
    Raises: ProcessError if one of that name runs already, or if it cannot be started.
    """
    private_folder(log.parent)
    with held(home / "run" / f"{name}.lock"):
        if is_running(home, name):
            raise ProcessError(
                f"{name}: runs already, see {_record_path(home, name)}. Nothing was started. Stop that one first (`make down`)."
            )
        child = _detached(name, argv, env=env, log=log, cwd=cwd)
        record = ProcessRecord(name, child.pid, psutil.Process(child.pid).create_time(), str(log))
        replace_file(_record_path(home, name), json.dumps(asdict(record)))
    return record


def _detached(name: str, argv: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path | None) -> subprocess.Popen[bytes]:
    try:
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            child = subprocess.Popen(  # noqa: S603 - argv is ours
                argv,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=PRIVATE_UMASK,
            )
    except OSError as error:
        raise ProcessError(
            f"{name}: {argv[0]} could not be started ({error}). Nothing runs. Run `doctor`, it says what is missing."
        ) from error
    _children[child.pid] = child
    return child


def is_running(home: Path, name: str) -> bool:
    """The recorded process lives: same id, same start time, not a zombie."""
    return _live(home, name) is not None


def running_family(home: Path) -> list[psutil.Process]:
    """This process, every recorded one that lives, and all that they have started; each once."""
    names = [path.stem for path in sorted((home / "run").glob("*.json"))]
    heads = [psutil.Process(), *(process for name in names if (process := _live(home, name)) is not None)]
    return list({process.pid: process for head in heads for process in (head, *_children_of(head))}.values())


def stop_process(home: Path, name: str, grace_seconds: float = 10) -> bool:
    """True if the recorded process was running; it and its children are gone afterwards, nothing else is touched.

    It is asked to end (SIGTERM) and has the grace to do so with its children; then those left are asked, then killed.
    """
    process = _live(home, name)
    if process is not None:
        family = [process, *_children_of(process)]
        _signalled([process], signal.SIGTERM)
        psutil.wait_procs([process], timeout=grace_seconds)
        for number in (signal.SIGTERM, signal.SIGKILL):
            _, family = psutil.wait_procs(family, timeout=0)
            _signalled(family, number)
            _, family = psutil.wait_procs(family, timeout=grace_seconds)
        _reap(process.pid)
    _record_path(home, name).unlink(missing_ok=True)
    return process is not None


def wait_until_ready(home: Path, record: ProcessRecord, is_ready: Callable[[], bool], seconds: float) -> None:
    """Returns as soon as `is_ready()`.

    Raises: ProcessError with the end of its log if the process dies or is not ready in time; a late one is stopped.
    """
    end = time.monotonic() + seconds
    while not is_ready():
        if not is_running(home, record.name):
            raise ProcessError(f"{record.name}: ended at its start. {_last_words(record)} Mend that and start again.")
        if time.monotonic() > end:
            stop_process(home, record.name)
            raise ProcessError(f"{record.name}: not ready after {seconds:.0f} s, and was stopped. {_last_words(record)} Start again.")
        time.sleep(POLL_SECONDS)


def free_port(preferred: int, setting: str = "store.port") -> int:
    """`preferred` if it is free on loopback; any free port for 0.

    Raises: SettingsError if `preferred` is taken; `setting` is where it was configured.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, preferred))
        except OSError as error:
            raise SettingsError(
                f"{setting}: port {preferred} on {LOOPBACK} cannot be had ({error.strerror}). Nothing was started. "
                f"End what listens there, or set {setting} to another port, or to 0 for any free one."
            ) from error
        return int(probe.getsockname()[1])


def _record_path(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def _live(home: Path, name: str) -> psutil.Process | None:
    """The recorded process if it lives; a missing or torn record is none."""
    try:
        record = ProcessRecord(**json.loads(_record_path(home, name).read_text(encoding="utf-8")))
        process = psutil.Process(record.pid)
        if abs(process.create_time() - record.create_time) > CLOCK_TOLERANCE_SECONDS:
            return None
        if process.status() == psutil.STATUS_ZOMBIE:
            _reap(record.pid)
            return None
    except (FileNotFoundError, ValueError, TypeError, psutil.NoSuchProcess):
        return None
    return process


def _children_of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signalled(processes: Sequence[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)  # psutil refuses a reused id
        except psutil.NoSuchProcess:
            continue


def _reap(pid: int) -> None:
    child = _children.pop(pid, None)
    if child is not None:
        child.poll()


def _last_words(record: ProcessRecord) -> str:
    text = Path(record.log).read_text(encoding="utf-8", errors="replace").strip()
    return f"The end of {record.log}: {text[-LOG_TAIL_CHARACTERS:]!r}." if text else f"{record.log} is empty."
