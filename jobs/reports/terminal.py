"""Receipts in a terminal: renderables for rich. Nothing is printed here, and no text from outside is read as markup."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Styled

from jobs.reports.plain_text import shortened, visible
from jobs.reports.receipt_model import ErrorLine, Language, Reason, Receipt, State
from jobs.reports.sentences import phrase
from jobs.reports.standing import headline, tone

STYLES = {"good": "green", "partly": "yellow", "held": "yellow", "refused": "red", "neutral": "cyan"}
LONGEST_NAME = 60


def receipt_table(receipt: Receipt, language: Language = "zh") -> RenderableType:
    """One receipt: headline, file, counts, reasons, first faults, next steps, whom to call."""
    parts: list[RenderableType] = [Styled(headline(receipt, language), style=f"bold {STYLES[tone(receipt)]}"), _facts(receipt, language)]
    parts += [_line("• ", _why(reason, language)) for reason in receipt.reasons]
    if receipt.first_faults:
        parts.append(_faults(receipt.first_faults, language))
    parts += [_line(f"{number}. ", step.of(language)) for number, step in enumerate(receipt.next_steps, start=1)]
    for name, left in (("not_judged_yet", receipt.not_judged_yet), ("not_judged_here", receipt.not_judged_here)):
        parts += [Styled(_label(name, language), style="bold")] if left else []
        parts += [_line("- ", one.of(language)) for one in left]
    return Group(*parts)


def receipts_table(receipts: Iterable[Receipt], language: Language = "zh") -> Table:
    """Many receipts, a row each."""
    columns = ("state", "provider", "resource", "period", "file", "read", "accepted", "quarantined", "reasons")
    table = _table(columns, language, right=frozenset({"read", "accepted", "quarantined"}))
    for receipt in receipts:
        counts = receipt.counts
        table.add_row(
            Styled(state_name(receipt.state, language), style=STYLES[tone(receipt)]),
            *(_cell(named.name if named else "") for named in (receipt.provider, receipt.resource)),
            _cell(receipt.period or ""),
            _cell(receipt.file.name),
            *([f"{number:,}" for number in (counts.read, counts.accepted, counts.quarantined)] if counts else ["", "", ""]),
            _cell("; ".join(reason.sentence.of(language) for reason in receipt.reasons)),
        )
    return table


def state_name(state: State, language: Language) -> str:
    """The state in a word."""
    return phrase("terms", state, {}, language)


def _facts(receipt: Receipt, language: Language) -> Table:
    grid = Table.grid(padding=(0, 2))
    named = [("provider", receipt.provider), ("resource", receipt.resource)]
    facts = [("file", receipt.file.name), *((name, value.name) for name, value in named if value), ("period", receipt.period or "")]
    for name, value in facts:
        if value:
            grid.add_row(Styled(_label(name, language), style="dim"), _cell(value))
    if receipt.counts:
        figures = {"read": receipt.counts.read, "accepted": receipt.counts.accepted, "quarantined": receipt.counts.quarantined}
        shown = "  ".join(f"{_label(name, language)} {number:,}" for name, number in figures.items())
        grid.add_row(Styled(_label("rows", language), style="dim"), Styled(shown))
    for desk, contact in (("data_centre", receipt.contacts.data_centre), ("duty", receipt.contacts.duty)):
        if contact:
            grid.add_row(Styled(_label(desk, language), style="dim"), _cell(f"{contact.office} {contact.name} {contact.phone}"))
    return grid


def _faults(faults: Iterable[ErrorLine], language: Language) -> Table:
    table = _table(("spreadsheet_row", "line", "column", "value", "what", "cure"), language, right=frozenset({"spreadsheet_row", "line"}))
    for fault in faults:
        row = "" if fault.spreadsheet_row is None else str(fault.spreadsheet_row)
        column = fault.column_title or fault.column or _label("whole_line", language)
        texts = (column, fault.value or "", fault.what.of(language), fault.cure.of(language))
        table.add_row(row, str(fault.line), *(_cell(text) for text in texts))
    return table


def _table(columns: Iterable[str], language: Language, right: frozenset[str]) -> Table:
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(_label(name, language), justify="right" if name in right else "left", overflow="fold")
    return table


def _why(reason: Reason, language: Language) -> str:
    sentence = reason.sentence.of(language)
    return f"{sentence} → {reason.cure.of(language)}" if reason.cure else sentence


def _line(mark: str, text: str) -> Styled:
    return Styled(mark + visible(text))


def _cell(text: str) -> Styled:
    return Styled(shortened(visible(text), LONGEST_NAME))


def _label(name: str, language: Language) -> str:
    return phrase("labels", name, {}, language)
