"""How one file is written (charset, delimiter, quote), its columns, and how large a quoted field may grow."""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["utf-8", "gb18030"]

RESERVED = frozenset({"_row", "_record", "_malformed"})


@dataclass(frozen=True)
class Dialect:
    """A CSV dialect. A quote inside a quoted field is doubled; lines end in LF or CRLF, a lone CR is text."""

    encoding: Encoding = "utf-8"
    delimiter: str = ","
    quote: str | None = '"'
    skip_lines: int = 0

    def __post_init__(self) -> None:
        """Raises: ValueError for a delimiter or quote that cannot be one."""
        if len(self.delimiter) != 1 or self.delimiter in "\r\n\0" or self.delimiter == self.quote:
            raise ValueError(f"delimiter {self.delimiter!r} is not one character that differs from line ends and the quote")
        if self.quote not in ('"', None):
            raise ValueError(f"quote {self.quote!r} is neither '\"' nor None")

    @property
    def splits_bytes(self) -> bool:
        """Whether the delimiter's byte never occurs inside a longer character, so that bytes may be split before decoding.

        In GB18030 trail bytes are 0x30-0x39, 0x40-0x7E and 0x80-0xFE (GB 18030-2022, 5): comma, tab and semicolon are safe, `|` is not.
        """
        if not self.delimiter.isascii():
            return False
        return self.encoding == "utf-8" or self.delimiter < "0" or self.delimiter in ":;<=>?"


@dataclass(frozen=True)
class Columns:
    """Names of a file's columns: `sent` in the file's order, `contract` in the order of the rows that come out."""

    sent: tuple[str, ...]
    contract: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises: ValueError where a row could not be mapped by name."""
        repeated = {name for names in (self.sent, self.contract) for name in names if names.count(name) > 1}
        absent = set(self.contract) - set(self.sent)
        reserved = RESERVED & {*self.sent, *self.contract}
        if repeated or absent or reserved or not self.contract:
            raise ValueError(f"columns cannot be mapped: repeated {sorted(repeated)}, absent {sorted(absent)}, reserved {sorted(reserved)}")

    @property
    def places(self) -> tuple[int, ...]:
        """For each column of the contract its index in the file."""
        return tuple(self.sent.index(name) for name in self.contract)


@dataclass(frozen=True)
class RecordLimits:
    """How large a quoted field may be: line breaks by the file's column order (0 past the tuple's end), bytes as they came."""

    line_breaks: tuple[int, ...] = ()
    field_bytes: int = 65_536

    def breaks_allowed(self, column: int) -> int:
        """Line breaks that a quoted field of this column may hold."""
        return self.line_breaks[column] if column < len(self.line_breaks) else 0
