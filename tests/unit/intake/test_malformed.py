import pytest

from jobs.intake.dialect import Dialect, RecordLimits
from jobs.intake.malformed import Malformed, explain_malformed

LIMITS = RecordLimits((0, 1, 0), 8)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"1,2", Malformed("ragged", {"expected": 3, "found": 2})),
        (b'1,"2,2",3,4', Malformed("ragged", {"expected": 3, "found": 4})),
        (b"1,\xff,3", Malformed("undecodable", {"encoding": "utf-8", "byte": 3})),
        (b"1,2,\0", Malformed("nul", {"byte": 5})),
        (b'1,"2,3', Malformed("unclosed_quote", {"column": 2})),
        (b'1,2,"3"x', Malformed("text_after_quote", {"column": 3})),
        (b'1,"123456789",3', Malformed("field_too_long", {"column": 2, "bytes": 9, "limit": 8})),
        (b'1,"2\n\n2",3', Malformed("line_breaks", {"column": 2, "found": 2, "limit": 1})),
        (b'1,2,"3\r\n3"', Malformed("line_breaks", {"column": 3, "found": 1, "limit": 0})),
        (b'\xff"', Malformed("undecodable", {"encoding": "utf-8", "byte": 1})),
    ],
)
def test_the_bytes_alone_tell_what_is_wrong(raw: bytes, expected: Malformed) -> None:
    assert explain_malformed(raw, Dialect(), 3, LIMITS) == expected


def test_bytes_past_a_limit_are_counted_as_they_came() -> None:
    raw = '1,"天津天津天",3'.encode("gb18030")
    assert explain_malformed(raw, Dialect("gb18030"), 3, LIMITS) == Malformed("field_too_long", {"column": 2, "bytes": 10, "limit": 8})


def test_a_well_formed_record_cannot_be_explained() -> None:
    with pytest.raises(ValueError, match="well-formed"):
        explain_malformed(b"1,2,3", Dialect(), 3, LIMITS)
