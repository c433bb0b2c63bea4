"""The header record: where it ends, what it says, and how it differs from the contract's."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.intake.dialect import Dialect, RecordLimits
from jobs.intake.record import Grammar, Lines, Parsed, decode_lossless, parse_record

HEAD_BYTES = 256 << 10
BOMS = {"utf-8": b"\xef\xbb\xbf", "gb18030": b"\x84\x31\x95\x33"}
# Titles in a header may be wrapped inside their cell.
_HEADER_LIMITS = RecordLimits(line_breaks=(8,) * 1024, field_bytes=8192)
_LIKENESS = 0.6


@dataclass(frozen=True)
class HeaderSpan:
    """Where a header stands. `lines` and `rows` count physical lines and spreadsheet rows up to its end; `parsed` is the record itself."""

    has_bom: bool
    parsed: Parsed
    raw: bytes
    data_offset: int
    lines: int
    rows: int


@dataclass(frozen=True)
class HeaderDifference:
    """How a header differs from the contract's. `renamed` suggests for an unknown name the missing one it may stand for."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    duplicated: tuple[str, ...]
    renamed: dict[str, str]

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.missing or self.unknown or self.duplicated)


def find_header(head: bytes, is_whole: bool, dialect: Dialect) -> HeaderSpan | None:
    """The first record after byte order mark, skipped lines and blank lines; None where the head holds none, or not all of it.

    `is_whole`: the head is the whole file. A header whose quoting is broken is taken to be its first line.
    """
    bom = BOMS[dialect.encoding]
    start = len(bom) if head.startswith(bom) else 0
    raws = head[start:].split(b"\n")
    is_terminated = not is_whole or raws[-1] == b""
    if is_terminated:
        raws.pop()
    first = dialect.skip_lines
    while first < len(raws) and raws[first] in (b"", b"\r"):
        first += 1
    if first >= len(raws):
        return None
    window = raws[first : first + 64]
    is_cut = len(window) < len(raws) - first
    lines = Lines([decode_lossless(raw, dialect) for raw in window], is_end=True, is_terminated=is_terminated or is_cut)
    parsed = parse_record(lines, 0, Grammar(dialect, 0, _HEADER_LIMITS))
    if parsed.fault is not None:
        parsed = parsed._replace(lines=1)
    end = first + parsed.lines
    size = sum(map(len, raws[:end])) + end - (0 if is_terminated or end < len(raws) else 1)
    return HeaderSpan(start > 0, parsed, b"\n".join(raws[first:end]), start + size, end, first + 1)


def header_difference(header: Sequence[str], expected: Sequence[str]) -> HeaderDifference:
    """What is missing, unknown or doubled in a header. The order of columns is no difference; names must match to the letter."""
    missing = [name for name in expected if name not in header]
    unknown = [name for name in dict.fromkeys(header) if name not in expected]
    duplicated = tuple(name for name in dict.fromkeys(header) if list(header).count(name) > 1)
    return HeaderDifference(tuple(missing), tuple(unknown), duplicated, _renamed(unknown, missing))


def _renamed(unknown: Sequence[str], missing: Sequence[str]) -> dict[str, str]:
    """For each unknown name the likest missing one, each used once; names that are equal when written plainly come first."""
    free = {name: _plain(name) for name in missing}
    suggestions: dict[str, str] = {}
    for likeness in (1.0, _LIKENESS):
        for name in unknown:
            if name in suggestions:
                continue
            near = difflib.get_close_matches(_plain(name), list(free.values()), n=1, cutoff=likeness)
            if near:
                suggestions[name] = next(old for old, plain in free.items() if plain == near[0])
                del free[suggestions[name]]
    return {name: suggestions[name] for name in unknown if name in suggestions}


def _plain(name: str) -> str:
    """The name without width, case, blanks, underscores and invisible characters."""
    return re.sub(r"[\s_\u200b\ufeff-]", "", unicodedata.normalize("NFKC", name)).casefold()
