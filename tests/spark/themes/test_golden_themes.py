"""Golden cases of themes: `tests/golden/themes/<theme>/<case>/` holds a CSV file for each silver table with rows (what matters of it),
one for each gold table that is looked at (the columns that matter), and in `theme/` files laid over the theme's folder, where the case
needs other parameters, statements or contracts. A new case needs no code."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.theme import input_view
from jobs.themes.statements import check_rows, gold_frames
from tests.spark.themes.conftest import GOLDEN, copied_theme, loaded_theme, silver_frame

CASES = sorted(path for path in GOLDEN.glob("*/*") if path.is_dir())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _told(row: Mapping[str, object], columns: list[str]) -> list[str]:
    return ["" if row[name] is None else str(row[name]) for name in columns]


@pytest.mark.parametrize("case", CASES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_golden_case_of_a_theme(spark: SparkSession, catalogue: Catalogue, tmp_path: Path, case: Path) -> None:
    theme = loaded_theme(copied_theme(case.parent.name, tmp_path, case / "theme"), catalogue)
    contracts = [catalogue.contracts[name] for name in theme.definition.inputs]
    silver = {input_view(one.resource): silver_frame(spark, one, case / f"{one.table}.csv") for one in contracts}
    looked_at = 0
    with gold_frames(spark, theme, silver) as frames:
        for table in theme.definition.tables:
            check_rows(theme, table, frames[table.view])
            path = case / f"{theme.table(table)}.csv"
            if not path.is_file():
                continue
            expected = _rows(path)
            columns = list(expected[0])
            found = [_told(row.asDict(), columns) for row in frames[table.view].collect()]
            assert sorted(found) == sorted([row[name] for name in columns] for row in expected)
            looked_at += 1
    assert looked_at, f"{case}: no expected table"
