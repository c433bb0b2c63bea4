"""Typed cells of CSV files that people keep: parameters of themes. An empty cell is a null."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from jobs.catalogue.contract import LogicalType
from jobs.catalogue.frozen import Frozen

Cell = str | int | Decimal | date | bool | None
WORDS = re.compile(r"(?P<type>[a-z]+)(?:\((?P<precision>\d+), ?(?P<scale>\d+)\))?")
BOOLEANS = {"true": True, "false": False}


class CellType(Frozen):
    """What a cell holds; a number says its precision and scale. A `required` cell is not empty."""

    type: LogicalType
    precision: int | None = None
    scale: int | None = None
    required: bool = False

    @classmethod
    def of_words(cls, words: str) -> "CellType":
        """The type written as `date` or `number(9, 4)`. Raises: ValueError."""
        found = WORDS.fullmatch(words)
        if not found:
            raise ValueError(f"{words!r} is no type")
        kind = cls.model_validate({name: value for name, value in found.groupdict().items() if value is not None})
        faults = type_faults(kind)
        if faults:
            raise ValueError("; ".join(faults))
        return kind

    @property
    def words(self) -> str:
        """The type as people write it."""
        return f"{self.type}({self.precision}, {self.scale})" if self.type == "number" else self.type

    def parse(self, text: str) -> Cell:
        """The cell's value. Raises: ValueError when the text is not of this type."""
        if text == "":
            if self.required:
                raise ValueError("is empty")
            return None
        try:
            return self._parsed(text)
        except (ValueError, InvalidOperation, KeyError) as error:
            raise ValueError(f"{text!r} is no {self.words}") from error

    def _parsed(self, text: str) -> Cell:
        if self.type == "integer":
            return int(text)
        if self.type == "date":
            return date.fromisoformat(text)
        if self.type == "boolean":
            return BOOLEANS[text]
        if self.type == "number":
            return self._decimal(Decimal(text))
        if self.type == "timestamp":
            raise ValueError("a time zone of its own is more than a cell says")
        return text

    def _decimal(self, number: Decimal) -> Decimal:
        scale = self.scale or 0
        quantized = number.quantize(Decimal(1).scaleb(-scale))
        if quantized != number or abs(number) >= Decimal(10) ** ((self.precision or 0) - scale):
            raise ValueError(number)
        return quantized


def type_faults(kind: CellType) -> list[str]:
    """What is wrong with a declared type."""
    if kind.type == "number":
        if kind.precision is None or kind.scale is None:
            return ["a number needs precision and scale"]
        return [] if 0 <= kind.scale <= kind.precision <= 38 else [f"number({kind.precision}, {kind.scale}) is no type"]
    return [f"a {kind.type} has neither precision nor scale"] if (kind.precision, kind.scale) != (None, None) else []


def read_cells(path: Path, columns: Mapping[str, CellType]) -> tuple[tuple[tuple[Cell, ...], ...], list[str]]:
    """Rows of a UTF-8 CSV file in the order of `columns`, and every fault by line; no rows where there are faults."""
    try:
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), restkey="")
    except (OSError, UnicodeDecodeError) as error:
        return (), [f"is not a CSV file in UTF-8: {error}"]
    if list(lines.fieldnames or ()) != list(columns):
        return (), [f"line 1 has the columns {list(lines.fieldnames or ())}, not {list(columns)}"]
    rows, faults = [], []
    for line in lines:
        if "" in line or None in line.values():
            faults.append(f"line {lines.line_num} has not as many cells as headings")
            continue
        row = []
        for name, kind in columns.items():
            try:
                row.append(kind.parse(line[name]))
            except ValueError as error:
                faults.append(f"line {lines.line_num}, {name}: {error}")
        rows.append(tuple(row))
    return (() if faults else tuple(rows)), faults
