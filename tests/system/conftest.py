"""Homes of the tests' own, and `haihe …` as a process of its own in them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environ(home: Path, **more: str) -> dict[str, str]:
    """The environment of a command in `home`; nothing of the caller's Haihe settings reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_") or name == "HAIHE_CACHE"}
    return {**kept, "HAIHE_HOME": str(home), "HAIHE_COMMAND": str(Path(sys.executable).parent / "haihe"), **more}


def haihe(home: Path, *line: str, check: bool = True, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command line to its end."""
    command = [sys.executable, "-m", "jobs.cli", *line]
    done = subprocess.run(command, env=environ(home, **(more or {})), cwd=ROOT, capture_output=True, text=True, timeout=840, check=False)
    assert not check or done.returncode == 0, f"{line}: exit {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done
