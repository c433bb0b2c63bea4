"""What exists is told: every command in the README, every resource and every DAG in the docs."""

import argparse
import re
from pathlib import Path

from jobs.cli import command_line

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = README + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))


def test_every_command_stands_in_the_readme() -> None:
    commands = next(action for action in command_line()._actions if isinstance(action, argparse._SubParsersAction)).choices
    told = set(re.findall(r"haihe ([a-z-]+)", README))
    assert sorted(set(commands) - told) == []


def test_every_resource_stands_in_the_docs() -> None:
    resources = {f"{path.parent.name}.{path.stem}" for path in (ROOT / "schemas").glob("*/*.yaml")}
    assert sorted(name for name in resources if name not in DOCS) == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
