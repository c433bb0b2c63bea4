"""How the tests of the readers put a file together and take rows apart."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest

from jobs.intake import cells
from jobs.intake import scan as scanning
from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.exact import read_exact
from jobs.intake.fast import NotProven, read_fast
from jobs.intake.read import read_ranges
from jobs.intake.rows import row_schema
from jobs.intake.scan import Range, Scan, Scanner

# (values, or the malformed record's bytes; physical line; spreadsheet row)
Row = tuple[tuple[str, ...] | bytes, int, int]


def columns(width: int) -> Columns:
    names = tuple(f"c{number}" for number in range(width))
    return Columns(names, names)


def rows_of(table: pa.Table) -> list[Row]:
    """The rows; checks the nulls on the way."""
    rows: list[Row] = []
    for row in table.to_pylist():
        line, record, malformed = row.pop("_row"), row.pop("_record"), row.pop("_malformed")
        values = tuple(row.values())
        assert all((value is None) == (malformed is not None) for value in values)
        rows.append((values if malformed is None else malformed, line, record))
    return rows


def scan(raw: bytes, dialect: Dialect, range_bytes: int, block_bytes: int = 1 << 20) -> Scan:
    """The scan, with so small a head that blocks behind it are counted and cut as they come."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scanning, "HEAD_BYTES", 32)
        scanner = Scanner(dialect, range_bytes)
        for block in blocks(raw, block_bytes):
            scanner.feed(block)
        return scanner.finish()


def blocks(raw: bytes, size: int) -> Iterator[bytes]:
    yield from (raw[at : at + size] for at in range(0, len(raw), size))


def exact_rows(body: bytes, dialect: Dialect, width: int, limits: RecordLimits, block_bytes: int = 1 << 20) -> list[Row]:
    """The exact reader's rows of a body that begins in line 2, row 2."""
    batches = read_exact(blocks(body, block_bytes), Range(0, len(body), 2, 2), dialect, columns(width), limits)
    return rows_of(pa.Table.from_batches(batches, row_schema(columns(width))))


def fast_rows(body: bytes, dialect: Dialect, width: int, limits: RecordLimits) -> list[Row] | NotProven:
    """The fast reader's rows of a body that begins in line 2, row 2; the same ones where it looks for texts that repeat themselves."""
    position, names = Range(0, len(body), 2, 2), columns(width)
    table = read_fast(body, position, dialect, names, limits)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cells, "SAMPLE_BYTES", 4)
        apart = read_fast(body, position, dialect, names, limits)
    if isinstance(table, NotProven):
        assert apart == table
        return table
    assert isinstance(apart, pa.Table)
    assert table.schema == row_schema(names)
    assert apart.cast(row_schema(names)).equals(table)
    return rows_of(table)


def file_rows(raw: bytes, dialect: Dialect, width: int, limits: RecordLimits, range_bytes: int, block_bytes: int = 7) -> list[Row]:
    """A whole file's rows, scanned and read as the main job does."""
    ranges = scan(raw, dialect, range_bytes, block_bytes).ranges
    return rows_of(read_file(raw, ranges, dialect, columns(width), limits))


def read_file(raw: bytes, ranges: Sequence[Range], dialect: Dialect, names: Columns, limits: RecordLimits) -> pa.Table:
    batches = read_ranges(lambda offset, length: raw[offset : offset + length], ranges, dialect, names, limits)
    return pa.Table.from_batches(batches, row_schema(names))
