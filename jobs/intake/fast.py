"""The fast reader: pyarrow parses a range as a whole, and the outcome counts only where every cut and every record proves itself."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.intake.cells import Parsed, parse_gb18030, parse_text
from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.quotes import Layout, line_layout, prove_layout
from jobs.intake.rows import Integers, table_of
from jobs.intake.scan import Range

_BOM, _GB18030_BOM = ("\ufeff".encode(name) for name in ("utf-8", "gb18030"))


@dataclass(frozen=True)
class NotProven:
    """Why a range must be read by the exact reader. With `boundary_proven` that range alone, else all that follows it in the file too."""

    reason: str
    boundary_proven: bool


def read_fast(raw: bytes, position: Range, dialect: Dialect, columns: Columns, limits: RecordLimits) -> pa.Table | NotProven:
    """The rows of a range that begins at a record, or why they are not proven. Rows stand in the file's order.

    Their schema is `row_schema`, but texts that repeat themselves in a long range come as dictionaries.
    """
    table = _read_as_bytes(raw, position, dialect, columns, limits)
    return _read_as_text(raw, position, dialect, columns, limits) if table is None else table


def _read_as_bytes(raw: bytes, position: Range, dialect: Dialect, columns: Columns, limits: RecordLimits) -> pa.Table | None:
    """The rows of a range in GB18030 without anything odd, decoded cell by cell; None to have it looked at as text."""
    if dialect.encoding != "gb18030" or not dialect.splits_bytes or _suspect(raw, raw) or raw.startswith(_GB18030_BOM):
        return None
    layout = prove_layout(raw, dialect.delimiter, limits) if dialect.quote and b'"' in raw else None
    if isinstance(layout, str):
        return None
    parsed = parse_gb18030(raw, dialect, columns, is_multiline=layout is not None and layout.is_multiline)
    return None if parsed is None else _numbered(raw, position, dialect, parsed, layout)


def _read_as_text(raw: bytes, position: Range, dialect: Dialect, columns: Columns, limits: RecordLimits) -> pa.Table | NotProven:
    text = _utf8(raw, dialect) if dialect.delimiter.isascii() else "a delimiter that is no ASCII character"
    proof = _prove(raw, text, dialect, limits)
    if isinstance(proof, NotProven):
        return proof
    if isinstance(text, str):
        return NotProven(text, boundary_proven=True)
    suspect = _suspect(raw, text)
    if suspect:
        return NotProven(suspect, boundary_proven=True)
    parsed = parse_text(text, dialect, columns, is_multiline=proof is not None and proof.is_multiline)
    if isinstance(parsed, str):
        return NotProven(parsed, boundary_proven=True)
    table = _numbered(raw, position, dialect, parsed, proof)
    return NotProven("rows and records differ in number", boundary_proven=True) if table is None else table


def _utf8(raw: bytes, dialect: Dialect) -> bytes | str:
    """The range in UTF-8, or why it is not to be had."""
    if dialect.encoding == "utf-8":
        size = np.array([0, len(raw)], dtype=np.int64)
        try:
            pa.LargeStringArray.from_buffers(1, pa.py_buffer(size), pa.py_buffer(raw)).validate(full=True)
        except pa.ArrowInvalid:
            return "undecodable bytes"
        return raw
    try:
        return raw.decode(dialect.encoding).encode("utf-8")
    except UnicodeDecodeError:
        return "undecodable bytes"


def _prove(raw: bytes, text: bytes | str, dialect: Dialect, limits: RecordLimits) -> Layout | NotProven | None:
    """The layout of a range with quotes; None for one without, where every line is a record."""
    if dialect.quote is None or b'"' not in raw:
        return None
    if dialect.splits_bytes:
        layout = prove_layout(raw, dialect.delimiter, limits)
    elif isinstance(text, bytes):
        # No character takes more than twice as many bytes in GB18030 as in UTF-8.
        layout = prove_layout(text, dialect.delimiter, RecordLimits(limits.line_breaks, limits.field_bytes // 2))
    else:
        layout = text
    return NotProven(layout, boundary_proven=False) if isinstance(layout, str) else layout


def _suspect(raw: bytes, text: bytes) -> str | None:
    """What pyarrow would not read as it stands."""
    if b"\0" in raw:
        return "NUL"
    if b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n"):
        return "a lone CR"
    return "U+FEFF at the range's start" if text.startswith(_BOM) else None


def _numbered(raw: bytes, position: Range, dialect: Dialect, parsed: Parsed, layout: Layout | None) -> pa.Table | None:
    """The rows with their lines and records and the malformed ones in their place; None if pyarrow counted otherwise than the layout."""
    count = parsed.texts.num_rows + len(parsed.invalid)
    line_count = raw.count(b"\n") + (not raw.endswith(b"\n") and raw != b"")
    if layout is None and count == line_count and not parsed.invalid:
        numbers = np.arange(count, dtype=np.int64)
        return table_of(parsed.texts, [], [], position.first_line + numbers, position.first_record + numbers)
    layout = layout or line_layout(raw)
    if len(layout.filled) != count:
        return None
    raws = _raw_records(raw, layout, [number for number, _ in parsed.invalid])
    if any(record.decode(dialect.encoding) != text for record, (_, text) in zip(raws, parsed.invalid, strict=True)):
        return None
    lines, records = position.first_line + layout.first_lines[layout.filled], position.first_record + layout.filled
    return table_of(parsed.texts, [number for number, _ in parsed.invalid], raws, lines, records)


def _raw_records(raw: bytes, layout: Layout, numbers: list[int]) -> list[bytes]:
    """The exact bytes, without line end, of the records with these numbers among those that are no blank lines."""
    if not numbers:
        return []
    feeds: Integers = np.flatnonzero(np.frombuffer(raw, dtype=np.uint8) == ord("\n"))
    starts, ends = np.append(0, feeds + 1), np.append(feeds, len(raw))
    chosen = layout.filled[np.asarray(numbers, dtype=np.int64)]
    spans = zip(starts[layout.first_lines[chosen]], ends[layout.first_lines[chosen + 1] - 1], strict=True)
    return [raw[start:end].removesuffix(b"\r") if end < len(raw) else raw[start:end] for start, end in spans]
