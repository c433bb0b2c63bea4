"""A file without some of its columns, for what the negative list has cut before the first write."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.exact import read_exact
from jobs.intake.scan import Range

# Stands for a line that did not parse: what it holds in the column to be cut cannot be told. The NUL keeps the line malformed.
REDACTED = b"[redacted: the line could not be read and a column had to be cut]\0"


def cut_columns(
    blocks: Iterable[bytes], first: Range, dialect: Dialect, header: Sequence[str], cut: Sequence[str], limits: RecordLimits
) -> Iterator[bytes]:
    """The file's bytes again without the columns `cut`; `blocks` begin at `first`, the first range after the header.

    Every record keeps its physical line; lines before the header and line ends come out plain. Columns are cut by name, all of that name.
    """
    kept = [name for name in header if name not in cut]
    # Names may repeat among the cut ones; the readers map by place.
    places = tuple(f"{place}" for place in range(len(header)))
    columns = Columns(places, tuple(place for place, name in zip(places, header, strict=True) if name in kept))
    header_line = max(first.first_line - 1, 1)
    yield b"\n" * (header_line - 1) + _encoded(kept, dialect) + b"\n"
    line = header_line + 1
    for rows in read_exact(blocks, first, dialect, columns, limits):
        for record, start in zip(_records(rows, columns, dialect), rows["_row"].to_pylist(), strict=True):
            yield b"\n" * (start - line) + record + b"\n"
            line = start + record.count(b"\n") + 1


def _records(rows: pa.RecordBatch, columns: Columns, dialect: Dialect) -> Iterator[bytes]:
    fields = [rows[name].to_pylist() for name in columns.contract]
    for place, malformed in enumerate(rows["_malformed"].to_pylist()):
        yield REDACTED if malformed is not None else _encoded([column[place] for column in fields], dialect)


def _encoded(cells: Sequence[str], dialect: Dialect) -> bytes:
    return dialect.delimiter.join(_cell(cell, dialect) for cell in cells).encode(dialect.encoding)


def _cell(cell: str, dialect: Dialect) -> str:
    quote = dialect.quote
    if quote and (quote in cell or dialect.delimiter in cell or "\n" in cell or "\r" in cell or cell == ""):
        # An empty cell is quoted: a record of one empty cell must not read as a blank line.
        return f"{quote}{cell.replace(quote, quote + quote)}{quote}"
    return cell
