"""Where a query's rows go: a file or a stream as CSV, Parquet or JSON, written as they come; or a table for the terminal."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from jobs.reports.plain_text import shortened, visible

# Past so many columns a row is shown as a block of its own: columns of three characters help nobody.
WIDEST = 12
LONGEST_CELL = 60
NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
Write = Callable[[pa.RecordBatchReader, BinaryIO], None]


def write_csv(rows: pa.RecordBatchReader, out: BinaryIO) -> None:
    """UTF-8 with a header; a nested value as its JSON."""
    nested = {field.name for field in rows.schema if pa.types.is_nested(field.type)}
    schema = pa.schema([field.with_type(pa.string()) if field.name in nested else field for field in rows.schema])
    with pa_csv.CSVWriter(out, schema) as writer:
        for batch in rows:
            columns = [
                _as_json(column) if field.name in nested else column for field, column in zip(rows.schema, batch.columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _as_json(column: pa.Array) -> pa.Array:
    return pa.array([None if value is None else _json(value) for value in column.to_pylist()], pa.string())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """Dates and times as ISO 8601, bytes as hexadecimal digits, decimals in their own digits."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def write_parquet(rows: pa.RecordBatchReader, out: BinaryIO) -> None:
    """One Parquet file."""
    import pyarrow.parquet as pq  # it brings pandas with it, which no other way of delivery should wait for

    with pq.ParquetWriter(out, rows.schema) as writer:
        for batch in rows:
            writer.write_batch(batch)


def write_json(rows: pa.RecordBatchReader, out: BinaryIO) -> None:
    """A JSON object a line; a decimal is text, so that it keeps its digits."""
    for batch in rows:
        out.write("".join(_json(row) + "\n" for row in batch.to_pylist()).encode())


WRITERS: Mapping[str, Write] = {"csv": write_csv, "parquet": write_parquet, "json": write_json}


def write_to(path: Path | None, stream: BinaryIO, write: Write) -> Callable[[pa.RecordBatchReader], None]:
    """A delivery to the file, which stands whole or not at all, or to the stream where `path` is None."""

    def deliver(rows: pa.RecordBatchReader) -> None:
        if path is None:
            write(rows, stream)
            return
        temporary = path.with_name(f".{path.name}.part")
        try:
            with temporary.open("wb") as file:
                write(rows, file)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    return deliver


def terminal_table(rows: pa.Table) -> RenderableType:
    """The rows as a table, or as a block each where they have many columns; no text of theirs is read as markup."""
    return _blocks(rows) if rows.num_columns > WIDEST else _grid(rows)


def _grid(rows: pa.Table) -> Table:
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for field in rows.schema:
        is_number = any(is_one(field.type) for is_one in NUMBERS)
        table.add_column(Text(visible(field.name)), justify="right" if is_number else "left", overflow="fold")
    for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        table.add_row(*map(_cell, row))
    return table


def _blocks(rows: pa.Table) -> Group:
    blocks: list[RenderableType] = []
    for number, row in enumerate(rows.to_pylist(), start=1):
        grid = Table.grid(padding=(0, 2))
        for name, value in row.items():
            grid.add_row(Text(visible(name), style="dim"), _cell(value))
        blocks += [Text(f"row {number}", style="bold"), grid]
    return Group(*blocks)


def _cell(value: Any) -> Text:
    return Text("") if value is None else Text(shortened(visible(str(value)), LONGEST_CELL))
