"""A sample file as columns of text, read by the intake's own reader in a dialect that the file's head suggests."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from jobs.errors import ProposalError
from jobs.intake.charset import likely_encoding
from jobs.intake.dialect import Columns, Dialect, Encoding, RecordLimits
from jobs.intake.exact import read_exact
from jobs.intake.header import HEAD_BYTES, find_header
from jobs.intake.peek import Peek, peek
from jobs.intake.scan import Range

SAMPLE_ROWS = 100_000
# More line breaks in one field than this are an unclosed quote rather than a text.
LINE_BREAKS = 20
DELIMITERS = (",", "\t", "|", ";")
BLOCK_BYTES = 4 << 20
# How far down the lines are held against one another to find delimiter and header.
LOOKED_LINES = 48
# What people and exports write for "nothing"; `NA` is not among them, it is a country.
NOTHING = ("\\N", "NULL", "null", "None", "N/A", "-", "--", "/", "无", "空")
# What a value looks like and a name does not; a year may head a column.
_VALUE = re.compile(r"(?!(?:19|20)[0-9]{2}\Z)[+-]?[0-9][0-9.,:/ -]*[0-9Xx]?|(?=.*[0-9])[0-9A-Z]{15,}")


@dataclass(frozen=True)
class Column:
    """One column of a sample: its values with how many rows hold each, what says "nothing" left out; `rows` is all rows."""

    header: str
    counts: Mapping[str, int]
    rows: int

    @property
    def filled(self) -> int:
        """Rows that hold a value."""
        return sum(self.counts.values())

    def holding(self, is_so: Callable[[str], bool]) -> int:
        """Rows whose value is so."""
        return sum(count for value, count in self.counts.items() if is_so(value))

    def share(self, is_so: Callable[[str], bool]) -> float:
        """Share of the filled rows whose value is so; 0 where none is filled."""
        return self.holding(is_so) / self.filled if self.counts else 0.0

    def thinned(self, most: int) -> "Column":
        """The column with about so many of its different values, from all over it."""
        every = max(1, len(self.counts) // most)
        return Column(self.header, dict(islice(self.counts.items(), 0, None, every)), self.rows)

    def longest(self) -> int:
        """Characters of the longest value; 0 where there is none."""
        return max(map(len, self.counts), default=0)


@dataclass(frozen=True)
class Sample:
    """The first rows of a file. `table` holds the rows that parsed, as text, by the header's names; `malformed` counts the others."""

    dialect: Dialect
    header: tuple[str, ...]
    table: pa.Table
    malformed: int
    is_whole: bool
    null_tokens: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        """Rows that parsed."""
        return int(self.table.num_rows)


def read_sample(path: Path, rows: int = SAMPLE_ROWS) -> Sample:
    """The file's first rows, at most so many.

    Raises: ProposalError for a missing file, a header that names no columns or a file without rows; DropRefused as `peek` does.
    """
    if not path.is_file():
        raise ProposalError(f"{path}: no such file. Nothing was written.")
    size = path.stat().st_size
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
    dialect = likely_dialect(head, is_whole=len(head) >= size)
    seen = peek(head, size, dialect, ())
    _refuse_nameless(path, seen.header)
    table, is_whole = _read(path, size, seen, dialect, rows)
    is_good = pc.is_null(table["_malformed"])
    good = table.filter(is_good).select(list(seen.header))
    if not good.num_rows:
        raise ProposalError(f"{path}: no row below the header could be read as {dialect}. Nothing was written.")
    counts = {name: _value_counts(good[name]) for name in seen.header}
    tokens = ("", *(token for token in NOTHING if any(token in values for values in counts.values())))
    columns = tuple(_column(name, counts[name], tokens, good.num_rows) for name in seen.header)
    _refuse_repeated(path, columns)
    return Sample(dialect, seen.header, good, table.num_rows - good.num_rows, is_whole, tokens, columns)


def likely_dialect(head: bytes, *, is_whole: bool) -> Dialect:
    """Charset, delimiter and lines above the header: those by which most lines of the head have the same number of fields, above one."""
    encoding = likely_encoding(head, is_whole)
    lines = head.split(b"\n")[:LOOKED_LINES]
    top = b"\n".join(lines) + b"\n"
    return max((_as_parted(top, len(lines), encoding, delimiter) for delimiter in DELIMITERS), key=lambda one: one[0])[1]


def _as_parted(top: bytes, lines: int, encoding: Encoding, delimiter: str) -> tuple[tuple[bool, int, int], Dialect]:
    """How well the delimiter parts the lines, and the dialect with the lines above the header skipped."""
    widths = [_width(top, Dialect(encoding, delimiter, skip_lines=skipped)) for skipped in range(lines)]
    width, agreeing = Counter(width for width in widths if width).most_common(1)[0] if any(widths) else (1, 0)
    # A title above the header is one cell, or a few.
    first = next((place for place, found in enumerate(widths) if 2 * found > width), 0)
    return (width > 1, agreeing, width), Dialect(encoding, delimiter, skip_lines=first)


def _width(top: bytes, dialect: Dialect) -> int:
    span = find_header(top, True, dialect)
    return len(span.parsed.fields) if span else 0


def _refuse_nameless(path: Path, header: tuple[str, ...]) -> None:
    """A file without a header begins with data: its first line must not become names, and is not shown."""
    unnamed = [place for place, name in enumerate(header, 1) if not name.strip() or _VALUE.fullmatch(name.strip())]
    twice = [place for place, name in enumerate(header, 1) if name in header[: place - 1]]
    if unnamed or twice:
        raise ProposalError(
            f"{path}: the first line is no header: columns {sorted({*unnamed, *twice})} of {len(header)} have no name, a value for a name, "
            "or the name of another. Nothing was written. Take a sample with a header line."
        )


def _refuse_repeated(path: Path, columns: tuple[Column, ...]) -> None:
    """A first line whose cells stand among the values below is data too."""
    repeated = [place for place, column in enumerate(columns, 1) if column.counts.get(column.header, 0) > 1]
    if repeated:
        raise ProposalError(
            f"{path}: the first line is no header: of columns {repeated} it says what rows below say again. Nothing was written. "
            "Take a sample with a header line."
        )


def _read(path: Path, size: int, seen: Peek, dialect: Dialect, rows: int) -> tuple[pa.Table, bool]:
    """The first rows, and whether they are all."""
    columns = Columns(seen.header, seen.header)
    position = Range(seen.data_offset, size - seen.data_offset, seen.header_lines + 1, seen.header_rows + 1)
    limits = RecordLimits(line_breaks=(LINE_BREAKS,) * len(seen.header))
    batches: list[pa.RecordBatch] = []
    read = 0
    for batch in read_exact(_blocks(path, seen.data_offset), position, dialect, columns, limits):
        batches.append(batch)
        read += batch.num_rows
        if read > rows:
            break
    if not batches:
        raise ProposalError(f"{path}: a header and no row. Nothing was written.")
    return pa.Table.from_batches(batches).slice(0, rows), read <= rows


def _blocks(path: Path, offset: int) -> Iterator[bytes]:
    with path.open("rb") as source:
        source.seek(offset)
        while block := source.read(BLOCK_BYTES):
            yield block


def _value_counts(values: pa.ChunkedArray) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(values).to_pylist()}


def _column(header: str, counts: Mapping[str, int], tokens: tuple[str, ...], rows: int) -> Column:
    return Column(header, {value: count for value, count in counts.items() if value not in tokens}, rows)
