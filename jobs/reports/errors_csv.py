"""`errors.csv`: one line a fault, for Excel."""

import codecs
from collections.abc import Iterable

from jobs.reports.receipt_model import ErrorLine, Language
from jobs.reports.sentences import phrase
from jobs.reports.spreadsheet_cells import csv_line, text_cell

COLUMNS = ("part", "spreadsheet_row", "line", "key", "column", "column_title", "value", "severity", "rule", "what", "cure")


def render_errors_csv(lines: Iterable[ErrorLine], language: Language = "zh") -> bytes:
    """The error lines as UTF-8 with BOM, CRLF and headers in `language`; long numbers stay text, formulas are defused."""
    header = [phrase("labels", column, {}, language) for column in COLUMNS]
    records = [csv_line(header), *(csv_line(_cells(line, language)) for line in lines)]
    return codecs.BOM_UTF8 + "".join(records).encode()


def _cells(line: ErrorLine, language: Language) -> list[str]:
    return [
        text_cell(line.part),
        "" if line.spreadsheet_row is None else str(line.spreadsheet_row),
        str(line.line),
        text_cell(line.key or ""),
        text_cell(line.column or ""),
        text_cell(line.column_title or ""),
        text_cell(line.value or ""),
        phrase("terms", line.severity, {}, language),
        text_cell(line.rule_id),
        text_cell(line.what.of(language)),
        text_cell(line.cure.of(language)),
    ]
