"""A range as pyarrow parses it: columns of text, those whose values repeat as dictionaries, which nobody needs to hash again.

GB18030 is decoded column by column after the bytes were split: a dictionary's few values instead of every row's, and nothing where a
column is ASCII. Python's decoder takes longer over a whole range than pyarrow takes to parse it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from jobs.intake.dialect import Columns, Dialect
from jobs.intake.rows import row_schema

BLOCK_BYTES = 1 << 20
# The head of a range by which columns that repeat themselves are told; in a range of a few heads it does not pay.
SAMPLE_BYTES = 1 << 20
_PAYS_FROM = 4
# Never part of a text, for a range with a NUL is not parsed here.
_NUL = b"\0"
OnInvalid = Callable[[pacsv.InvalidRow], str]


@dataclass(frozen=True)
class Parsed:
    """What pyarrow made of a range: its good rows, and (number among the rows that are no blank lines, from 0; text) of the others."""

    texts: pa.Table
    invalid: list[tuple[int, str]]


def parse_text(text: bytes, dialect: Dialect, columns: Columns, *, is_multiline: bool) -> Parsed | str:
    """A range in UTF-8 parsed, or why pyarrow would not."""
    invalid: list[tuple[int, str]] = []

    def keep(row: pacsv.InvalidRow) -> str:
        invalid.append((row.number - 1, row.text))
        return "skip"

    parsing = _parsing(dialect, keep, is_multiline=is_multiline)
    try:
        types = _types(text, columns, pa.string(), parsing)
        invalid.clear()
        texts = _read(text, columns, {name: types[name] for name in columns.contract}, parsing)
    except pa.ArrowInvalid as error:
        if text:
            return f"pyarrow: {error.__class__.__name__}"
        texts = row_schema(columns).empty_table().select(list(columns.contract))
    return Parsed(_whole(texts), invalid)


def parse_gb18030(raw: bytes, dialect: Dialect, columns: Columns, *, is_multiline: bool) -> Parsed | None:
    """A range in GB18030 parsed as bytes and its cells decoded; None where a row has another width or a cell cannot be decoded.

    The dialect must split bytes. Every column is decoded, also one that nobody asked for: an undecodable cell makes its row malformed.
    """
    parsing = _parsing(dialect, None, is_multiline=is_multiline)
    try:
        texts = _whole(_read(raw, columns, _types(raw, columns, pa.binary(), parsing), parsing))
        decoded = {name: _decoded(cells) for name, cells in zip(texts.column_names, texts.columns, strict=True)}
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    return Parsed(pa.table([decoded[name] for name in columns.contract], list(columns.contract)), [])


def _parsing(dialect: Dialect, on_invalid: OnInvalid | None, *, is_multiline: bool) -> pacsv.ParseOptions:
    return pacsv.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        double_quote=True,
        escape_char=False,
        newlines_in_values=is_multiline,
        invalid_row_handler=on_invalid,
    )


def _types(text: bytes, columns: Columns, kind: pa.DataType, parsing: pacsv.ParseOptions) -> dict[str, pa.DataType]:
    """The type of each column as sent: a dictionary where the head of a long range has at most half as many values as rows."""
    types = dict.fromkeys(columns.sent, kind)
    if len(text) < _PAYS_FROM * SAMPLE_BYTES:
        return types
    try:
        sample = _read(text[: text.rfind(b"\n", 0, SAMPLE_BYTES) + 1], columns, types, parsing)
    except pa.ArrowInvalid:  # it may end inside a quoted field
        return types
    repeating = [name for name in columns.sent if 2 * len(pc.unique(sample[name])) <= sample.num_rows]
    return {**types, **dict.fromkeys(repeating, pa.dictionary(pa.int32(), kind))}


def _read(text: bytes, columns: Columns, types: dict[str, pa.DataType], parsing: pacsv.ParseOptions) -> pa.Table:
    return pacsv.read_csv(
        pa.BufferReader(text),
        read_options=pacsv.ReadOptions(use_threads=False, column_names=list(columns.sent), block_size=BLOCK_BYTES),
        parse_options=parsing,
        convert_options=pacsv.ConvertOptions(column_types=types, include_columns=list(types), strings_can_be_null=False, check_utf8=False),
    )


def _whole(texts: pa.Table) -> pa.Table:
    """The same in one piece, with one dictionary a column."""
    return texts.unify_dictionaries().combine_chunks()


def _decoded(cells: pa.ChunkedArray) -> pa.Array:
    """The cells as text. Raises: UnicodeDecodeError."""
    whole = cells.chunk(0) if cells.num_chunks else pa.array([], cells.type)
    if isinstance(whole, pa.DictionaryArray):
        return pa.DictionaryArray.from_arrays(whole.indices, _texts(whole.dictionary))
    return _texts(whole)


def _texts(cells: pa.Array) -> pa.Array:
    everything = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(cells)], pa.int32()), cells), _NUL)[0].as_py()
    if everything.isascii():
        return cells.cast(pa.string())
    data = np.frombuffer(everything.decode("gb18030").encode("utf-8"), dtype=np.uint8)
    is_end = data == 0
    ends = np.append(np.flatnonzero(is_end), len(data)) - np.arange(len(cells))
    offsets = np.append(0, ends).astype(np.int32)
    return pa.StringArray.from_buffers(len(cells), pa.py_buffer(offsets), pa.py_buffer(data[~is_end]))
