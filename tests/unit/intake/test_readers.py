"""Files made to mislead, with the rows, lines and spreadsheet rows that a person reads in them."""

from dataclasses import dataclass

import pyarrow as pa
import pytest

from jobs.intake import cells
from jobs.intake.dialect import Columns, Dialect, Encoding, RecordLimits
from jobs.intake.fast import NotProven, read_fast
from jobs.intake.malformed import explain_malformed
from jobs.intake.scan import Range
from tests.unit.intake.reading import Row, columns, exact_rows, fast_rows, file_rows, read_file, scan

UTF8, GB18030, PIPE = Dialect("utf-8"), Dialect("gb18030"), Dialect("gb18030", "|")
STRICT, NARRATIVE = RecordLimits(), RecordLimits((0, 2, 0), 30)


@dataclass(frozen=True)
class File:
    """`body` follows a header in line 1. `proof`: "fast" proves it, "exact" must read this range, "rest" also all that follows."""

    name: str
    body: bytes
    rows: list[Row]
    proof: str = "fast"
    dialect: Dialect = UTF8
    width: int = 3
    limits: RecordLimits = STRICT
    codes: tuple[str, ...] = ()


FILES = [
    File("plain", b"1,2,3\n4,5,6\n", [(("1", "2", "3"), 2, 2), (("4", "5", "6"), 3, 3)]),
    File("no data", b"", []),
    File("no final newline", b"1,2,3\n4,5,6", [(("1", "2", "3"), 2, 2), (("4", "5", "6"), 3, 3)]),
    File("CRLF", b"1,2,3\r\n4,5,6\r\n", [(("1", "2", "3"), 2, 2), (("4", "5", "6"), 3, 3)]),
    File("CRLF and LF mixed", b"1,2,3\r\n4,5,6\n", [(("1", "2", "3"), 2, 2), (("4", "5", "6"), 3, 3)]),
    File(
        "blank lines at start, middle and end",
        b"\n\r\n1,2,3\n\n\n4,5,6\n\r\n\n",
        [(("1", "2", "3"), 4, 4), (("4", "5", "6"), 7, 7)],
    ),
    File("nothing but blank lines", b"\n\r\n\n", []),
    File("blanks are no blank line", b" \n1,2,3\n", [(b" ", 2, 2), (("1", "2", "3"), 3, 3)], codes=("ragged",)),
    File("quotes", b'"1","a,b","3"\n4,"",6\n', [(("1", "a,b", "3"), 2, 2), (("4", "", "6"), 3, 3)]),
    File("doubled quotes", b'1,"a ""b"" c",3\n"""",5,""""""\n', [(("1", 'a "b" c', "3"), 2, 2), (('"', "5", '""'), 3, 3)]),
    File("a quote at the end without newline", b'1,2,"3"', [(("1", "2", "3"), 2, 2)]),
    File("quotes and CRLF", b'"1","2","3"\r\n"4","5","6"\r\n', [(("1", "2", "3"), 2, 2), (("4", "5", "6"), 3, 3)]),
    File(
        "empty, quoted empty and words for nothing stay what they were",
        b'1,,""\n"",NULL,NA\n,,\n\\N,nan,-\n',
        [(("1", "", ""), 2, 2), (("", "NULL", "NA"), 3, 3), (("", "", ""), 4, 4), (("\\N", "nan", "-"), 5, 5)],
    ),
    File("blanks around a value stay", b' 1 ,\t2,3 \n1, "2" ,3\n', [((" 1 ", "\t2", "3 "), 2, 2), (("1", ' "2" ', "3"), 3, 3)], "rest"),
    File(
        "ragged both ways", b"1,2\n1,2,3\n1,2,3,4\n", [(b"1,2", 2, 2), (("1", "2", "3"), 3, 3), (b"1,2,3,4", 4, 4)], codes=("ragged",) * 2
    ),
    File(
        "ragged after blank lines and with CRLF",
        b"\r\n\r\n1,2\r\n\r\n1,2,3\r\n9\r\n",
        [(b"1,2", 4, 4), (("1", "2", "3"), 6, 6), (b"9", 7, 7)],
        codes=("ragged", "ragged"),
    ),
    File("all ragged", b"1\n2\n", [(b"1", 2, 2), (b"2", 3, 3)], codes=("ragged", "ragged")),
    File(
        "a record of several lines",
        b'1,"a\nb\n",3\n4,5,6\n',
        [(("1", "a\nb\n", "3"), 2, 2), (("4", "5", "6"), 5, 3)],
        limits=NARRATIVE,
    ),
    File(
        "CRLF inside a field stays",
        b'1,"a\r\nb",3\r\n\r\n4,5,6\r\n',
        [(("1", "a\r\nb", "3"), 2, 2), (("4", "5", "6"), 5, 4)],
        limits=NARRATIVE,
    ),
    File(
        "a ragged record of several lines",
        b'1,"a\n\nb"\n4,5,6\n',
        [(b'1,"a\n\nb"', 2, 2), (("4", "5", "6"), 5, 3)],
        limits=NARRATIVE,
        codes=("ragged",),
    ),
    File(
        "a line break in a column that may have none",
        b'1,2,"a\nb"\n4,5,6\n',
        [(b'1,2,"a\nb"', 2, 2), (("4", "5", "6"), 4, 3)],
        "rest",
        limits=NARRATIVE,
        codes=("line_breaks",),
    ),
    File(
        "more line breaks than allowed",
        b'1,"a\nb\nc\nd",3\n4,"a\nb",6\n',
        [(b'1,"a\nb\nc\nd",3', 2, 2), (("4", "a\nb", "6"), 6, 3)],
        "rest",
        limits=NARRATIVE,
        codes=("line_breaks",),
    ),
    File(
        "a long quoted field",
        b'1,"' + b"x" * 31 + b'",3\n4,"' + b"x" * 30 + b'",6\n',
        [(b'1,"' + b"x" * 31 + b'",3', 2, 2), (("4", "x" * 30, "6"), 3, 3)],
        "rest",
        limits=NARRATIVE,
        codes=("field_too_long",),
    ),
    File(
        "an unclosed quote early marks its line alone",
        b'1,"a,3\n4,5,6\n7,8,9\n',
        [(b'1,"a,3', 2, 2), (("4", "5", "6"), 3, 3), (("7", "8", "9"), 4, 4)],
        "rest",
        codes=("unclosed_quote",),
    ),
    File(
        "an unclosed quote in the last line",
        b'4,5,6\n1,2,"a',
        [(("4", "5", "6"), 2, 2), (b'1,2,"a', 3, 3)],
        "rest",
        codes=("unclosed_quote",),
    ),
    File(
        "an unclosed quote before quoted rows",
        b'1,"a,3\n4,"5",6\n7,"8",9\n',
        [(b'1,"a,3', 2, 2), (("4", "5", "6"), 3, 3), (("7", "8", "9"), 4, 4)],
        "rest",
        codes=("unclosed_quote",),
    ),
    File(
        "two unclosed quotes that seem to close each other do not swallow the row between them",
        b'1,"a,3\n4,5,6\n7,8",9\n',
        [(b'1,"a,3', 2, 2), (("4", "5", "6"), 3, 3), (("7", '8"', "9"), 4, 4)],
        "rest",
        codes=("unclosed_quote",),
    ),
    File(
        "an unclosed quote in a narrative column",
        b'1,"a,3\n4,5,6\n7,8,9\n1,2,3\n',
        [(b'1,"a,3', 2, 2), (("4", "5", "6"), 3, 3), (("7", "8", "9"), 4, 4), (("1", "2", "3"), 5, 5)],
        "rest",
        limits=NARRATIVE,
        codes=("unclosed_quote",),
    ),
    File(
        "text after a closing quote",
        b'1,"ab"cd,3\n4,"5",6\n',
        [(b'1,"ab"cd,3', 2, 2), (("4", "5", "6"), 3, 3)],
        "rest",
        codes=("text_after_quote",),
    ),
    File(
        "a quote inside an unquoted value is text",
        b'1,5" pipe,3\n4,5"x"6,7\n',
        [(("1", '5" pipe', "3"), 2, 2), (("4", '5"x"6', "7"), 3, 3)],
        "rest",
    ),
    File(
        "quotes inside values that seem to hold a line break",
        b'1,a"b,3\n4,5",6\n',
        [(("1", 'a"b', "3"), 2, 2), (("4", '5"', "6"), 3, 3)],
        "rest",
        limits=NARRATIVE,
    ),
    File(
        "a line break too many in a ragged record",
        b'1,2,"a\nb",4\n4,5,6\n',
        [(b'1,2,"a', 2, 2), (b'b",4', 3, 3), (("4", "5", "6"), 4, 4)],
        "rest",
        codes=("unclosed_quote", "ragged"),
    ),
    File(
        "a lone CR after a closing quote",
        b'1,2,"a"\rb\n4,5,6\n',
        [(b'1,2,"a"\rb', 2, 2), (("4", "5", "6"), 3, 3)],
        "rest",
        codes=("text_after_quote",),
    ),
    File("a lone CR at the end behind quotes", b'1,"a",3\r', [(("1", "a", "3\r"), 2, 2)], "exact"),
    File(
        "a field too long in GB18030 though not in UTF-8",
        '1|"ÿÿÿÿÿÿÿÿ"|3\n4|"ÿÿÿÿÿÿÿ"|6\n'.encode("gb18030"),
        [('1|"ÿÿÿÿÿÿÿÿ"|3'.encode("gb18030"), 2, 2), (("4", "ÿÿÿÿÿÿÿ", "6"), 3, 3)],
        "rest",
        PIPE,
        limits=NARRATIVE,
        codes=("field_too_long",),
    ),
    File(
        "quotes behind a trail byte that seem to hold a line break",
        b'1|\x86\x7c"a|3\n4|5"|6\n',
        [(("1", b"\x86\x7c".decode("gb18030") + '"a', "3"), 2, 2), (("4", '5"', "6"), 3, 3)],
        "rest",
        PIPE,
        limits=RecordLimits((2, 2, 2)),
    ),
    File("NUL", b"1,\0,3\n4,5,6\n", [(b"1,\0,3", 2, 2), (("4", "5", "6"), 3, 3)], "exact", codes=("nul",)),
    File(
        "undecodable in the middle",
        b"1,2,3\n\n4,\xff\xfe,6\n7,8,9\n",
        [(("1", "2", "3"), 2, 2), (b"4,\xff\xfe,6", 4, 4), (("7", "8", "9"), 5, 5)],
        "exact",
        codes=("undecodable",),
    ),
    File(
        "undecodable beside quotes",
        b'1,"\xe5",3\n4,"5",6\n',
        [(b'1,"\xe5",3', 2, 2), (("4", "5", "6"), 3, 3)],
        "exact",
        codes=("undecodable",),
    ),
    File("undecodable and ragged", b"1,\xff\n4,5,6\n", [(b"1,\xff", 2, 2), (("4", "5", "6"), 3, 3)], "exact", codes=("undecodable",)),
    File("a UTF-8 surrogate", b"1,\xed\xa0\x80,3\n", [(b"1,\xed\xa0\x80,3", 2, 2)], "exact", codes=("undecodable",)),
    File(
        "half a GB18030 character before the line's end",
        b"1,2,\xcc\n4,5,6\n",
        [(b"1,2,\xcc", 2, 2), (("4", "5", "6"), 3, 3)],
        "exact",
        GB18030,
        codes=("undecodable",),
    ),
    File("half a GB18030 character before a quote", b'1,2,"\xcc"\n', [(b'1,2,"\xcc"', 2, 2)], "exact", GB18030, codes=("undecodable",)),
    File("a lone CR is text", b"1,a\rb,3\n4,5,6\r", [(("1", "a\rb", "3"), 2, 2), (("4", "5", "6\r"), 3, 3)], "exact"),
    File("a lone CR in a quoted field", b'1,"a\rb",3\r\n', [(("1", "a\rb", "3"), 2, 2)], "exact"),
    File("U+FEFF at the start of the data is text", b"\xef\xbb\xbf1,2,3\n", [(("\ufeff1", "2", "3"), 2, 2)], "exact"),
    File("a separator of Unicode ends no line", "1,a\u2028b\x85c\x0bd,3\n".encode(), [(("1", "a\u2028b\x85c\x0bd", "3"), 2, 2)]),
    File(
        "four-byte characters and CJK extension B",
        "1,王𬭚,𠀀\n4,€,㐀\n".encode("gb18030"),
        [(("1", "王𬭚", "𠀀"), 2, 2), (("4", "€", "㐀"), 3, 3)],
        dialect=GB18030,
    ),
    File("GB18030 with quotes", '1,"天津,和平",3\n'.encode("gb18030"), [(("1", "天津,和平", "3"), 2, 2)], dialect=GB18030),
    File(
        # 0x867C and 0x8C7C: characters that end in the byte of `|`.
        "a delimiter that is also a trail byte",
        b"1|\x86\x7c|\x8c\x7c\x8c\x7c\n4|5\n",
        [(("1", b"\x86\x7c".decode("gb18030"), b"\x8c\x7c\x8c\x7c".decode("gb18030")), 2, 2), (b"4|5", 3, 3)],
        dialect=PIPE,
        codes=("ragged",),
    ),
    File(
        "a quote behind a character that ends in the delimiter's byte is text",
        b'1|\x86\x7c"|3\n4|"\x86\x7c|"|6\n',
        [(("1", b"\x86\x7c".decode("gb18030") + '"', "3"), 2, 2), (("4", b"\x86\x7c".decode("gb18030") + "|", "6"), 3, 3)],
        "rest",
        PIPE,
    ),
    File(
        "quotes and a delimiter that is a trail byte",
        b'1|"\x86\x7c|"|3\n',
        [(("1", b"\x86\x7c".decode("gb18030") + "|", "3"), 2, 2)],
        dialect=PIPE,
    ),
    File(
        "a delimiter beyond ASCII",
        "1，2，3\n4，5\n".encode(),
        [(("1", "2", "3"), 2, 2), ("4，5".encode(), 3, 3)],
        "exact",
        Dialect("utf-8", "，"),
        codes=("ragged",),
    ),
    File("tabs", b"1\t2\t3\n", [(("1", "2", "3"), 2, 2)], dialect=Dialect("utf-8", "\t")),
    File(
        "no quote in the dialect",
        b'"1",2",""\n"4\n',
        [(('"1"', '2"', '""'), 2, 2), (b'"4', 3, 3)],
        dialect=Dialect(quote=None),
        codes=("ragged",),
    ),
    File("one column", b'a\n\n""\n"b"\n', [(("a",), 2, 2), (("",), 4, 4), (("b",), 5, 5)], width=1),
    File("one column, ragged", b"a\nb,c\n", [(("a",), 2, 2), (b"b,c", 3, 3)], width=1, codes=("ragged",)),
]
by_name = pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])


