"""Cells of a CSV file that a spreadsheet shows as they are: no number, date or formula is made of them."""

import re

from jobs.reports.plain_text import visible

# What a spreadsheet takes for the start of a formula, half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Digits with the marks of numbers, dates, times, shares and money: a spreadsheet rewrites 007, 2021-03, 1E5, the end of a long number.
_REWRITTEN = re.compile(r"[\d\s.,:/%Ee()¥￥$年月日时分秒-]*\d[\d\s.,:/%Ee()¥￥$年月日时分秒-]*")


def text_cell(text: str) -> str:
    """`text` on one line; behind an apostrophe if it would be a formula, behind a tab if it would become a number or date."""
    shown = visible(text)
    if shown.lstrip().startswith(FORMULA_STARTS):
        return "'" + shown
    return "\t" + shown if _REWRITTEN.fullmatch(shown) else shown


def csv_line(cells: list[str], delimiter: str = ",", quote: str | None = '"') -> str:
    """The cells as one CSV record with CRLF, quoted only where delimiter, quote or line break ask for it; never without a `quote`."""
    return delimiter.join(_quoted(cell, delimiter, quote) if quote else cell for cell in cells) + "\r\n"


def _quoted(cell: str, delimiter: str, quote: str) -> str:
    if any(mark in cell for mark in (delimiter, quote, "\n", "\r")):
        return quote + cell.replace(quote, quote * 2) + quote
    return cell
