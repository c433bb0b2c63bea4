"""Rows of a batch for an engineer: every value masked as the contract says, and every expectation that a row failed, with its sentence."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pyspark.sql import Column
from rich.table import Table

from jobs.catalogue.contract import Contract
from jobs.collect.definition import read_definition
from jobs.collect.drops import resend_resource
from jobs.collect.faults import error_lines, faulty_rows, shown_key
from jobs.collect.main import SessionMaker
from jobs.collect.outcome import latest_outcome
from jobs.collect.pipeline import Pipeline
from jobs.collect.revising import judgement_key
from jobs.errors import PassError
from jobs.lake.pass_record import Pass
from jobs.lake.passes import read_pass
from jobs.quality.layout import Layout
from jobs.quality.verdict import critical_predicate, warning_predicate
from jobs.reports.receipt_model import ErrorLine, Language
from jobs.reports.spreadsheet_cells import csv_line, text_cell

Fate = Literal["quarantined", "accepted", "warned"]
# Before a row's values and after them, in the CSV listing.
PLACE, REASONS = ("part", "line", "row"), ("rules", "severities", "columns", "what_zh", "what_en")
BETWEEN_FAULTS = " | "


@dataclass(frozen=True, slots=True)
class Fault:
    """An expectation that the row failed: the columns concerned as sent, their masked value, and its sentence."""

    rule: str
    severity: str
    column: str | None
    value: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row in force. `line` is its physical line, `row` as a spreadsheet counts; `values` are masked, by field name."""

    part: str
    line: int
    row: int | None
    key: str | None
    values: Mapping[str, str | None]
    faults: tuple[Fault, ...]


def list_rows(pipeline: Pipeline, session: SessionMaker, batch_id: str, fate: Fate, limit: int) -> tuple[Contract, list[ListedRow]]:
    """The contract by which the batch was judged, and up to `limit` rows in force of that fate, in the file's order.

    Raises: PassError for an unknown batch.
    """
    resource = resend_resource(pipeline, batch_id)
    outcome = latest_outcome(pipeline, resource, batch_id) if resource else None
    if outcome is None:
        raise PassError(f"{batch_id}: no such batch. `haihe batches` lists them.")
    record = Pass.model_validate(read_pass(pipeline.control, outcome.resource, outcome.number))
    batch = next(one for one in record.batches if one.batch_id == batch_id)
    definition = read_definition(pipeline, pipeline.control.read(judgement_key(outcome.resource, outcome.number))["definition"])
    contract, rules = definition.contract, {rule.rule_id: rule for rule in definition.rules}
    found = faulty_rows(pipeline, session(), contract, [outcome], limit, WANTED[fate]).get(batch_id, [])
    told = [_faults(error_lines([row], batch, contract, rules)) for row in found]
    listed = [
        ListedRow(row.part, row.row, row.record, shown_key(row, contract), row.shown, faults)
        for row, faults in zip(found, told, strict=True)
    ]
    return contract, listed


def rows_table(title: str, rows: Sequence[ListedRow], language: Language) -> Table:
    """A line for each fault, and one for a row without any."""
    table = Table(title=title, title_justify="left")
    for heading in ("line", "row", "key", "column", "value (masked)", "severity", "rule", "what is wrong"):
        table.add_column(heading, overflow="fold", justify="right" if heading in ("line", "row") else "left")
    for row in rows:
        place = (str(row.line), str(row.row or ""), row.key or "")
        for fault in row.faults:
            says = fault.zh if language == "zh" else fault.en
            table.add_row(*place, fault.column or "", fault.value or "", fault.severity, fault.rule, says)
        if not row.faults:
            table.add_row(*place, *[""] * 5)
    return table


def rows_json(rows: Iterable[ListedRow]) -> str:
    """One JSON object a line and row."""
    return "\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows)


def rows_csv(rows: Iterable[ListedRow], contract: Contract) -> str:
    """A header and one record a row, its faults joined by ` | `; cells are such that a spreadsheet makes no number or formula of them."""
    names = [field.name for field in contract.fields]
    return "".join([csv_line([*PLACE, *names, *REASONS]), *(csv_line(_cells(row, names)) for row in rows)])


def _cells(row: ListedRow, names: Sequence[str]) -> list[str]:
    faults = [[getattr(fault, name) or "" for fault in row.faults] for name in ("rule", "severity", "column", "zh", "en")]
    texts = [row.part, *(row.values[name] or "" for name in names), *(BETWEEN_FAULTS.join(told) for told in faults)]
    part, *others = map(text_cell, texts)
    return [part, str(row.line), str(row.row or ""), *others]


def _faults(lines: Iterable[ErrorLine]) -> tuple[Fault, ...]:
    return tuple(Fault(line.rule_id, line.severity, line.column, line.value, line.what.zh, line.what.en) for line in lines)


def _accepted(layout: Layout) -> Column:
    return ~critical_predicate(layout)


WANTED = {"quarantined": critical_predicate, "accepted": _accepted, "warned": warning_predicate}