@by_name
@pytest.mark.parametrize("block_bytes", [1, 3, 1 << 20])
def test_the_exact_reader_reads_what_a_person_reads(file: File, block_bytes: int) -> None:
    assert exact_rows(file.body, file.dialect, file.width, file.limits, block_bytes) == file.rows


@by_name
def test_the_fast_reader_reads_the_same_or_says_what_it_cannot_prove(file: File) -> None:
    read = fast_rows(file.body, file.dialect, file.width, file.limits)
    if isinstance(read, NotProven):
        assert file.proof == ("exact" if read.boundary_proven else "rest"), read.reason
    else:
        assert (file.proof, read) == ("fast", file.rows)


@by_name
@pytest.mark.parametrize("range_bytes", [1, 9, 1 << 20])
def test_a_file_cut_anywhere_gives_the_same_rows(file: File, range_bytes: int) -> None:
    header = file.dialect.delimiter.join(f"h{number}" for number in range(file.width)).encode(file.dialect.encoding) + b"\n"
    assert file_rows(header + file.body, file.dialect, file.width, file.limits, range_bytes) == file.rows


@by_name
def test_every_malformed_record_explains_itself(file: File) -> None:
    raws = [values for values, _, _ in file.rows if isinstance(values, bytes)]
    codes = tuple(explain_malformed(raw, file.dialect, file.width, file.limits).code for raw in raws)
    assert codes == file.codes


