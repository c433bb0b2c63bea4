"""A masked extract as CSV, XLSX or Parquet, written batch by batch into a local file."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from jobs.errors import ShareError

# What a worksheet holds below its heading.
XLSX_ROWS = 1_048_575
# China has had one zone and no summer time since 1992.
BEIJING = timezone(timedelta(hours=8))


def write_extract(path: Path, file_format: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write the file; its rows. Raises: ShareError for more rows than an XLSX sheet holds."""
    writers = {"csv": _write_csv, "xlsx": _write_xlsx, "parquet": _write_parquet}
    return writers[file_format](path, schema, batches)


def _write_csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    # The mark at the start lets Excel read the file as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer, rows = csv.writer(file), 0
        writer.writerow(schema.names)
        for row in _text_rows(batches):
            writer.writerow(row)
            rows += 1
    return rows


def _write_xlsx(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append([_text_cell(sheet, name) for name in schema.names])
    rows = 0
    for row in _text_rows(batches):
        rows += 1
        if rows > XLSX_ROWS:
            sheet.close()
            raise ShareError(
                f"{path.name}: more than {XLSX_ROWS} rows do not fit an XLSX sheet. Nothing was delivered. "
                "Set file_format of the demand to csv or parquet, or narrow its row_scope."
            )
        sheet.append([_text_cell(sheet, text) for text in row])
    book.save(path)
    return rows


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    # Else a text that starts with `=` would be a formula.
    cell.data_type = "s"
    return cell


def _write_parquet(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))
            rows += batch.num_rows
    return rows


def _text_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Sequence[str]]:
    for batch in batches:
        yield from zip(*([_text(value) for value in column.to_pylist()] for column in batch.columns), strict=True)


def _text(value: Any) -> str:
    """A value as text: null empty, points in time on the city's clocks, numbers in full."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return str(value).lower() if isinstance(value, bool) else str(value)
