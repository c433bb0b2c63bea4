"""A first look at a file's head: is it text, in the agreed charset, with a header that can be read and data below it?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.errors import DropRefused
from jobs.intake.charset import UNKNOWN, other_charset
from jobs.intake.dialect import Dialect
from jobs.intake.header import HEAD_BYTES, HeaderDifference, HeaderSpan, find_header, header_difference
from jobs.intake.record import is_readable

__all__ = ["HEAD_BYTES", "HeaderDifference", "Peek", "header_difference", "peek"]

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel 97-2003 workbook (xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF-", "a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
)
_OTHER_DELIMITERS = (",", "\t", ";", "|", "，")
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "big5": "Big5"}


@dataclass(frozen=True)
class Peek:
    """What a file's head tells. `header_lines` and `header_rows` count physical lines and spreadsheet rows up to the header's end."""

    has_bom: bool
    header: tuple[str, ...]
    header_lines: int
    header_rows: int
    data_offset: int


def peek(head: bytes, size: int, dialect: Dialect, expected_headers: Sequence[str]) -> Peek:
    """The header of a file of `size` bytes that begins with `head` (`HEAD_BYTES` of it, or all). Names are as sent, quotes taken off.

    Whether they are the contract's is for `header_difference` to say.

    Raises: DropRefused `empty_file`, `not_text`, `wrong_charset`, `header_unreadable` or `header_only`.
    """
    is_whole = len(head) >= size
    _refuse_empty(head, is_whole)
    _refuse_packed(head, dialect)
    _refuse_charset(head, is_whole, dialect, expected_headers)
    span = find_header(head, is_whole, dialect)
    if span is None:
        raise _unreadable("no line ends in the file's head", dialect)
    problem = _problem(span, dialect, expected_headers)
    if problem:
        raise _unreadable(problem, dialect, span.lines)
    if is_whole and not head[span.data_offset :].strip():
        raise DropRefused("header_only", "The file has a header and no data rows. Nothing was landed. Check the export and drop it again.")
    return Peek(span.has_bom, tuple(span.parsed.fields), span.lines, span.rows, span.data_offset)


def _refuse_empty(head: bytes, is_whole: bool) -> None:
    if is_whole and not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise DropRefused("empty_file", "The file is empty. Nothing was landed. Export and drop it again.")


def _refuse_packed(head: bytes, dialect: Dialect) -> None:
    found = next((what for magic, what in _MAGIC if head.startswith(magic)), None)
    if found == "a ZIP archive" and (b"xl/" in head or b"[Content_Types].xml" in head):
        found = "an Excel workbook (xlsx)"
    if found:
        raise _not_text(found, dialect)


def _not_text(found: str, dialect: Dialect) -> DropRefused:
    encoding = _NAMES[dialect.encoding]
    message = f"The file is no CSV text: it looks like {found}. Nothing was landed. Save it as CSV in {encoding} and drop it again."
    return DropRefused("not_text", message, looks_like=found, encoding=encoding)


def _refuse_charset(head: bytes, is_whole: bool, dialect: Dialect, expected: Sequence[str]) -> None:
    other = other_charset(head, is_whole, dialect.encoding, expected)
    if (other and other.found == UNKNOWN) or (other is None and _is_binary(head)):
        raise _not_text("binary data", dialect)
    if other is None:
        return
    agreed, found = _NAMES[dialect.encoding], _NAMES.get(other.found, other.found)
    where = f" (line {other.line} cannot be read as {agreed})" if other.line else ""
    message = f"The file is in {found}, agreed is {agreed}{where}. Nothing was landed. Save it as CSV in {agreed} and drop it again."
    details = {"line": other.line} if other.line else {}
    raise DropRefused("wrong_charset", message, expected=agreed, found=found, **details)


def _is_binary(head: bytes) -> bool:
    """Whether there are more NULs than a few faulty lines would hold."""
    return 16 * head[:4096].count(b"\0") > len(head[:4096])


def _problem(span: HeaderSpan, dialect: Dialect, expected: Sequence[str]) -> str | None:
    """Why the header cannot be read, if it cannot."""
    names = span.parsed.fields
    if span.parsed.fault is not None:
        return span.parsed.fault.code.replace("_", " ")
    if not all(map(is_readable, names)):
        return f"bytes that are not {_NAMES[dialect.encoding]}"
    if not any(name.strip() for name in names):
        return "no names in it"
    if re.search(rb"\r(?!\n)", span.raw.removesuffix(b"\r")):
        return "lines end in a lone CR"
    other = _other_delimiter(names, dialect, expected)
    return f"the delimiter seems to be {other!r}" if other else None


def _other_delimiter(names: Sequence[str], dialect: Dialect, expected: Sequence[str]) -> str | None:
    """The delimiter that would part the header's only name into the expected ones."""
    if len(names) != 1 or len(expected) < 2:
        return None
    parted = {other: set(names[0].split(other)) & set(expected) for other in _OTHER_DELIMITERS if other != dialect.delimiter}
    best = max(parted, key=lambda other: len(parted[other]))
    return best if 2 * len(parted[best]) >= len(expected) else None


def _unreadable(problem: str, dialect: Dialect, line: int | None = None) -> DropRefused:
    where = f" (line {line})" if line else ""
    form = f"It is one record, parted by {dialect.delimiter!r}, its quotes in pairs"
    message = f"The header{where} cannot be read: {problem}. Nothing was landed. {form}."
    details = {"line": line} if line else {}
    return DropRefused("header_unreadable", message, problem=problem, delimiter=dialect.delimiter, **details)