@pytest.mark.parametrize(("breaks", "taken"), [(16, 17), (17, 1)])
def test_a_field_is_followed_sixteen_line_breaks_past_its_limit(breaks: int, taken: int) -> None:
    body = b'1,"' + b"\n" * breaks + b'",3\n'
    raw = exact_rows(body, UTF8, 3, STRICT)[0][0]
    assert isinstance(raw, bytes)
    assert raw.count(b"\n") + 1 == taken


def test_records_of_several_lines_may_lie_across_the_parser_s_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "BLOCK_BYTES", 32)
    body = b'1,"a\nb",3\n' * 20
    assert fast_rows(body, UTF8, 3, NARRATIVE) == [(("1", "a\nb", "3"), 2 + 2 * nth, 2 + nth) for nth in range(20)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_texts_that_repeat_themselves_in_a_long_range_come_as_dictionaries(monkeypatch: pytest.MonkeyPatch, encoding: Encoding) -> None:
    monkeypatch.setattr(cells, "SAMPLE_BYTES", 100)
    body = "".join(f"编号{number},{'河西区' if number % 2 else '𬭚'},{number}\n" for number in range(50)).encode(encoding)
    table = read_fast(body, Range(0, len(body), 2, 2), Dialect(encoding), columns(3), STRICT)
    assert isinstance(table, pa.Table)
    assert [pa.types.is_dictionary(field.type) for field in table.schema][:3] == [False, True, False]
    assert table["c1"].to_pylist() == ["𬭚", "河西区"] * 25
    assert table["c0"].to_pylist() == [f"编号{number}" for number in range(50)]


def test_columns_come_out_in_the_contract_s_order() -> None:
    raw = b"amount,name,id\n1,a,x\n2,b\n"
    names = Columns(("amount", "name", "id"), ("id", "amount"))
    table = read_file(raw, scan(raw, UTF8, 100).ranges, UTF8, names, STRICT)
    assert table.column_names == ["id", "amount", "_row", "_record", "_malformed"]
    assert table["id"].to_pylist() == ["x", None]
    assert table["amount"].to_pylist() == ["1", None]
    exact = b'amount,name,id\n1,a,x\n2,5"\n'
    assert read_file(exact, scan(exact, UTF8, 100).ranges, UTF8, names, STRICT)["id"].to_pylist() == ["x", None]


@pytest.mark.parametrize(("sent", "contract"), [(("a", "a"), ("a",)), (("a",), ("a", "b")), (("a", "_row"), ("a",)), (("a",), ())])
def test_columns_that_cannot_be_mapped_are_refused(sent: tuple[str, ...], contract: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cannot be mapped"):
        Columns(sent, contract)


@pytest.mark.parametrize("delimiter", ["", ",,", "\n", '"'])
def test_a_delimiter_that_cannot_be_one_is_refused(delimiter: str) -> None:
    with pytest.raises(ValueError, match="delimiter"):
        Dialect(delimiter=delimiter)
