"""Ways to spoil a record so that it is no record any more. Each takes the record as text with its line end and gives its bytes."""

from jobs.catalogue.contract import Dialect

# No lead byte in UTF-8 or GB18030.
NO_CHARACTER = b"\xff"


def cut_short(record: str, dialect: Dialect) -> bytes:
    """The first two cells only; they must be unquoted."""
    return (dialect.delimiter.join(record.split(dialect.delimiter)[:2]) + _line_end(record)).encode(dialect.encoding)


def one_cell_more(record: str, dialect: Dialect) -> bytes:
    """An empty cell too many at the end."""
    end = _line_end(record)
    return (record.removesuffix(end) + dialect.delimiter + end).encode(dialect.encoding)


def undecodable(record: str, dialect: Dialect) -> bytes:
    """A byte that begins no character, before the second one."""
    return record[:1].encode(dialect.encoding) + NO_CHARACTER + record[1:].encode(dialect.encoding)


def with_nul(record: str, dialect: Dialect) -> bytes:
    """A NUL byte before the second character."""
    return (record[:1] + "\0" + record[1:]).encode(dialect.encoding)


def quote_left_open(record: str, dialect: Dialect) -> bytes:
    """The last cell, unquoted so far, opens a quote and never closes it. No quote may follow in the file for some lines."""
    before, cell = record.rsplit(dialect.delimiter, 1)
    return f'{before}{dialect.delimiter}"{cell}'.encode(dialect.encoding)


def text_after_quote(record: str, dialect: Dialect) -> bytes:
    """The first cell, unquoted so far, is quoted in part: `"ab"cd`."""
    first, rest = record.split(dialect.delimiter, 1)
    return f'"{first[:2]}"{first[2:]}{dialect.delimiter}{rest}'.encode(dialect.encoding)


def _line_end(record: str) -> str:
    return "\r\n" if record.endswith("\r\n") else "\n"
