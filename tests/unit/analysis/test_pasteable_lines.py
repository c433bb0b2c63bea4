"""The lines of docs/analysts.md run as they stand there, with only the analyst's key in the environment."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.analysis.conftest import ROOT

pytestmark = pytest.mark.store

TEXT = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
SNIPPETS = dict(re.findall(r"^## Five lines of (\w+)\n```\n(.*?)```$", TEXT, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("tool", ["DuckDB", "pandas"])
def test_the_five_lines_run_as_they_stand(analyst_environment: dict[str, str], tool: str, tmp_path: Path) -> None:
    lines = SNIPPETS[tool]
    assert lines.count("\n") == 5
    done = subprocess.run([sys.executable, "-c", lines], env=analyst_environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert re.search(r"市场监管委\W+3", done.stdout)


@pytest.mark.parametrize("tool", ["DuckDB", "pandas"])
def test_the_readme_shows_the_same_lines(tool: str) -> None:
    assert f"```\n{SNIPPETS[tool]}```" in (ROOT / "README.md").read_text(encoding="utf-8")
