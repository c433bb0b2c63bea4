"""The exact reader: one sequential state machine for what the fast reader cannot prove. Streaming; nothing is skipped."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.record import Grammar, Lines, MoreLines, decode_lossless, is_readable, record_at
from jobs.intake.rows import table_of
from jobs.intake.scan import Range

BATCH_ROWS = 50_000


class _Bad(NamedTuple):
    """A malformed row: its place among the rows, its first line and how many lines it takes."""

    place: int
    line: int
    lines: int


class _Read(NamedTuple):
    """What the lines at hand gave: line and record of every row (from 0), the good ones' fields in one list, lines and records used up."""

    row_lines: list[int]
    row_records: list[int]
    fields: list[str]
    bad: list[_Bad]
    lines: int
    records: int


def read_exact(
    blocks: Iterable[bytes], position: Range, dialect: Dialect, columns: Columns, limits: RecordLimits, batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The rows of a stretch that begins at a record (schema: `row_schema`), in batches of at most `batch_rows`.

    `position` says where the first block begins; its length is not looked at. A blank line gives no row. Malformed is a record that is
    ragged, undecodable, holds a NUL, has broken quoting or a quoted field past its limits; `record_at` says how many lines it takes.
    """
    grammar = Grammar(dialect, len(columns.sent), limits)
    line, record = position.first_line, position.first_record
    pending: list[bytes] = []
    for block in chain(blocks, (None,)):
        cut = 0 if block is None else block.rfind(b"\n") + 1
        if block is not None and not cut:
            pending.append(block)
            continue
        window = b"".join((*pending, (block or b"")[:cut]))
        raws = window.split(b"\n")
        is_terminated = raws[-1] == b""
        if is_terminated:
            raws.pop()
        text, can_read_all = _decoded(window, dialect)
        read = _read(Lines(text.split("\n")[: len(raws)], block is None, is_terminated), grammar, can_read_all=can_read_all)
        if read.row_lines:
            yield from _table(read, raws, (line, record), columns, is_terminated).to_batches(max_chunksize=batch_rows)
        line, record = line + read.lines, record + read.records
        pending = [b"".join(raw + b"\n" for raw in raws[read.lines :]), (block or b"")[cut:]]


def _decoded(window: bytes, dialect: Dialect) -> tuple[str, bool]:
    """The text, and whether none of it is undecodable or NUL."""
    try:
        return window.decode(dialect.encoding), b"\0" not in window
    except UnicodeDecodeError:
        return decode_lossless(window, dialect), False


def _read(lines: Lines, grammar: Grammar, *, can_read_all: bool) -> _Read:
    """Read the lines at hand, as far as they hold whole records."""
    read = _Read([], [], [], [], 0, 0)
    contents = _contents(lines)
    delimiter, quote, width = grammar.dialect.delimiter, grammar.dialect.quote, grammar.width
    at = record = 0
    while at < len(contents):
        content, used, fault = contents[at], 1, None
        if content:
            if quote and quote in content:
                try:
                    fields, used, fault = record_at(lines, at, grammar)
                except MoreLines:
                    break
            else:
                fields = content.split(delimiter)
            if fault is None and len(fields) == width and (can_read_all or _is_readable(contents, at, used)):
                read.fields.extend(fields)
            else:
                read.bad.append(_Bad(len(read.row_lines), at, used))
            read.row_lines.append(at)
            read.row_records.append(record)
        at += used
        record += 1
    return read._replace(lines=at, records=record)


def _contents(lines: Lines) -> list[str]:
    """All lines without their line ends."""
    if not any("\r" in text for text in lines.texts):
        return list(lines.texts)
    return [lines.content(at) for at in range(len(lines.texts))]


def _is_readable(contents: list[str], at: int, count: int) -> bool:
    return all(is_readable(content) for content in contents[at : at + count])


def _table(read: _Read, raws: list[bytes], first: tuple[int, int], columns: Columns, is_terminated: bool) -> pa.Table:
    width = len(columns.sent)
    texts = pa.table([pa.array(read.fields[place::width], pa.string()) for place in columns.places], list(columns.contract))
    lines, records = np.array(read.row_lines, dtype=np.int64), np.array(read.row_records, dtype=np.int64)
    malformed = [_raw(raws, bad, is_terminated) for bad in read.bad]
    return table_of(texts, [bad.place for bad in read.bad], malformed, first[0] + lines, first[1] + records)


def _raw(raws: list[bytes], bad: _Bad, is_terminated: bool) -> bytes:
    """The row's bytes without its line end."""
    raw = b"\n".join(raws[bad.line : bad.line + bad.lines])
    is_last = bad.line + bad.lines == len(raws)
    return raw if is_last and not is_terminated else raw.removesuffix(b"\r")
