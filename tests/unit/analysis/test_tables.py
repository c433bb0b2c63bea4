"""`haihe tables` and the two tables of gold that tell an analyst how fresh and how good each table is."""

import json

import pytest

from jobs.analysis.projection import project_for_analysts
from jobs.collect.pipeline import Pipeline
from jobs.lake.derived import read_rows
from tests.unit.analysis.conftest import PENALTY, Shell

pytestmark = pytest.mark.store


def test_a_table_is_listed_with_rows_period_quality_grain_and_key(haihe: Shell, ledger: Pipeline) -> None:
    project_for_analysts(ledger)
    listed = {f"{one['layer']}.{one['table']}": one for one in json.loads(haihe("tables", "--json").out)}
    penalty = listed["silver.credit__administrative_penalty"]
    assert {name: penalty[name] for name in penalty if name not in ("layer", "table", "version", "changed_at")} == {
        "title": "行政处罚信息", "rows": 5, "as_of_period": "2021-03-05", "accepted": 17, "quarantined": 1, "accepted_pct": 94.44,
        "grain": "一行一个处罚机关的一份处罚决定", "key": "_provider, document_no, organ_uscc",
    }  # fmt: skip
    assert (listed["gold.by_year"]["rows"], listed["gold.by_year"]["accepted"]) == (3, None)
    assert "silver.credit__administrative_penalty" in haihe("tables").out


def test_deliveries_are_told_by_provider_and_period_at_their_last_revision(haihe: Shell, ledger: Pipeline) -> None:
    project_for_analysts(ledger)
    query = f"select period, state, rows_accepted from quality__resource where resource = '{PENALTY}' order by period"
    assert haihe("sql", query, "--csv").out.splitlines()[1:] == [
        '"2021-03-04","published",9',
        '"2021-03-05","published",8',
        '"2021-03-06","held",1',
    ]


def test_projecting_again_makes_no_version(ledger: Pipeline) -> None:
    project_for_analysts(ledger)
    assert project_for_analysts(ledger) == {"catalogue__tables": False, "quality__resource": False}
    assert [row["batches_held"] for row in read_rows(ledger.lake, "catalogue__tables") if row["resource"] == PENALTY] == [1]
