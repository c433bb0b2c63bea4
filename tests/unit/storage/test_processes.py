"""Processes are ended by id and start time, with their children, and no other."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.errors import ProcessError, SettingsError
from jobs.storage.processes import free_port, is_running, start_process, stop_process, wait_until_ready

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [sys.executable, "-c", "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"]
ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for record in (tmp_path / "run").glob("*.json"):
        stop_process(tmp_path, record.stem, grace_seconds=1)


@pytest.fixture
def innocent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not ours to stop."""
    process = subprocess.Popen(SLEEP)
    yield process
    process.kill()
    process.wait()


def printed(log: Path) -> str:
    while not log.is_file() or not log.read_text().endswith("\n"):
        time.sleep(0.01)
    return log.read_text().strip()


def test_stop_ends_the_process_and_its_children_and_leaves_others_alone(home: Path, innocent: subprocess.Popen[bytes]) -> None:
    record = start_process("one", PARENT, env=ENV, home=home, log=home / "one.log")
    start_process("two", SLEEP, env=ENV, home=home, log=home / "two.log")
    child = int(printed(home / "one.log"))
    assert stop_process(home, "one")
    assert not psutil.pid_exists(record.pid)
    assert not psutil.pid_exists(child)
    assert not is_running(home, "one")
    assert is_running(home, "two")
    assert innocent.poll() is None


def test_a_process_deaf_to_the_polite_signal_is_killed(home: Path) -> None:
    record = start_process("deaf", DEAF, env=ENV, home=home, log=home / "deaf.log")
    printed(home / "deaf.log")
    assert stop_process(home, "deaf", grace_seconds=0.2)
    assert not psutil.pid_exists(record.pid)


def test_a_reused_id_is_left_alone(home: Path, innocent: subprocess.Popen[bytes]) -> None:
    start_process("gone", SLEEP, env=ENV, home=home, log=home / "gone.log")
    path = home / "run" / "gone.json"
    record = json.loads(path.read_text())
    stop_process(home, "gone")
    path.write_text(json.dumps({**record, "pid": innocent.pid, "create_time": record["create_time"] - 3600}))
    assert not is_running(home, "gone")
    assert not stop_process(home, "gone")
    assert innocent.poll() is None
    assert not path.exists()


def test_a_torn_record_counts_as_none(home: Path) -> None:
    (home / "run").mkdir()
    (home / "run" / "torn.json").write_text('{"name": "to')
    assert not is_running(home, "torn")
    assert not stop_process(home, "torn")


def test_a_process_runs_in_a_session_of_its_own_with_the_given_environment_only(home: Path) -> None:
    script = "import os; print(sorted(os.environ), os.getsid(0) == os.getpid(), oct(os.umask(0)))"
    start_process("told", [sys.executable, "-c", script], env={"ONE": "1", "LC_CTYPE": "C.UTF-8"}, home=home, log=home / "told.log")
    assert printed(home / "told.log") == "['LC_CTYPE', 'ONE'] True 0o77"


def test_a_second_start_under_the_same_name_is_refused(home: Path) -> None:
    start_process("one", SLEEP, env=ENV, home=home, log=home / "one.log")
    with pytest.raises(ProcessError, match="runs already"):
        start_process("one", SLEEP, env=ENV, home=home, log=home / "one.log")


def test_a_program_that_is_not_there_is_named(home: Path) -> None:
    with pytest.raises(ProcessError, match="no-such-program"):
        start_process("one", ["no-such-program"], env=ENV, home=home, log=home / "one.log")


def test_a_process_that_dies_at_its_start_is_told_with_its_last_words(home: Path) -> None:
    record = start_process("one", [sys.executable, "-c", "raise SystemExit('disk is full')"], env=ENV, home=home, log=home / "one.log")
    with pytest.raises(ProcessError, match="disk is full"):
        wait_until_ready(home, record, lambda: False, seconds=60)
    assert not is_running(home, "one")


def test_a_process_that_never_gets_ready_is_stopped(home: Path) -> None:
    record = start_process("one", SLEEP, env=ENV, home=home, log=home / "one.log")
    with pytest.raises(ProcessError, match="not ready after 0 s"):
        wait_until_ready(home, record, lambda: False, seconds=0)
    assert not psutil.pid_exists(record.pid)


def test_a_taken_port_is_named_with_the_setting_to_change() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"airflow\.port: port {port} .*set airflow\.port to another port"):
            free_port(port, "airflow.port")


def test_a_free_port_can_be_bound() -> None:
    port = free_port(0)
    assert free_port(port) == port
