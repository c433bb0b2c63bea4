"""Golden cases: `tests/golden/<domain>/<resource>/<case>/` holds `case.yaml` (provider, period), `input.*`, `silver.csv` (the columns that
matter), `quarantine.csv` (line, rule) and `receipt.json` (state, reasons, counts). A new case needs no code."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from tests.spark.collect.conftest import Lakehouse

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden"


def _is_in_use(case: Path) -> bool:
    """Whether the contract is active; of a draft nothing is accepted, so its case has to wait."""
    contract = ROOT / "schemas" / case.parents[1].name / f"{case.parent.name}.yaml"
    return yaml.safe_load(contract.read_text(encoding="utf-8"))["status"] == "active"


CASES = [case for case in sorted(path.parent for path in GOLDEN.glob("*/*/*/case.yaml")) if _is_in_use(case)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("case", CASES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_golden(lakehouse: Lakehouse, case: Path) -> None:
    assert_golden(lakehouse, case)


def assert_golden(lakehouse: Lakehouse, case: Path) -> None:
    """Drop the case's input, collect, and hold receipt, quarantine and silver against its files."""
    about = yaml.safe_load((case / "case.yaml").read_text(encoding="utf-8"))
    resource = f"{case.parents[1].name}.{case.parent.name}"
    [source] = case.glob("input.*")
    lakehouse.drop(about["provider"], f"{resource}/{about['period']}/{source.name}", source.read_bytes())
    [outcome] = lakehouse.collect(resource)
    expected = json.loads((case / "receipt.json").read_text(encoding="utf-8"))
    told = lakehouse.told(outcome)
    assert {"state": told["state"], "reasons": [reason["code"] for reason in told["reasons"]], "counts": told["counts"]} == expected
    assert [{"line": str(line), "rule": rule} for line, rule in lakehouse.errors(outcome)] == _rows(case / "quarantine.csv")
    silver = _rows(case / "silver.csv")
    found = lakehouse.silver(lakehouse.pipeline.catalogue.contracts[resource])
    columns = list(silver[0]) if silver else []
    wanted = sorted([row[name] for name in columns] for row in silver)
    assert sorted([str(row[name]) for name in columns] for row in found) == wanted
