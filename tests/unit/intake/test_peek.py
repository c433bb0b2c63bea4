import gzip
import io
import zipfile

import pytest

from jobs.errors import DropRefused
from jobs.intake.dialect import Dialect
from jobs.intake.peek import HEAD_BYTES, Peek, header_difference, peek

HEADER = ("姓名", "地址", "金额")
TEXT = "姓名,地址,金额\n王芳,天津市和平区,1\n李娜,天津市河西区,2\n"
UTF8, GB18030 = Dialect("utf-8"), Dialect("gb18030")


def look(raw: bytes, dialect: Dialect, expected: tuple[str, ...] = HEADER) -> Peek:
    return peek(raw[:HEAD_BYTES], len(raw), dialect, expected)


def refusal(raw: bytes, dialect: Dialect, expected: tuple[str, ...] = HEADER) -> DropRefused:
    with pytest.raises(DropRefused) as refused:
        look(raw, dialect, expected)
    return refused.value


@pytest.mark.parametrize(
    ("raw", "dialect", "has_bom", "lines", "offset"),
    [
        (TEXT.encode(), UTF8, False, 1, 21),
        (TEXT.encode("utf-8-sig"), UTF8, True, 1, 24),
        (TEXT.encode("gb18030"), GB18030, False, 1, 15),
        (b"\x84\x31\x95\x33" + TEXT.encode("gb18030"), GB18030, True, 1, 19),
        (TEXT.replace("\n", "\r\n").encode(), UTF8, False, 1, 22),
        (("\n\r\n" + TEXT).encode(), UTF8, False, 3, 24),
        (("报表\n\n" + TEXT).encode(), Dialect(skip_lines=2), False, 3, 29),
        (TEXT.replace(",", "|").encode("gb18030"), Dialect("gb18030", "|"), False, 1, 15),
        (TEXT.replace("姓名", '"姓名"').encode(), UTF8, False, 1, 23),
    ],
)
def test_the_header_is_read_and_the_data_found(raw: bytes, dialect: Dialect, has_bom: bool, lines: int, offset: int) -> None:
    assert look(raw, dialect) == Peek(has_bom, HEADER, lines, lines, offset)


def test_a_header_cell_may_hold_a_line_break_and_counts_as_one_spreadsheet_row() -> None:
    assert look('"金额\n（元）",b\n1,2\n'.encode(), UTF8, ()) == Peek(False, ("金额\n（元）", "b"), 2, 1, 21)


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b"\r\n\n  \n"])
def test_an_empty_file_is_refused(raw: bytes) -> None:
    assert refusal(raw, UTF8).code == "empty_file"


@pytest.mark.parametrize("raw", ["姓名,地址,金额", "姓名,地址,金额\r\n\r\n"])
def test_a_header_without_data_is_refused(raw: str) -> None:
    assert refusal(raw.encode(), UTF8).code == "header_only"


def test_a_header_that_ends_the_head_of_a_longer_file_is_not_header_only() -> None:
    assert peek(b"a,b\n", 10_000, UTF8, ("a", "b")).header == ("a", "b")


@pytest.mark.parametrize(
    ("dialect", "charset", "found"),
    [
        (UTF8, "gb18030", "GB18030"),
        (UTF8, "utf-16", "UTF-16"),
        (UTF8, "utf-16-be", "UTF-16"),
        (UTF8, "big5", "Big5"),
        (GB18030, "utf-8", "UTF-8"),
        (GB18030, "utf-8-sig", "UTF-8"),
        (GB18030, "utf-16-le", "UTF-16"),
    ],
)
def test_another_charset_is_named_from_the_header(dialect: Dialect, charset: str, found: str) -> None:
    traditional = "姓名,地址,金額\n王芳,臺北,1\n"
    expected = ("姓名", "地址", "金額") if charset == "big5" else HEADER
    refused = refusal((traditional if charset == "big5" else TEXT).encode(charset), dialect, expected)
    assert (refused.code, refused.details["found"]) == ("wrong_charset", found)
    assert found in str(refused)


@pytest.mark.parametrize(("dialect", "charset", "found"), [(UTF8, "gb18030", "GB18030"), (GB18030, "utf-8", "UTF-8")])
def test_another_charset_is_named_from_the_data_below_an_ascii_header(dialect: Dialect, charset: str, found: str) -> None:
    raw = "name,address\nwang,x\n王芳,天津市和平区南京路\n李娜,天津市河西区友谊路\n".encode(charset)
    refused = refusal(raw, dialect, ("name", "address"))
    assert (refused.code, refused.details["found"]) == ("wrong_charset", found)


def test_the_first_line_that_cannot_be_read_is_named() -> None:
    raw = "name,address\nwang,x\n王芳,天津市\n".encode("gb18030")
    assert refusal(raw, UTF8, ("name", "address")).details["line"] == 3


