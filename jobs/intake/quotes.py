"""Proof, without parsing, that every quote of a range opens, closes or is doubled, and where its records then begin and end."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.intake.dialect import RecordLimits
from jobs.intake.rows import Integers

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_LF, _CR, _QUOTE = ord("\n"), ord("\r"), ord('"')


@dataclass(frozen=True)
class Layout:
    """Where the records of a range stand, blank lines included.

    `first_lines`: for each record the index of its first physical line, and at the end the number of lines. `is_blank`: a line of nothing.
    """

    first_lines: Integers
    is_blank: Flags
    is_multiline: bool

    @property
    def filled(self) -> Integers:
        """Indices of the records that are not blank lines."""
        return np.flatnonzero(~self.is_blank)


def line_layout(raw: bytes) -> Layout:
    """The layout of a range in which every line is a record."""
    data = np.frombuffer(raw, dtype=np.uint8)
    feeds: Integers = np.flatnonzero(data == _LF)
    return _layout(data, feeds, np.arange(len(feeds)))


def prove_layout(raw: bytes, delimiter: str, limits: RecordLimits) -> Layout | str:
    """The layout of a range with quotes that begins at a record, or why it is not proven. The delimiter must split bytes."""
    data = np.frombuffer(raw, dtype=np.uint8)
    quotes: Integers = np.flatnonzero(data == _QUOTE)
    feeds: Integers = np.flatnonzero(data == _LF)
    if len(quotes) % 2:
        return "odd number of quotes"
    opens, closes = quotes[0::2], quotes[1::2]
    # A quote that opens right behind one that closes is a doubled quote inside a field.
    is_doubled = opens[1:] == closes[:-1] + 1
    begins, ends = opens[np.append(True, ~is_doubled)], closes[np.append(~is_doubled, True)]
    if not (_stands_at_start(data, begins, ord(delimiter)).all() and _stands_at_end(data, ends, ord(delimiter)).all()):
        return "a quote inside a field"
    if int((ends - begins).max()) - 1 > limits.field_bytes:
        return "a long quoted field"
    outside = np.flatnonzero(np.searchsorted(quotes, feeds) % 2 == 0)
    if len(outside) < len(feeds) and not _breaks_are_allowed(data, (begins, ends), (feeds, feeds[outside]), delimiter, limits):
        return "more line breaks than allowed"
    return _layout(data, feeds, outside)


def _stands_at_start(data: Bytes, at: Integers, delimiter: int) -> Flags:
    before = data[np.maximum(at - 1, 0)]
    stands: Flags = (before == delimiter) | (before == _LF) | (at == 0)
    return stands


def _stands_at_end(data: Bytes, at: Integers, delimiter: int) -> Flags:
    last = len(data) - 1
    after, second = data[np.minimum(at + 1, last)], data[np.minimum(at + 2, last)]
    stands: Flags = (after == delimiter) | (after == _LF) | ((after == _CR) & (second == _LF)) | (at == last)
    return stands


def _breaks_are_allowed(
    data: Bytes, fields: tuple[Integers, Integers], feeds: tuple[Integers, Integers], delimiter: str, limits: RecordLimits
) -> bool:
    """Whether each quoted field (begin, end) holds no more line feeds than its column may; `feeds` are all, and those that end records."""
    if not any(limits.line_breaks):
        return False
    breaks = np.searchsorted(feeds[0], fields[1]) - np.searchsorted(feeds[0], fields[0])
    begins, breaks = fields[0][breaks > 0], breaks[breaks > 0]
    record_ends = np.append(-1, feeds[1])
    record_starts = record_ends[np.searchsorted(feeds[1], begins)] + 1
    delimiters: Integers = np.flatnonzero(data == ord(delimiter))
    quoted = np.searchsorted(fields[0], delimiters) - 1
    is_inside = (quoted >= 0) & (delimiters < fields[1][quoted])
    delimiters = delimiters[~is_inside]
    columns = np.searchsorted(delimiters, begins) - np.searchsorted(delimiters, record_starts)
    allowed = np.array([*limits.line_breaks, 0])
    return bool((breaks <= allowed[np.minimum(columns, len(allowed) - 1)]).all())


def _layout(data: Bytes, feeds: Integers, record_feeds: Integers) -> Layout:
    """The layout from all line feeds and the indices of those that end a record; a last line without one ends with the range."""
    is_open_ended = len(data) > 0 and data[-1] != _LF
    line_count = len(feeds) + is_open_ended
    first_lines = np.concatenate(([0], record_feeds + 1, [line_count] if is_open_ended else [])).astype(np.int64)
    ends = np.append(feeds[record_feeds], [len(data)] if is_open_ended else []).astype(np.int64)
    starts = np.append(0, ends[:-1] + 1) if len(ends) else ends
    is_blank = (ends == starts) | ((ends == starts + 1) & (data[np.minimum(starts, max(len(data) - 1, 0))] == _CR))
    return Layout(first_lines, is_blank, len(record_feeds) < len(feeds))
