import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.reports.resend import resend_csv


def test_rows_come_back_as_they_came_behind_their_line_number() -> None:
    rendered = resend_csv(("文号", "金额"), [("a.csv", 23, ("津〔2021〕9 号", "007")), ("a.csv", 30, ("", "NULL"))], "gb18030", ",")
    assert rendered == "_row,文号,金额\r\n23,津〔2021〕9 号,007\r\n30,,NULL\r\n".encode("gb18030")


def test_several_parts_are_told_apart_by_a_first_column() -> None:
    rendered = resend_csv(("x",), [("a.csv", 2, ("1",)), ("b.csv", 2, ("2",))], "utf-8", ";")
    assert rendered == b"_part;_row;x\r\na.csv;2;1\r\nb.csv;2;2\r\n"


def test_a_line_that_did_not_parse_comes_back_byte_by_byte_after_all_good_rows() -> None:
    raw = b'\xff"never closed, 1\n'
    rendered = resend_csv(("x", "y"), [("a.csv", 5, raw), ("a.csv", 9, ("1", "2"))], "gb18030", ",")
    assert rendered == b'_row,x,y\r\n9,1,2\r\n5,\xff"never closed, 1\r\n'


def test_a_dialect_without_quotes_gets_none() -> None:
    assert resend_csv(("x",), [("a", 2, ('5" pipe',))], "utf-8", "|", None) == b'_row|x\r\n2|5" pipe\r\n'


def test_a_dialect_with_its_own_quote_gets_that() -> None:
    assert resend_csv(("x",), [("a", 2, ("it's|so",))], "utf-8", "|", "'") == b"_row|x\r\n2|'it''s|so'\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_stands_once_at_the_start(encoding: str) -> None:
    rendered = resend_csv(("x",), [("a", 2, ("一",)), ("a", 3, ("二",))], encoding, ",")
    assert rendered.decode(encoding) == "_row,x\r\n2,一\r\n3,二\r\n"


@given(st.lists(st.tuples(st.text(st.characters(codec="gb18030", exclude_characters="\x00")), st.text('|"\r\n,一 ')), min_size=1))
def test_any_row_reads_back_as_itself(cells: list[tuple[str, str]]) -> None:
    rows = [("a.csv", number, row) for number, row in enumerate(cells, start=2)]
    rendered = resend_csv(("甲", "乙"), rows, "gb18030", "|").decode("gb18030")
    read = list(csv.reader(io.StringIO(rendered, newline=""), delimiter="|"))
    assert read[1:] == [[str(number), *row] for _, number, row in rows]