@pytest.mark.parametrize("fault", [b"\xff\xfe", "女".encode("gb18030"), "男".encode("gb18030"), b"\x81"])
def test_a_few_undecodable_lines_are_faults_of_those_lines(fault: bytes) -> None:
    ascii_rows = b"id,v\n" + b"1,2\n" * 30 + b"3," + fault + b"\n" + b"4,5\n"
    assert look(ascii_rows, UTF8, ("id", "v")).header == ("id", "v")
    assert look(TEXT.encode() + b"a," + fault + b",3\n", UTF8).header == HEADER


def test_an_undecodable_line_of_a_small_file_is_no_other_charset_if_no_charset_reads_it() -> None:
    assert look(b"id,v\n1,2\n3,4\n5,\xff\xfe\n", UTF8, ("id", "v")).header == ("id", "v")


def test_gb18030_text_that_happens_to_be_valid_utf8_is_let_in() -> None:
    raw = "id,sex\n1,女\n2,女\n".encode("gb18030")
    assert raw.decode("utf-8")
    assert look(raw, GB18030, ("id", "sex")).header == ("id", "sex")


@pytest.mark.parametrize("dialect", [UTF8, GB18030])
@pytest.mark.parametrize("cut", range(8))
def test_a_character_cut_at_the_head_s_end_is_no_fault(dialect: Dialect, cut: int) -> None:
    raw = ("姓名,地址,金额\n" + "王𬭚芳,天津市,1\n" * 20).encode(dialect.encoding)
    assert peek(raw[: len(raw) // 2 + cut], len(raw), dialect, HEADER).header == HEADER


def test_the_line_that_the_head_cuts_tells_nothing() -> None:
    # The first two bytes of a character in UTF-8 are a character in GB18030.
    head = b"id,v\n1," + "王".encode()[:2]
    assert peek(head, 1000, UTF8, ("id", "v")).header == ("id", "v")


def test_names_that_the_head_cannot_explain_go_to_the_normaliser() -> None:
    raw = "имя;адрес\n".encode("cp1251") + "Иванов;Москва, улица Ленина\n".encode("cp1251") * 20
    refused = refusal(raw, UTF8, ("name", "address"))
    assert refused.code in {"wrong_charset", "not_text"}


def xlsx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("raw", "looks_like"),
    [
        (xlsx(), "xlsx"),
        (b"PK\x03\x04" + b"x" * 50, "ZIP"),
        (gzip.compress(TEXT.encode(), mtime=0), "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90, "xls"),
        (bytes(range(256)) + b"\0" * 90, "binary"),
        (b"a\0\0\0b\n" * 20, "binary"),
    ],
)
def test_a_file_that_is_no_text_is_named_for_what_it_is(raw: bytes, looks_like: str) -> None:
    refused = refusal(raw, UTF8)
    assert refused.code == "not_text"
    assert looks_like in str(refused.details["looks_like"])


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ('"姓名,地址\n1,2\n', "unclosed quote"),
        ('"姓"名,地址\n1,2\n', "text after quote"),
        (",,\n1,2,3\n", "no names"),
        ("姓名,地址,金额\r1,2,3\r", "lone CR"),
        ("姓名|地址|金额\n1|2|3\n", "'|'"),
        ("姓名\0,地址,金额\n1,2,3\n", "UTF-8"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused_with_its_problem(raw: str, problem: str) -> None:
    refused = refusal(raw.encode(), UTF8)
    assert refused.code == "header_unreadable"
    assert problem in str(refused.details["problem"])


def test_a_header_whose_quote_never_closes_is_told_by_its_own_line() -> None:
    assert refusal('\n"姓名,地址\n1,2\n3,4\n'.encode(), UTF8).details["line"] == 2


def test_a_head_without_a_line_end_is_refused() -> None:
    assert refusal(b"a," * HEAD_BYTES, UTF8).code == "header_unreadable"


def test_names_that_differ_are_told_with_suggestions() -> None:
    difference = header_difference(
        ("UNI_SCID", "姓 名", "ＡＧＥ", "remark", "face", "face"), ("UNISCID", "姓名", "age", "remarks", "amount")
    )
    assert difference.missing == ("UNISCID", "姓名", "age", "remarks", "amount")
    assert difference.unknown == ("UNI_SCID", "姓 名", "ＡＧＥ", "remark", "face")
    assert difference.duplicated == ("face",)
    assert difference.renamed == {"UNI_SCID": "UNISCID", "姓 名": "姓名", "ＡＧＥ": "age", "remark": "remarks"}


def test_a_name_that_only_looks_different_is_suggested_before_one_that_is_alike() -> None:
    assert header_difference(("amounts", "AMOUNT"), ("amount", "quantity")).renamed == {"AMOUNT": "amount"}
    assert header_difference(("a__b__",), ("ab",)).renamed == {"a__b__": "ab"}


def test_the_order_of_columns_is_no_difference() -> None:
    assert not header_difference(("b", "a"), ("a", "b"))
    assert header_difference(("b", "a", "a"), ("a", "b"))
