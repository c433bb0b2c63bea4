"""History rules in a contract: where they stand, what they default to, and every fault named with its file."""

from decimal import Decimal

import pytest

from jobs.catalogue.catalogue import load_catalogue
from jobs.catalogue.history import HistoryRule
from tests.unit.catalogue.conftest import Project

POWER, INVOICE = "schemas/power/daily_electricity.yaml", "schemas/tax/vat_invoice.yaml"
ROWS = "implementation: {history: rows, floorPct: 10}"
SUM = "implementation: {history: sum, floorPct: 30}"
ENTRY = "        quality:\n          - {type: custom, engine: haihe, implementation: {history: %s}}\n"


def test_what_an_entry_does_not_say_has_its_default(project: Project) -> None:
    project.replace(POWER, ROWS, "implementation: {history: rows, window: 30, least: 6, spreads: 3.5, floorPct: 12}")
    history = {rule.name: rule for rule in load_catalogue(project.root).contracts["power.daily_electricity"].history}
    assert history["rows"] == HistoryRule(measure="rows", window=30, least=6, spreads=Decimal("3.5"), floor_pct=Decimal(12))
    assert (history["usage_kwh.sum"].window, history["usage_kwh.sum"].least, history["usage_kwh.sum"].spreads) == (20, 8, 5)
    assert history["uscc.null_share"].rule_id == "history.uscc.null_share"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (ROWS, "implementation: {history: rows, windows: 10}", "windows: Extra inputs are not permitted"),
        (ROWS, "implementation: {history: mean}", "Input should be 'rows', 'nullShare' or 'sum'"),
        ("engine: haihe", "engine: soda", "Input should be 'haihe'"),
        (ROWS, "implementation: {history: rows, window: 5}", "least 8 is more than window 5"),
        (ROWS, "implementation: {history: rows, least: 1}", "Input should be greater than or equal to 2"),
        (ROWS, "implementation: {history: rows, spreads: -1}", "Input should be greater than or equal to 0"),
        (ROWS, "implementation: {history: sum}", "rows is about the table, null_share and sum are about a column"),
        (SUM, "implementation: {history: rows}", "rows is about the table, null_share and sum are about a column"),
        ("{history: nullShare, floorPct: 10}", "{history: sum}", "uscc: only a number has a sum to compare, not a string"),
    ],
)  # fmt: skip
def test_a_fault_of_a_history_rule_is_named(project: Project, old: str, new: str, fault: str) -> None:
    project.replace(POWER, old, new)
    error = project.error()
    assert POWER in error
    assert fault in error


def test_one_measure_twice_is_refused(project: Project) -> None:
    entry = f"      - {{type: custom, engine: haihe, {ROWS}}}\n"
    project.replace(POWER, entry, entry * 2)
    assert "history of 'rows' stands twice" in project.error()


def test_a_sum_of_what_is_protected_is_refused(project: Project) -> None:
    before = "        logicalTypeOptions: {maxLength: 20}\n        classification: L3\n"
    project.replace(INVOICE, before, before + ENTRY % "sum")
    assert "buyer_tax_no: L3, token: a sum would show protected values" in project.error()
    project.replace(POWER, "        classification: L2\n        quality:", "        classification: L4\n        quality:")
    assert "usage_kwh: L4, clear: a sum would show protected values" in project.error()


def test_a_sum_that_could_outgrow_a_decimal_is_refused(project: Project) -> None:
    text = (project.root / POWER).read_text(encoding="utf-8")
    head, tail = text.split("name: usage_kwh", 1)
    (project.root / POWER).write_text(
        f"{head}name: usage_kwh{tail.replace('precision, value: 18', 'precision, value: 30', 1)}", encoding="utf-8"
    )
    assert "usage_kwh: precision 30 is too much for a sum, at most 28" in project.error()


def test_the_share_of_empty_values_may_be_measured_of_any_column(project: Project) -> None:
    before = "        logicalTypeOptions: {maxLength: 20}\n        classification: L3\n"
    project.replace(INVOICE, before, before + ENTRY % "nullShare")
    assert "buyer_tax_no.null_share" in {rule.name for rule in load_catalogue(project.root).contracts["tax.vat_invoice"].history}
