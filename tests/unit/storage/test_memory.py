"""Memory is told of what a home has started and of nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.storage.memory import PeakMemory, resident_bytes, watched_memory
from jobs.storage.processes import running_family, start_process, stop_process

ENV = {"PATH": os.environ["PATH"]}
# A process whose child holds 64 MiB that are written to, so that they are resident.
HOLDING = """
import subprocess, sys
child = "import time; held = bytearray(b'x') * (64 << 20); print('held', flush=True); time.sleep(60)"
subprocess.run([sys.executable, "-c", child])
"""
HELD = 64 << 20


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    start_process("holding", [sys.executable, "-c", HOLDING], env=ENV, home=tmp_path, log=tmp_path / "log")
    yield tmp_path
    stop_process(tmp_path, "holding", grace_seconds=1)


def wait_for(log: Path) -> None:
    while not log.is_file() or "held" not in log.read_text():
        assert psutil.Process().children()


def test_a_recorded_process_this_one_and_their_children_are_the_family(home: Path) -> None:
    wait_for(home / "log")
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    family = {process.pid for process in running_family(home)}
    assert os.getpid() in family
    assert stranger.pid in family  # a child of ours, though nobody recorded it
    assert len(family) == len(running_family(home)) >= 4
    stranger.communicate(b"\n")
    assert stranger.pid not in {process.pid for process in running_family(home)}


def test_the_peak_outlives_the_process_that_held_it_and_a_lap_does_not(home: Path) -> None:
    wait_for(home / "log")
    with watched_memory(home) as peak:
        while peak.whole < HELD:
            pass
        stop_process(home, "holding", grace_seconds=1)
    assert peak.whole >= HELD + psutil.Process().memory_info().rss // 2
    peak.lap()
    assert peak.lap() == 0


def test_a_lap_is_the_highest_since_the_last_one() -> None:
    peak = PeakMemory()
    for sample in (5, 9, 3):
        peak.see(sample)
    assert peak.lap() == 9
    peak.see(4)
    assert (peak.lap(), peak.whole) == (4, 9)


def test_a_process_that_has_ended_counts_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    process = psutil.Process(child.pid)
    child.wait()
    assert resident_bytes([process]) == 0
