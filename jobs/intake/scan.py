"""The pre-scan: sha256 and cuts at record boundaries, in the one read that archives a file.

A line end counts as a record's end where the number of quotes before it is even. That is right as long as every quote opens, closes or is
doubled; the readers prove it range by range, and where it fails nothing after that range is taken on trust.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from jobs.errors import DropRefused
from jobs.intake.dialect import Dialect
from jobs.intake.header import HEAD_BYTES, find_header
from jobs.intake.rows import Integers

RANGE_BYTES = 16 << 20


@dataclass(frozen=True)
class Range:
    """A stretch of whole records. `first_line` is the physical line of its first byte, `first_record` its row in a spreadsheet."""

    offset: int
    length: int
    first_line: int
    first_record: int


@dataclass(frozen=True)
class Scan:
    """What one read of a file tells. `ranges` cover all bytes after the header, in order, without gaps; none where there is no data."""

    sha256: str
    size: int
    ranges: tuple[Range, ...]


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class Scanner:
    """Fed with a file's blocks in order; holds nothing but counts, and the head until the header has been found."""

    def __init__(self, dialect: Dialect, range_bytes: int = RANGE_BYTES) -> None:
        """Ranges are cut at the first record that begins `range_bytes` or more after the last cut."""
        self._dialect = dialect
        self._range_bytes = range_bytes
        self._quote = dialect.quote.encode() if dialect.quote else None
        self._hash: _Hash = hashlib.sha256()
        self._size = 0
        self._head: bytes | None = b""
        self._position = self._line = self._record = 0
        self._is_quoted = False
        self._cuts: list[tuple[int, int, int]] = []

    def feed(self, block: bytes) -> None:
        """Take in the next bytes of the file.

        Raises: DropRefused `header_unreadable` when no header ends in the file's head (`peek` has refused such a file before).
        """
        self._hash.update(block)
        self._size += len(block)
        if self._head is None:
            self._count(block)
            return
        self._head += block
        if len(self._head) >= HEAD_BYTES:
            self._begin(self._head, is_whole=False)

    def finish(self) -> Scan:
        """The file's hash, size and ranges. Raises: DropRefused as `feed` does."""
        if self._head is not None:
            self._begin(self._head, is_whole=True)
        cuts = [cut for cut in self._cuts if cut[0] < self._size]
        following = [*cuts[1:], (self._size, 0, 0)][: len(cuts)]
        ranges = (Range(cut[0], after[0] - cut[0], cut[1], cut[2]) for cut, after in zip(cuts, following, strict=True))
        return Scan(self._hash.hexdigest(), self._size, tuple(ranges))

    def _begin(self, head: bytes, *, is_whole: bool) -> None:
        span = find_header(head, is_whole, self._dialect)
        if span is None:
            raise DropRefused("header_unreadable", "No header ends in the file's head. Nothing was landed. Drop it with a header line.")
        self._head = None
        self._position, self._line, self._record = span.data_offset, span.lines + 1, span.rows + 1
        self._cuts.append((self._position, self._line, self._record))
        self._count(head[span.data_offset :])

    def _count(self, block: bytes) -> None:
        """Count the block's lines and records, and cut where a cut is due."""
        if self._quote and self._quote in block:
            self._count_quoted(block)
        elif self._is_quoted:
            self._line += block.count(b"\n")
        else:
            self._count_plain(block)
        self._position += len(block)

    def _count_plain(self, block: bytes) -> None:
        start = 0
        while (end := block.find(b"\n", self._next_cut(start))) >= 0:
            self._advance(block.count(b"\n", start, end + 1))
            start = end + 1
            self._cuts.append((self._position + start, self._line, self._record))
        self._advance(block.count(b"\n", start))

    def _advance(self, lines: int) -> None:
        self._line += lines
        self._record += lines

    def _count_quoted(self, block: bytes) -> None:
        data = np.frombuffer(block, dtype=np.uint8)
        quotes: Integers = np.flatnonzero(data == ord('"'))
        feeds: Integers = np.flatnonzero(data == ord("\n"))
        ends = feeds[(np.searchsorted(quotes, feeds) + self._is_quoted) % 2 == 0]
        nth = 0
        while (nth := int(np.searchsorted(ends, self._next_cut(int(ends[nth - 1]) + 1 if nth else 0)))) < len(ends):
            end = int(ends[nth])
            line = self._line + int(np.searchsorted(feeds, end)) + 1
            nth += 1
            self._cuts.append((self._position + end + 1, line, self._record + nth))
        self._line += len(feeds)
        self._record += len(ends)
        self._is_quoted = bool((len(quotes) + self._is_quoted) % 2)

    def _next_cut(self, start: int) -> int:
        """Where in this block, from `start` on, the byte before the next cut may stand."""
        return max(start, self._cuts[-1][0] + self._range_bytes - 1 - self._position)
