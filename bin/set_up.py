#!/usr/bin/env python3
"""Environments, jars and the embedded store, made from nothing or found standing.

    python3 bin/set_up.py [jobs] [airflow] [dev]

Steps that do not wait for one another run at once. A step that stands is skipped by its stamp, so a second set-up downloads nothing.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import doctor
from places import cache, toolchain
from steps import Step, StepError, steps

LAST_LINES = 15
SIGN_OF_LIFE_SECONDS = 15


class Progress:
    """Lines on the terminal, each with the seconds since the start."""

    def __init__(self) -> None:
        """Start the clock."""
        self.began = time.monotonic()

    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """One line."""
        print(f"set-up {self.seconds():6.1f} s  {text}", flush=True)


def make(step: Step, progress: Progress) -> None:
    """Make the step, saying when it begins and ends. Raises: StepError, with the last lines of its log."""
    progress.say(f"{step.name}: begins")
    began = time.monotonic()
    path = toolchain() / "log" / f"set-up-{step.name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as log:
            result = step.make(log)
    except StepError as failure:
        tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        lines = "\n".join(f"    {line}" for line in tail)
        raise StepError(f"{step.name}: {failure}. The end of {path}:\n{lines}\n{step.cure} Then call `make setup` again.") from failure
    progress.say(f"{step.name}: {result} in {time.monotonic() - began:.1f} s")


def make_all(missing: list[Step], progress: Progress) -> list[str]:
    """Make the steps, each as soon as those it waits for are done; what failed, as text."""
    names = {step.name for step in missing}
    done: set[str] = set()
    faults: list[str] = []
    waiting = list(missing)
    running: dict[concurrent.futures.Future[None], Step] = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(missing)) as pool:
        while (waiting and not faults) or running:
            ready = [] if faults else [step for step in waiting if not (set(step.after) & names) - done]
            waiting = [step for step in waiting if step not in ready]
            running |= {pool.submit(make, step, progress): step for step in ready}
            finished, _ = concurrent.futures.wait(running, SIGN_OF_LIFE_SECONDS, concurrent.futures.FIRST_COMPLETED)
            if not finished:
                progress.say("still at work: " + ", ".join(sorted(step.name for step in running.values())))
            for future in finished:
                done.add(running.pop(future).name)
                fault = future.exception()
                faults += [str(fault)] if fault else []
    return faults


@contextmanager
def alone() -> Iterator[None]:
    """Let a second set-up of this clone wait for the first."""
    toolchain().mkdir(parents=True, exist_ok=True)
    cache().mkdir(parents=True, exist_ok=True)
    with (toolchain() / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(argv: list[str] | None = None) -> int:
    """Doctor first, then every step that does not stand."""
    parser = argparse.ArgumentParser(description="Makes the environments, Spark's jars and the embedded store.")
    parser.add_argument("environments", nargs="*", choices=["jobs", "airflow", "dev"], default=["jobs", "airflow"])
    arguments = parser.parse_args(argv)
    progress = Progress()
    wanted = steps(arguments.environments)
    with alone():
        missing = [step for step in wanted if not step.stands()]
        if not missing:
            progress.say("everything stands; nothing was downloaded")
            return 0
        if doctor.main(["--brief"]) != 0:
            return 1
        faults = make_all(missing, progress)
    for fault in faults:
        print(f"set-up failed: {fault}", file=sys.stderr)
    progress.say("stopped; what is finished is kept" if faults else "done; downloads and builds included, and kept for the next time")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
