"""From ranges to rows: the fast reader where it proves itself, the exact one for the rest.

Ranges may be read anywhere and in any order (round 1, `read_range`). If some come back not proven, the rows of the first such range and of
all that follow it are void, and that stretch is read again, sequentially, as one (round 2, `read_rest`): an odd quote turns every later cut
inside out, while the ranges before it are right.
"""

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.exact import BATCH_ROWS, read_exact
from jobs.intake.fast import NotProven, read_fast
from jobs.intake.rows import row_schema
from jobs.intake.scan import Range

# (offset, length) -> exactly these bytes of the archived object.
OpenRange = Callable[[int, int], bytes]
BLOCK_BYTES = 4 << 20
# A range larger than this was not cut for want of even quotes; it is never taken into memory as one.
LARGEST_RANGE = 128 << 20


def read_range(open_range: OpenRange, position: Range, dialect: Dialect, columns: Columns, limits: RecordLimits) -> pa.Table | NotProven:
    """Round 1: the rows of one range. What is not proven while its boundary is, the exact reader reads at once.

    A `NotProven` that comes out never has its boundary proven: this range and all after it belong to round 2.
    """
    if position.length > LARGEST_RANGE:
        return NotProven("a range too large to have been cut by its quotes", boundary_proven=False)
    raw = open_range(position.offset, position.length)
    table = read_fast(raw, position, dialect, columns, limits)
    if isinstance(table, NotProven) and table.boundary_proven:
        return pa.Table.from_batches(read_exact((raw,), position, dialect, columns, limits), row_schema(columns))
    return table


def read_rest(
    open_range: OpenRange, rest: Range, dialect: Dialect, columns: Columns, limits: RecordLimits, batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """Round 2: the rows of a stretch (see `rest_from`), streamed through the exact reader."""
    return read_exact(_blocks(open_range, rest), rest, dialect, columns, limits, batch_rows)


def rest_from(ranges: Sequence[Range], first: int) -> Range:
    """The stretch from range number `first` (from 0) to the end of the file."""
    begin, last = ranges[first], ranges[-1]
    return Range(begin.offset, last.offset + last.length - begin.offset, begin.first_line, begin.first_record)


def read_ranges(
    open_range: OpenRange, ranges: Sequence[Range], dialect: Dialect, columns: Columns, limits: RecordLimits, batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """All rows of a file in its order, both rounds in one process, one range in memory at a time."""
    for number, position in enumerate(ranges):
        table = read_range(open_range, position, dialect, columns, limits)
        if isinstance(table, NotProven):
            yield from read_rest(open_range, rest_from(ranges, number), dialect, columns, limits, batch_rows)
            return
        yield from table.to_batches(max_chunksize=batch_rows)


def _blocks(open_range: OpenRange, stretch: Range) -> Iterator[bytes]:
    end = stretch.offset + stretch.length
    for offset in range(stretch.offset, end, BLOCK_BYTES):
        yield open_range(offset, min(BLOCK_BYTES, end - offset))
