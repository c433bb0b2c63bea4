"""A plain reader of the sample city's files: record by record, told only which lines are malformed and how."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.catalogue.contract import Contract

LINE_BREAKS = "malformed:line_breaks"
NONE: Mapping[int, str] = {}


@dataclass(frozen=True)
class Record:
    """`line` is the physical line of its first byte, from 1; `cells` by field name."""

    line: int
    cells: dict[str, str]


def physical_lines(raw: bytes) -> list[bytes]:
    return raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")


def read_records(raw: bytes, contract: Contract, provider: str, malformed: Mapping[int, str] = NONE) -> list[Record]:
    """Every record but the malformed ones; fails on any other line that is no record."""
    dialect, names = contract.dialect(provider), contract.headers(provider)
    lines = physical_lines(raw)
    header = lines[dialect.skip_lines].decode(dialect.encoding).rstrip("\r").split(dialect.delimiter)
    at, records = dialect.skip_lines + 1, []
    while at < len(lines):
        first, text = at + 1, lines[at]
        at += 1
        while malformed.get(first, LINE_BREAKS) == LINE_BREAKS and text.count(b'"') % 2:
            text += b"\n" + lines[at]
            at += 1
        if first in malformed or not text.strip(b"\r"):
            continue
        (cells,) = csv.reader([text.decode(dialect.encoding).rstrip("\r")], delimiter=dialect.delimiter, strict=True)
        assert len(cells) == len(header), f"line {first} has {len(cells)} cells"
        records.append(Record(first, {names.get(name, name): cell for name, cell in zip(header, cells, strict=True)}))
    return records
