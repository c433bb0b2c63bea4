"""Properties of the two readers on generated files; the source rows come from Python's own csv writer."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.intake.dialect import Dialect, Encoding, RecordLimits
from jobs.intake.fast import NotProven
from jobs.intake.malformed import explain_malformed
from tests.unit.intake.reading import exact_rows, fast_rows, file_rows

DELIMITERS = [",", "|", "\t", ";", "~"]
ENCODINGS: list[Encoding] = ["utf-8", "gb18030"]
LIMITLESS = RecordLimits((99,) * 4, 10_000)

# Characters that mislead: quotes, delimiters, line ends, GB18030 trail bytes that are ASCII (0x867C, 0x817E), four-byte and astral ones.
ODD = ['"', ",", "|", "\t", ";", "~", "\n", "\r\n", " ", "a", "0", "中", "𬭚", "€", "\u2028", "\x85", "\u3000"]
ODD += [b"\x86\x7c".decode("gb18030"), b"\x81\x7e".decode("gb18030")]
values = st.lists(st.sampled_from(ODD), max_size=6).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"), max_size=8
)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(values, min_size=width, max_size=width), max_size=8))

# Pieces that make anything but a well-formed file.
PIECES = [
    b"a",
    b"7",
    b'"',
    b'"',
    b'""',
    b"\n",
    b"\n",
    b"\r\n",
    b",",
    b",",
    b"|",
    b',"',
    b'",',
    b'\n"',
    b'"\n',
    b"\r",
    b"\0",
    b"\xff",
    b"\x81",
    b"\x810",
]
PIECES += ["中".encode(), "中".encode("gb18030"), b"\x86\x7c", "𬭚".encode("gb18030"), b"\xef\xbb\xbf"]
bodies = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
dialects = st.builds(Dialect, st.sampled_from(ENCODINGS), st.sampled_from([",", "|", "中"]), st.sampled_from(['"', '"', None]))
limits = st.builds(RecordLimits, st.tuples(*[st.integers(0, 3)] * 3), st.sampled_from([3, 8, 1000]))


def written(rows: list[list[str]], dialect: Dialect, line_end: str, quoting: int, *, is_ended: bool) -> tuple[bytes, list[int]]:
    """The rows as Python writes them, and each one's first line: one more than the line feeds in front, behind a header of one line."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator=line_end, quoting=quoting)
    lines = []
    for row in rows:
        lines.append(2 + buffer.getvalue().count("\n"))
        writer.writerow(row)
    text = buffer.getvalue()
    return (text if is_ended else text.removesuffix(line_end)).encode(dialect.encoding), lines


@given(
    rows=tables,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(DELIMITERS),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    is_ended=st.booleans(),
    range_bytes=st.integers(1, 60),
    block_bytes=st.integers(1, 60),
)
@settings(max_examples=250, deadline=None)
def test_both_readers_give_back_what_was_written_for_every_choice_of_cut(
    rows: list[list[str]],
    encoding: Encoding,
    delimiter: str,
    line_end: str,
    quoting: int,
    is_ended: bool,
    range_bytes: int,
    block_bytes: int,
) -> None:
    dialect = Dialect(encoding, delimiter)
    width = len(rows[0]) if rows else 2
    body, lines = written(rows, dialect, line_end, quoting, is_ended=is_ended)
    expected = [(tuple(row), line, 2 + nth) for nth, (row, line) in enumerate(zip(rows, lines, strict=True))]
    assert fast_rows(body, dialect, width, LIMITLESS) == expected
    assert exact_rows(body, dialect, width, LIMITLESS, block_bytes) == expected
    header = delimiter.join("h" * width).encode() + line_end.encode()
    assert file_rows(header + body, dialect, width, LIMITLESS, range_bytes, block_bytes) == expected


@given(
    body=bodies, dialect=dialects, limits=limits, width=st.integers(1, 3), range_bytes=st.integers(1, 40), block_bytes=st.integers(1, 40)
)
@settings(max_examples=400, deadline=None)
def test_whatever_the_bytes_the_readers_agree_and_cuts_change_nothing(
    body: bytes, dialect: Dialect, limits: RecordLimits, width: int, range_bytes: int, block_bytes: int
) -> None:
    whole = exact_rows(body, dialect, width, limits)
    fast = fast_rows(body, dialect, width, limits)
    assert isinstance(fast, NotProven) or fast == whole
    assert exact_rows(body, dialect, width, limits, block_bytes) == whole
    header = dialect.delimiter.join("h" * width).encode(dialect.encoding) + b"\n"
    assert file_rows(header + body, dialect, width, limits, range_bytes, block_bytes) == whole


@given(body=bodies, dialect=dialects, limits=limits, width=st.integers(1, 3))
@settings(max_examples=400, deadline=None)
def test_no_line_is_lost_and_every_malformed_record_stands_as_it_came(
    body: bytes, dialect: Dialect, limits: RecordLimits, width: int
) -> None:
    rows = exact_rows(body, dialect, width, limits)
    lines = body.split(b"\n")
    next_line = 2
    for values, line, _ in rows:
        assert all(blank in (b"", b"\r") for blank in lines[next_line - 2 : line - 2])
        taken = values.count(b"\n") if isinstance(values, bytes) else sum(value.count("\n") for value in values)
        next_line = line + 1 + taken
        if isinstance(values, bytes):
            came = b"\n".join(lines[line - 2 : next_line - 2])
            assert values in (came, came.removesuffix(b"\r"))
            explain_malformed(values, dialect, width, limits)
    assert all(blank in (b"", b"\r") for blank in lines[next_line - 2 :])
