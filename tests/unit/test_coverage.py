"""docs/coverage.md names what exists: tables, DAGs and tests; and what the project is for is not among the missing."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"`([^`]+)`")
NEVER_MISSING = {"3", "4", "25", "27"}
Row = dict[str, str]
COLUMNS = ("number", "system", "state", "tables", "dag", "test", "missing")


def _rows() -> list[Row]:
    lines = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d+ \|", line)]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


def _resources() -> set[str]:
    return {f"{path.parent.name}.{path.stem}" for path in (ROOT / "schemas").glob("*/*.yaml")}


def _gold_tables() -> set[str]:
    themes = {
        path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "jobs" / "themes").glob("*/theme.yaml")
    }
    return {f"{name}__{table['view']}" for name, theme in themes.items() for table in theme["tables"]}


def _dags() -> set[str]:
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py"))
    themes = {f"theme_{path.parent.name}" for path in (ROOT / "jobs" / "themes").glob("*/theme.yaml")}
    return set(re.findall(r'DAG\(\s*"([a-z_]+)"', texts)) | themes


def test_all_thirty_six_systems_are_told_with_a_state_each() -> None:
    assert [row["number"] for row in _rows()] == [str(number) for number in range(1, 37)]
    assert {row["state"] for row in _rows()} == {"built", "part", "missing"}


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["number"])
def test_what_a_row_names_exists(row: Row) -> None:
    assert set(NAME.findall(row["tables"])) <= _resources() | _gold_tables()
    assert set(NAME.findall(row["dag"])) <= _dags()
    assert [path for path in NAME.findall(row["test"]) if not (ROOT / path).exists()] == []
    assert row["state"] != "missing" or not row["tables"] + row["dag"] + row["test"]
    assert row["state"] == "built" or row["missing"] or row["state"] == "missing"


def test_collection_onboarding_resumption_and_cold_chain_are_built() -> None:
    assert {row["number"] for row in _rows() if row["state"] == "built"} >= NEVER_MISSING
