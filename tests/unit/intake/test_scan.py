import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.errors import DropRefused
from jobs.intake.dialect import Dialect
from jobs.intake.header import HEAD_BYTES
from jobs.intake.scan import Range, Scanner
from tests.unit.intake.reading import scan

UTF8 = Dialect()


def test_ranges_are_cut_at_records_and_know_line_and_spreadsheet_row() -> None:
    raw = b'h\n1\n"2\n2"\n\n3\n4\n'
    assert scan(raw, UTF8, 3).ranges == (Range(2, 8, 2, 2), Range(10, 3, 5, 4), Range(13, 2, 7, 6))


def test_a_record_of_several_lines_is_never_cut() -> None:
    raw = b"h\n" + b'"a\nb\nc\nd"\n' * 3
    assert [cut.offset for cut in scan(raw, UTF8, 1).ranges] == [2, 12, 22]


def test_without_quotes_in_the_dialect_every_line_may_be_cut() -> None:
    raw = b'h\n"a\nb\nc"\n'
    assert [cut.offset for cut in scan(raw, Dialect(quote=None), 1).ranges] == [2, 5, 7]


@pytest.mark.parametrize(
    ("raw", "dialect", "first"),
    [
        (b"\xef\xbb\xbfh\n1\n", UTF8, Range(5, 2, 2, 2)),
        (b"\x84\x31\x95\x33h\n1\n", Dialect("gb18030"), Range(6, 2, 2, 2)),
        (b'title "x\n\n\nh\r\n1\n', Dialect(skip_lines=2), Range(14, 2, 5, 5)),
        (b'"h\nh",g\n1,2\n', UTF8, Range(8, 4, 3, 2)),
    ],
)
def test_the_first_range_begins_behind_the_header(raw: bytes, dialect: Dialect, first: Range) -> None:
    assert scan(raw, dialect, 100).ranges == (first,)


@pytest.mark.parametrize("raw", [b"h\n", b"h"])
def test_a_file_without_data_has_no_range(raw: bytes) -> None:
    assert scan(raw, UTF8, 100).ranges == ()


@pytest.mark.parametrize("raw", [b"", b"\n\n"])
def test_a_file_without_a_header_is_refused(raw: bytes) -> None:
    with pytest.raises(DropRefused) as refused:
        scan(raw, UTF8, 100)
    assert refused.value.code == "header_unreadable"


def test_a_head_without_a_line_end_is_refused_while_it_is_fed() -> None:
    scanner = Scanner(UTF8)
    scanner.feed(b"x" * (HEAD_BYTES - 1))
    with pytest.raises(DropRefused):
        scanner.feed(b"x")


@given(
    body=st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b'"a,\n"', b'"x""\n""y"']), max_size=60).map(b"".join),
    range_bytes=st.integers(1, 50),
    block_bytes=st.integers(1, 50),
)
@settings(max_examples=300, deadline=None)
def test_ranges_cover_the_data_without_gaps_and_count_as_a_naive_counter_does(body: bytes, range_bytes: int, block_bytes: int) -> None:
    raw = b"h,g\n" + body
    scanned = scan(raw, UTF8, range_bytes, block_bytes)
    assert b"".join(raw[cut.offset : cut.offset + cut.length] for cut in scanned.ranges) == body
    assert (scanned.sha256, scanned.size) == (hashlib.sha256(raw).hexdigest(), len(raw))
    for cut in scanned.ranges:
        before, is_quoted, line, record = raw[: cut.offset], False, 1, 1
        for byte in before:
            is_quoted ^= byte == ord('"')
            line += byte == ord("\n")
            record += byte == ord("\n") and not is_quoted
        assert not is_quoted
        assert (cut.first_line, cut.first_record) == (line, record)
    assert all(cut.length >= range_bytes for cut in scanned.ranges[:-1])
