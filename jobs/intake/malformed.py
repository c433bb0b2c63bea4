"""Why a record is malformed, derived again from its bytes alone, for receipts."""

from dataclasses import dataclass

from jobs.intake.dialect import Dialect, RecordLimits
from jobs.intake.record import Code, Fault, Grammar, Lines, decode_lossless, parse_record


@dataclass(frozen=True)
class Malformed:
    """The first thing wrong with a record. Columns and bytes are counted from 1, in the file's own order."""

    code: Code
    details: dict[str, int | str]


def explain_malformed(raw: bytes, dialect: Dialect, column_count: int, limits: RecordLimits) -> Malformed:
    """What is wrong with a record whose bytes (without line end) a reader marked as malformed.

    Raises: ValueError if nothing is: the bytes were not marked under this dialect, count and limits.
    """
    undecodable = _undecodable(raw, dialect)
    if undecodable is not None:
        return undecodable
    if b"\0" in raw:
        return Malformed("nul", {"byte": raw.index(b"\0") + 1})
    lines = Lines(decode_lossless(raw, dialect).split("\n"), is_end=True, is_terminated=False)
    parsed = parse_record(lines, 0, Grammar(dialect, column_count, limits))
    if parsed.fault is not None:
        return Malformed(parsed.fault.code, _details(parsed.fault))
    if len(parsed.fields) == column_count:
        raise ValueError(f"a record of {len(raw)} bytes and {column_count} columns is well-formed; it was marked under other rules")
    return Malformed("ragged", {"expected": column_count, "found": len(parsed.fields)})


def _undecodable(raw: bytes, dialect: Dialect) -> Malformed | None:
    try:
        raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        return Malformed("undecodable", {"encoding": dialect.encoding, "byte": error.start + 1})
    return None


def _details(fault: Fault) -> dict[str, int | str]:
    if fault.code == "field_too_long":
        return {"column": fault.column, "bytes": fault.found, "limit": fault.limit}
    if fault.code == "line_breaks":
        return {"column": fault.column, "found": fault.found, "limit": fault.limit}
    return {"column": fault.column} if fault.column else {}
