"""What the negative list has cut is gone before the first write, and every row keeps its line."""

import pytest

from jobs.intake.cut import cut_columns
from jobs.intake.dialect import Columns, Dialect, RecordLimits
from jobs.intake.read import read_ranges
from jobs.intake.scan import Scan, Scanner

LIMITS = RecordLimits(line_breaks=(0, 0, 3))
FILE = '编号,民族,备注\n1,满,好\n\n2,回,"两行\n备注"\n3,藏\n4,"壮",含,逗号\n5,苗,"a ""b"", c"\n'


def _scan(raw: bytes, dialect: Dialect) -> Scan:
    scanner = Scanner(dialect)
    scanner.feed(raw)
    return scanner.finish()


def _rows(raw: bytes, dialect: Dialect, kept: tuple[str, ...], limits: RecordLimits) -> list[tuple[int, list[str] | None]]:
    def open_range(offset: int, length: int) -> bytes:
        return raw[offset : offset + length]

    batches = read_ranges(open_range, _scan(raw, dialect).ranges, dialect, Columns(kept, kept), limits)
    rows = [row for batch in batches for row in batch.to_pylist()]
    return [(row["_row"], None if row["_malformed"] is not None else [row[name] for name in kept]) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_column_is_gone_and_every_other_cell_stands_in_its_line(encoding: str) -> None:
    dialect = Dialect(encoding=encoding)  # type: ignore[arg-type]
    raw = FILE.encode(encoding)
    first = _scan(raw, dialect).ranges[0]
    cut = b"".join(cut_columns([raw[first.offset :]], first, dialect, ("编号", "民族", "备注"), ("民族",), LIMITS))
    text = cut.decode(encoding)
    assert not any(people in text for people in "满回藏壮苗族")
    # Lines 6 and 7 did not parse; what they held in the column cannot be told, so nothing of them is kept.
    found = _rows(cut, dialect, ("编号", "备注"), RecordLimits(line_breaks=(0, 3)))
    assert found == [(2, ["1", "好"]), (4, ["2", "两行\n备注"]), (6, None), (7, None), (8, ["5", 'a "b", c'])]


def test_a_line_that_could_not_be_read_never_passes_as_a_row() -> None:
    dialect = Dialect()
    raw = b"a,b\n1\n"
    first = _scan(raw, dialect).ranges[0]
    cut = b"".join(cut_columns([raw[first.offset :]], first, dialect, ("a", "b"), ("b",), RecordLimits()))
    assert _rows(cut, dialect, ("a",), RecordLimits()) == [(2, None)]
