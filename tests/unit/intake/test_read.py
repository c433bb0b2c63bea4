import pyarrow as pa
import pytest

from jobs.intake import read
from jobs.intake.dialect import Dialect, RecordLimits
from jobs.intake.fast import NotProven
from jobs.intake.read import read_range, read_ranges, read_rest, rest_from
from jobs.intake.rows import row_schema
from jobs.intake.scan import Range
from tests.unit.intake.reading import columns, rows_of, scan

UTF8, STRICT, TWO = Dialect(), RecordLimits(), columns(2)


class Store:
    """An object that remembers which stretches of it were asked for."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.asked: list[tuple[int, int]] = []

    def __call__(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return self.raw[offset : offset + length]


def test_an_undecodable_range_disturbs_no_other() -> None:
    raw = b"h,g\n1,2\n3,\xff\n5,6\n"
    ranges = scan(raw, UTF8, 4).ranges
    tables = [read_range(Store(raw), position, UTF8, TWO, STRICT) for position in ranges]
    rows = [rows_of(table) for table in tables if not isinstance(table, NotProven)]
    assert rows == [[(("1", "2"), 2, 2)], [(b"3,\xff", 3, 3)], [(("5", "6"), 4, 4)]]


def test_two_rounds_give_the_rows_that_one_process_gives() -> None:
    raw = b'h,g\n1,"2"\n3,4"\n5,6\n7,"8"\n9,"0"\n'
    ranges = scan(raw, UTF8, 5).ranges
    first = [read_range(Store(raw), position, UTF8, TWO, STRICT) for position in ranges]
    failed = next(number for number, table in enumerate(first) if isinstance(table, NotProven))
    assert failed == 1
    rest = rest_from(ranges, failed)
    assert rest == Range(10, len(raw) - 10, 3, 3)
    second = pa.Table.from_batches(read_rest(Store(raw), rest, UTF8, TWO, STRICT), row_schema(TWO))
    both = rows_of(pa.concat_tables([*(table for table in first[:failed] if not isinstance(table, NotProven)), second]))
    assert both == [(("1", "2"), 2, 2), (("3", '4"'), 3, 3), (("5", "6"), 4, 4), (("7", "8"), 5, 5), (("9", "0"), 6, 6)]
    assert both == rows_of(pa.Table.from_batches(read_ranges(Store(raw), ranges, UTF8, TWO, STRICT), row_schema(TWO)))


def test_the_rest_goes_on_counting_lines_and_spreadsheet_rows_where_it_begins() -> None:
    ranges = (Range(4, 10, 2, 2), Range(14, 5, 5, 3), Range(19, 7, 6, 4))
    assert rest_from(ranges, 1) == Range(14, 12, 5, 3)


def test_a_range_too_large_to_have_been_cut_is_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LARGEST_RANGE", 8)
    monkeypatch.setattr(read, "BLOCK_BYTES", 3)
    store = Store(b"h,g\n1,2\n3,4\n5,6\n")
    rows = rows_of(pa.Table.from_batches(read_ranges(store, [Range(4, 12, 2, 2)], UTF8, TWO, STRICT), row_schema(TWO)))
    assert [values for values, _, _ in rows] == [("1", "2"), ("3", "4"), ("5", "6")]
    assert store.asked == [(4, 3), (7, 3), (10, 3), (13, 3)]


def test_batches_are_no_larger_than_asked_for() -> None:
    raw = b"h,g\n" + b"1,2\n" * 10 + b'1,2"\n' * 10
    batches = list(read_ranges(Store(raw), scan(raw, UTF8, 40).ranges, UTF8, TWO, STRICT, 4))
    assert max(batch.num_rows for batch in batches) == 4
    assert sum(batch.num_rows for batch in batches) == 20


def test_a_file_without_data_gives_no_batch() -> None:
    assert list(read_ranges(Store(b"h,g\n"), (), UTF8, TWO, STRICT)) == []
