"""Which charset a file's head is really in."""

from collections.abc import Sequence
from dataclasses import dataclass

from charset_normalizer import from_bytes

from jobs.intake.dialect import Encoding
from jobs.intake.header import BOMS

# What `found` says when the bytes are in no charset at all.
UNKNOWN = "unknown"
# Read in this order; the first that explains the header best is named.
CANDIDATES = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5")
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# From this code point on UTF-8 takes three bytes. GB18030 text that happens to be valid UTF-8 (a lone 女) makes two-byte characters.
_THREE_BYTES = 0x800
# Where a header may be looked for.
_TOP_BYTES, _TOP_LINES = 32_768, 32
# Share of lines with foreign bytes that another charset must read to be named.
_ENOUGH = 0.9
# Share of all lines that must be unreadable before the file is at fault and not the lines: another charset reads them, none does.
_SOME, _MOST = 0.1, 0.5


@dataclass(frozen=True)
class OtherCharset:
    """A charset that reads the head better than the agreed one; `line` is the first physical line that the agreed one cannot read."""

    found: str
    line: int | None = None


def other_charset(head: bytes, is_whole: bool, encoding: Encoding, expected: Sequence[str]) -> OtherCharset | None:
    """The charset that a file seems to be in instead of `encoding`; None where nothing speaks against `encoding`.

    A few undecodable lines are faults of those lines, not another charset: most lines that are not ASCII must be undecodable.
    """
    mark = _marked(head, encoding)
    if mark:
        return OtherCharset(mark)
    lines = head.split(b"\n")
    if not is_whole:
        lines.pop()
    named = _named_by_header(head, encoding, expected)
    if named:
        return OtherCharset(named, _first_unreadable(lines, encoding))
    if encoding == "gb18030" and _is_rather_utf8(lines):
        return OtherCharset("utf-8", _first_unreadable(lines, encoding))
    return _by_lines(lines, encoding)


def likely_encoding(head: bytes, is_whole: bool) -> Encoding:
    """GB18030 where that is what the bytes seem to be, else UTF-8; `peek` refuses what is neither."""
    other = other_charset(head, is_whole, "utf-8", ())
    return "gb18030" if other and other.found == "gb18030" else "utf-8"


def _marked(head: bytes, encoding: Encoding) -> str | None:
    """The charset whose byte order mark begins the head, if it is another than the agreed one."""
    if encoding != "utf-8" and head.startswith(BOMS["utf-8"]):
        return "utf-8-sig"
    if encoding != "gb18030" and head.startswith(BOMS["gb18030"]):
        return "gb18030"
    return _UTF16_MARKS.get(head[:2])


def _named_by_header(head: bytes, encoding: Encoding, expected: Sequence[str]) -> str | None:
    """The charset under which the first lines hold more of the expected names than under the agreed one."""
    own = _names_found(head, encoding, expected)
    others = {other: _names_found(head, other, expected) for other in CANDIDATES if other != encoding}
    best = max(others, key=lambda other: others[other])
    return best if others[best] > own and 2 * others[best] >= len(expected) else None


def _names_found(head: bytes, encoding: str, expected: Sequence[str]) -> int:
    top = "\n".join(head[:_TOP_BYTES].decode(encoding, "replace").split("\n")[:_TOP_LINES])
    return sum(name in top for name in expected)


def _is_rather_utf8(lines: Sequence[bytes]) -> bool:
    try:
        text = b"\n".join(lines).decode("utf-8")
    except UnicodeDecodeError:
        return False
    wide = [char for char in text if not char.isascii()]
    return bool(wide) and 2 * sum(ord(char) >= _THREE_BYTES for char in wide) > len(wide)


def _by_lines(lines: Sequence[bytes], encoding: Encoding) -> OtherCharset | None:
    """Judged by how many of the lines that are not ASCII each charset can read."""
    telling = [line for line in lines if not line.isascii()]
    unreadable = [line for line in telling if not _can_read(line, encoding)]
    if 2 * len(unreadable) <= len(telling) or len(unreadable) < _SOME * len(lines):
        return None
    first = _first_unreadable(lines, encoding)
    for other in ("utf-8", "gb18030", "big5"):
        if other != encoding and sum(_can_read(line, other) for line in telling) >= _ENOUGH * len(telling):
            return OtherCharset(other, first)
    if len(unreadable) < _MOST * len(lines):
        return None
    guess = from_bytes(b"\n".join(telling[:200])).best()
    return OtherCharset(guess.encoding if guess else UNKNOWN, first)


def _can_read(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _first_unreadable(lines: Sequence[bytes], encoding: str) -> int | None:
    return next((number for number, line in enumerate(lines, 1) if not _can_read(line, encoding)), None)
