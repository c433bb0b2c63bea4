"""The ledger's tables on a local folder: appended once, by one of two projections at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.lake import ledger
from jobs.lake.ledger import append_rows, ledger_table, read_ledger, rebuild_rows, taken_up
from jobs.lake.place import Lake

MOMENT = datetime(2021, 3, 5, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    (tmp_path / "control").mkdir()
    return Lake(endpoint=None, buckets={"control": str(tmp_path / "control")})


def _pass(resource: str, number: int) -> dict[str, Any]:
    return {"resource": resource, "number": number, "kind": "collect", "created_at": MOMENT, "batches": 1, "negative": "2021-01-01"}


def test_of_two_projections_at_once_one_adds_its_rows(lake: Lake) -> None:
    first, twin = ledger_table(lake, "passes"), ledger_table(lake, "passes")
    assert append_rows(first, "passes", [_pass("tax.vat_invoice", 1)], {"tax.vat_invoice": 1})
    assert not append_rows(twin, "passes", [_pass("tax.vat_invoice", 1)], {"tax.vat_invoice": 1})
    assert read_ledger(lake, "passes", ["resource", "number"]).to_pylist() == [{"resource": "tax.vat_invoice", "number": 1}]
    assert taken_up(ledger_table(lake, "passes"), "tax.vat_invoice") == 1
    assert taken_up(ledger_table(lake, "passes"), "grid.event") == 0


def test_nothing_new_makes_no_version(lake: Lake) -> None:
    table = ledger_table(lake, "passes")
    assert append_rows(table, "passes", [], {})
    assert ledger_table(lake, "passes").version() == 0


def test_a_ledger_of_nothing_has_its_columns(lake: Lake) -> None:
    assert read_ledger(lake, "batches", ["batch_id", "rows_read"]).column_names == ["batch_id", "rows_read"]


def test_many_small_runs_are_kept_as_few_files_and_every_row(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "FILES_BEFORE_COMPACTION", 4)
    for number in range(1, 11):
        assert append_rows(ledger_table(lake, "passes"), "passes", [_pass("grid.event", number)], {"grid.event": number})
    assert len(ledger_table(lake, "passes").file_uris()) <= 5
    assert sorted(read_ledger(lake, "passes")["number"].to_pylist()) == list(range(1, 11))


def test_rebuilt_rows_stand_instead_of_the_old_ones_and_the_next_projection_goes_on_from_there(lake: Lake) -> None:
    append_rows(ledger_table(lake, "passes"), "passes", [_pass("grid.event", 1)], {"grid.event": 1})
    rebuild_rows(ledger_table(lake, "passes"), "passes", [_pass("grid.event", 1), _pass("grid.event", 2)], {"grid.event": 2})
    table = ledger_table(lake, "passes")
    assert taken_up(table, "grid.event") == 2
    assert sorted(read_ledger(lake, "passes")["number"].to_pylist()) == [1, 2]
