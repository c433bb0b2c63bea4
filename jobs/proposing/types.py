"""The type of a column that is nobody's own: from its values, then from its header, and text where neither tells."""

import re
from collections.abc import Mapping
from typing import Any

from jobs.catalogue.contract import Field
from jobs.proposing.codes import ENOUGH_ROWS, FITTING
from jobs.proposing.headers import says
from jobs.proposing.sample import Column
from jobs.proposing.shapes import (
    CHECKS,
    COMPACT,
    DATE_FORMATS,
    TIMESTAMP_FORMATS,
    code_pattern,
    date_is_valid,
    digits_of,
    is_integer,
    is_number,
)

# Attributes of a contract's field, and why.
Guess = tuple[dict[str, Any], list[str]]
# A column without one fitting value among its first is not looked at further.
PROBED = 200
# So many different values at least must satisfy a check: of the shorter numbers many do so by chance.
FEWEST_CHECKED = {"uscc": 1, "resident_id": 1, "mobile": 3, "organisation_code": 5, "bank_card": 5}
# Codes of fixed length are told from so many different ones on.
FEWEST_CODES = 5
LENGTHS = (10, 20, 30, 50, 64, 100, 200, 300, 500, 1000, 2000, 3000, 4000, 8000, 16_000, 65_536)
HEAD_ROOM = 1.5
USUAL_PRECISION, LARGEST_PRECISION = 18, 38
# From so many digits on a whole number is a code, and from so many characters on a text tells a story.
LONG_CODE, LONG_TEXT = 16, 200


def check_of(column: Column) -> Guess | None:
    """The check that the values satisfy; None for a column of anything else."""
    for check, is_valid in CHECKS.items():
        if len(column.counts) >= FEWEST_CHECKED[check] and _may(column, is_valid) and column.share(is_valid) >= FITTING:
            return {"check": check}, [f"check {check}: {_of(column.holding(is_valid), column)} values"]
    return None


def moment_of(column: Column) -> Guess | None:
    """Date or timestamp with every format in use; None for a column of anything else.

    Digits alone are a date only if the header speaks of one, or every one of many values is.
    """
    formats = (*DATE_FORMATS, *TIMESTAMP_FORMATS)
    if not _may(column, lambda text: any(date_is_valid(text, one) for one in formats)):
        return None
    used = {one: rows for one in formats if (rows := column.holding(lambda text, one=one: date_is_valid(text, one)))}  # type: ignore[misc]
    fitting = sum(used.values())
    is_said = says(column.header, "moment") or (fitting == column.filled >= ENOUGH_ROWS and not says(column.header, "code"))
    if fitting < FITTING * column.filled or (set(used) <= COMPACT and not is_said):
        return None
    timed = sum(rows for one, rows in used.items() if one in TIMESTAMP_FORMATS)
    kind = "timestamp" if timed >= (1 - FITTING) * column.filled else "date"
    told = ", ".join(f"{one} {rows:,}" for one, rows in used.items())
    return {"type": kind, "formats": tuple(used)}, [f"type {kind}: {_of(fitting, column)} values; {told}"]


def number_of(column: Column, known: Field | None) -> Guess | None:
    """Integer or number; None where the values are no numbers, or digits that seem to be a code.

    A leading zero, a fixed width and a header that speaks of a code make digits a text: it loses nothing.
    """
    if not _may(column, is_number) or column.share(is_number) < FITTING:
        return None
    fitting = column.holding(is_number)
    is_measured = says(column.header, "count") or says(column.header, "quantity")
    if not is_measured and any(re.fullmatch("0[0-9]+", text) for text in column.counts):
        return None
    has_places = column.holding(lambda text: is_number(text) and "." in text)
    kind = "number" if has_places else _kind_of_digits(column, known)
    if kind is None:
        return None
    told = f"type {kind}: {_of(fitting, column)} values"
    if kind == "integer":
        return {"type": kind}, [told]
    size, digits = _decimal([text for text in column.counts if is_number(text)], known.scale if known and known.type == "number" else 0)
    return {"type": kind, **size}, [f"{told}; {digits}"]


def text_of(column: Column, known: Field | None) -> Guess:
    """A text: the pattern of its codes if they have one, the same header's elsewhere first; else its length with room above."""
    pattern = _pattern(column, known)
    if pattern is None:
        told = f"type string: the longest of {column.filled:,} values has {column.longest()} characters"
        return {**length_of(column), **_narrative(column)}, [told]
    fitting = column.holding(lambda text: bool(re.search(pattern, text)))
    return {"pattern": pattern}, [f"type string: codes of fixed length, {_of(fitting, column)} values"]


def _pattern(column: Column, known: Field | None) -> str | None:
    usual = known.pattern if known else None
    if usual and column.share(lambda text: bool(re.search(usual, text))) >= FITTING:
        return usual
    if column.filled < ENOUGH_ROWS or len(column.counts) < FEWEST_CODES:
        return None
    return code_pattern(column.counts, FITTING)


def length_of(column: Column) -> dict[str, int]:
    """A greatest length with head-room; the shortest one where nothing was seen is that of a name."""
    needed = column.longest() * HEAD_ROOM if column.counts else 200
    return {"max_length": next((length for length in LENGTHS if length >= needed), LENGTHS[-1])}


def known_type(known: Field) -> dict[str, Any]:
    """The type of the same header elsewhere, for a column without any value."""
    names = ("type", "formats", "precision", "scale", "max_length", "pattern", "check", "code_set")
    return {name: getattr(known, name) for name in names}


def _kind_of_digits(column: Column, known: Field | None) -> str | None:
    """What whole numbers are: integer, number, or None for codes."""
    if known is not None and known.type in ("integer", "number", "string"):
        return None if known.type == "string" else known.type
    if says(column.header, "count") and column.share(is_integer) >= FITTING:
        return "integer"
    if says(column.header, "quantity"):
        # Measured in whole numbers so far.
        return "number"
    is_fixed = max(column.share(lambda text, width=width: len(text) == width) for width in _widths(column)) >= FITTING  # type: ignore[misc]
    is_code = says(column.header, "code") or is_fixed or max(_widths(column)) >= LONG_CODE
    return None if is_code else "integer"


def _widths(column: Column) -> set[int]:
    return {len(text) for text in column.counts}


def _decimal(texts: list[str], usual_scale: int) -> tuple[Mapping[str, int], str]:
    """Precision and scale with room for larger numbers, and the digits that were seen."""
    whole, places = (max(digits) for digits in zip(*map(digits_of, texts), strict=True))
    scale = max(places + places % 2, usual_scale, 2)
    precision = min(max(USUAL_PRECISION, whole + 2 + scale), LARGEST_PRECISION)
    return {"precision": precision, "scale": scale}, f"up to {whole} digits before and {places} behind the point seen"


def _narrative(column: Column) -> dict[str, Any]:
    breaks = max((text.count("\n") for text in column.counts), default=0)
    is_long = column.share(lambda text: len(text) >= LONG_TEXT) > 1 - FITTING
    if not (breaks or says(column.header, "narrative") or is_long):
        return {}
    return {"is_narrative": True, "max_line_breaks": next(allowed for allowed in (0, 5, 10, 20) if allowed >= breaks)}


def _may(column: Column, is_so: Any) -> bool:
    """Whether at least half of the first values are so: a column of something else is told at once."""
    first = list(column.counts)[:PROBED]
    return bool(first) and 2 * sum(map(is_so, first)) >= len(first)


def _of(rows: int, column: Column) -> str:
    return f"{rows:,} of {column.filled:,}"
