"""The grammar of one record, on decoded lines. The only place that says what a well-formed record is.

A field that begins with a quote is quoted: it ends at the next quote that is not doubled, and then the delimiter or the record's end must
follow. A quote anywhere else in an unquoted field is text. Undecodable bytes come as lone surrogates, so no byte is ever lost or merged.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from jobs.intake.dialect import Dialect, RecordLimits

Code = Literal["ragged", "undecodable", "nul", "unclosed_quote", "text_after_quote", "field_too_long", "line_breaks"]

# How far past its limits a quoted field is followed, to tell a field that is too large from a quote that was never closed.
BREAKS_FOLLOWED = 16
BYTES_FOLLOWED = 2

_UNREADABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Grammar:
    """What a record is held to: `width` columns, in a dialect, within limits."""

    dialect: Dialect
    width: int
    limits: RecordLimits


class Lines(NamedTuple):
    """Physical lines without their LF. `is_end`: no more follow; `is_terminated`: the last one had an LF."""

    texts: Sequence[str]
    is_end: bool
    is_terminated: bool = True

    def content(self, at: int) -> str:
        """The line without its line end; a CR counts as part of one only before an LF."""
        text = self.texts[at]
        return text if at == len(self.texts) - 1 and not self.is_terminated else text.removesuffix("\r")


class Fault(NamedTuple):
    """What is wrong with a record's quoting; the numbers are of the first field that is too large, counted from 1."""

    code: Code
    column: int = 0
    found: int = 0
    limit: int = 0


class Parsed(NamedTuple):
    """A record's fields and how many physical lines it took; with a fault its fields are what was read up to there."""

    fields: list[str]
    lines: int
    fault: Fault | None = None


class MoreLines(Exception):
    """The record goes on past the lines at hand."""


def decode_lossless(raw: bytes, dialect: Dialect) -> str:
    """`raw` as text, undecodable bytes as lone surrogates; ASCII bytes always stay themselves."""
    return raw.decode(dialect.encoding, "surrogateescape")


def is_readable(text: str) -> bool:
    """Whether the text has neither undecodable bytes nor NUL."""
    return _UNREADABLE.search(text) is None


def record_at(lines: Lines, at: int, grammar: Grammar) -> Parsed:
    """The record that begins in line `at`, which holds a quote; `fault` is set if it must be marked as malformed as it stands.

    Broken quoting marks the first line alone, and reading resumes in the next. A record that is well-formed but for a field past its limits
    is marked as a whole, unless a line inside it would be a good row by itself: then the quote was rather never closed.

    Raises: MoreLines.
    """
    parsed = _single_line(lines.content(at), grammar) or parse_record(lines, at, grammar)
    if parsed.fault is None or parsed.lines == 1:
        return parsed
    is_whole = parsed.fault.code in ("field_too_long", "line_breaks") and len(parsed.fields) == grammar.width
    if is_whole and not any(_is_good_alone(lines.content(at + more), grammar) for more in range(1, parsed.lines)):
        return parsed
    return parsed._replace(lines=1)


def parse_record(lines: Lines, at: int, grammar: Grammar) -> Parsed:
    """The record that begins in line `at`, followed over line breaks as far as limits (and what is followed past them) go.

    Raises: MoreLines.
    """
    delimiter, quote = grammar.dialect.delimiter, grammar.dialect.quote
    text, used, start = lines.content(at), 1, 0
    fields: list[str] = []
    excess: Fault | None = None
    while True:
        if quote is None or not text.startswith(quote, start):
            end = text.find(delimiter, start)
            fields.append(text[start:] if end < 0 else text[start:end])
            if end < 0:
                return Parsed(fields, used, excess)
            start = end + 1
            continue
        text, used, end = _closed(lines, at, grammar, _Open(text, used, start, len(fields)))
        if end < 0:
            return Parsed(fields, used, Fault("unclosed_quote", len(fields) + 1))
        excess = excess or _excess(text[start + 1 : end], len(fields), grammar)
        fields.append(text[start + 1 : end].replace(quote + quote, quote))
        if end + 1 == len(text):
            return Parsed(fields, used, excess)
        if text[end + 1] != delimiter:
            return Parsed(fields, used, Fault("text_after_quote", len(fields)))
        start = end + 2


class _Open(NamedTuple):
    """A quoted field being read: the record's text so far, its lines, where the field starts, its column."""

    text: str
    used: int
    start: int
    column: int


def _closed(lines: Lines, at: int, grammar: Grammar, field: _Open) -> tuple[str, int, int]:
    """Text and lines of the record up to where the field closes, and the place of its closing quote (-1: it does not)."""
    text, used, resume = field.text, field.used, field.start + 1
    breaks_left = grammar.limits.breaks_allowed(field.column) + BREAKS_FOLLOWED
    while (end := _closing_quote(text, resume, grammar.dialect.quote or "")) < 0:
        if breaks_left == 0 or len(text) - field.start > BYTES_FOLLOWED * grammar.limits.field_bytes:
            return text, used, -1
        if at + used >= len(lines.texts):
            if lines.is_end:
                return text, used, -1
            raise MoreLines
        resume = len(text)
        text = f"{text}{lines.texts[at + used - 1][len(lines.content(at + used - 1)) :]}\n{lines.content(at + used)}"
        used += 1
        breaks_left -= 1
    return text, used, end


def _closing_quote(text: str, start: int, quote: str) -> int:
    end = text.find(quote, start)
    while end >= 0 and text.startswith(quote, end + 1):
        end = text.find(quote, end + 2)
    return end


def _excess(raw: str, column: int, grammar: Grammar) -> Fault | None:
    """By which limit a quoted field (as it came, doubled quotes and all) is too large."""
    breaks, allowed = raw.count("\n"), grammar.limits.breaks_allowed(column)
    if breaks > allowed:
        return Fault("line_breaks", column + 1, breaks, allowed)
    limit = grammar.limits.field_bytes
    if 4 * len(raw) <= limit:
        return None
    size = len(raw.encode(grammar.dialect.encoding, "surrogateescape"))
    return Fault("field_too_long", column + 1, size, limit) if size > limit else None


def _single_line(text: str, grammar: Grammar) -> Parsed | None:
    """The record by Python's own CSV parser, where that surely reads it alike: one short line, no lone CR, no fault."""
    if 4 * len(text) > grammar.limits.field_bytes or "\r" in text:
        return None
    dialect = grammar.dialect
    try:
        return Parsed(next(csv.reader((text,), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)), 1)
    except csv.Error:
        return None


def _is_good_alone(text: str, grammar: Grammar) -> bool:
    parsed = parse_record(Lines((text,), is_end=True, is_terminated=False), 0, grammar)
    return parsed.fault is None and len(parsed.fields) == grammar.width and text != "" and is_readable(text)
