"""`<batch_id>.resend.csv`: the quarantined rows alone, as they came, to be mended and dropped again."""

import codecs
from collections.abc import Iterable, Sequence

from jobs.reports.spreadsheet_cells import csv_line

ROW = "_row"
PART = "_part"

# Part, physical line, and the row's texts; or the bytes of a line that did not parse.
ResendRow = tuple[str, int, Sequence[str] | bytes]


def resend_csv(header: Sequence[str], rows: Iterable[ResendRow], dialect_encoding: str, delimiter: str, quote: str | None = '"') -> bytes:
    """The rows in the batch's own charset, delimiter and quote behind `_row`, and `_part` before it where there are several parts.

    Parsed rows come first, in the order given; lines that did not parse stand at the end with their bytes as they came, so that an
    unclosed quote in one of them swallows no good row. Raises: UnicodeEncodeError for a text that the charset cannot hold.
    """
    held = list(rows)
    has_parts = len({part for part, _, _ in held}) > 1
    encode = codecs.getincrementalencoder(dialect_encoding)("strict").encode
    lines = [encode(csv_line([*([PART] if has_parts else []), ROW, *header], delimiter, quote))]
    for part, row, cells in held:
        if not isinstance(cells, bytes):
            lines.append(encode(csv_line([*([part] if has_parts else []), str(row), *cells], delimiter, quote)))
    for part, row, cells in held:
        if isinstance(cells, bytes):
            place = csv_line([*([part] if has_parts else []), str(row), ""], delimiter).removesuffix("\r\n")
            lines += [encode(place), cells.rstrip(b"\r\n"), encode("\r\n")]
    return b"".join(lines)
