"""Where set-up puts things: the project's ignored folder, and the machine's cache of what is built once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSITYGW = "v1.8.0"


def toolchain() -> Path:
    """The ignored folder of the project's environments, stamps and logs. It belongs to the clone, whatever HAIHE_HOME says."""
    return ROOT / ".haihe"


def home() -> Path:
    """The ignored folder of secrets and data."""
    return Path(os.environ.get("HAIHE_HOME", str(toolchain()))).absolute()


def cache() -> Path:
    """The folder of what is built once a machine: jars and the store's binary."""
    return Path(os.environ.get("HAIHE_CACHE", str(Path.home() / ".cache" / "haihe"))).absolute()


def environment(name: str) -> Path:
    """A Python environment: tool, jobs, airflow or dev."""
    return toolchain() / "envs" / name


def store_binary() -> Path:
    """The embedded store's program, named by its version."""
    return cache() / "bin" / ("versitygw-" + VERSITYGW) / "versitygw"


def jars() -> Path:
    """The folder of Spark's extra jars, named by what they are made from."""
    return cache() / ("jars-" + digest(jar_sources())[:16])


def jar_sources() -> list[Path]:
    """The files that decide what stands in the jars' folder."""
    return [ROOT / "jars" / "pom.xml", *sorted((ROOT / "jars" / "src").rglob("*.java"))]


def digest(files: list[Path], *facts: str) -> str:
    """One hash over the files' names and bytes and some further facts."""
    total = hashlib.sha256("\0".join(facts).encode())
    for path in files:
        content = path.read_bytes()
        total.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()
