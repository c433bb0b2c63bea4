"""The kinds of faults, each as a planting: given a record's number, what to change and which rules the changed record breaks.

A value that does not parse breaks `parse` alone, an empty or null-token value `required` alone, a malformed record only its own rule.
"""

from collections.abc import Callable
from typing import Literal

from jobs.catalogue.contract import Dialect
from jobs.samplecity.extract import Finding, Plant, Row, Severity
from jobs.samplecity.identifiers import USCC_ALPHABET, with_wrong_check
from jobs.samplecity.malformed import cut_short, one_cell_more, quote_left_open, text_after_quote, undecodable, with_nul
from jobs.samplecity.plan import Planting

Malformation = Literal["ragged", "undecodable", "nul", "unclosed_quote", "text_after_quote", "line_breaks", "field_too_long"]
MANGLES: dict[str, tuple[Malformation, Callable[[str, Dialect], bytes]]] = {
    "ragged_short": ("ragged", cut_short),
    "ragged_long": ("ragged", one_cell_more),
    "undecodable_byte": ("undecodable", undecodable),
    "nul_byte": ("nul", with_nul),
    "unclosed_quote": ("unclosed_quote", quote_left_open),
    "text_after_quote": ("text_after_quote", text_after_quote),
}


def value(kind: str, column: str, text: str, *rules: str, **others: str) -> Planting:
    """`text` in `column` breaks `rules` there; `others` are cells that go with it and break nothing."""
    return change(kind, lambda row: {**others, column: text}, *(Finding(column, rule) for rule in rules))


def change(kind: str, edit: Callable[[Row], Row], *findings: Finding) -> Planting:
    """The record changed by `edit` breaks all of `findings`."""
    return lambda at, width: (Plant(kind, at, findings, edit),)


def breaks(rule: str, severity: Severity = "critical") -> Finding:
    """A rule of the suite about several columns, as `<what it is>:<its name>`."""
    return Finding("", rule, severity)


def about_key(key: tuple[str, ...], rule: str) -> Finding:
    """A rule about the key, which has a column where the key is a single one."""
    return Finding(key[0] if len(key) == 1 else "", rule)


def missing(column: str) -> Planting:
    """A required value left out."""
    return value("missing_required", column, "", "required")


def null_token(column: str, token: str) -> Planting:
    """A required value that only says that there is none."""
    return value("text_null_token", column, token, "required")


def spoilt(kind: str, column: str, rule: str, spoil: Callable[[str], str]) -> Planting:
    """The record's own value, spoilt; it must not be empty."""
    return change(kind, lambda row: {column: spoil(row[column])}, Finding(column, rule))


def wrong_check_digit(column: str, rule: str) -> Planting:
    """The check character is the next one of its alphabet."""
    alphabet = USCC_ALPHABET if rule == "uscc" else "0123456789"
    return spoilt(f"{rule}_wrong_check", column, rule, lambda text: with_wrong_check(text, alphabet))


def letter_for_digit(column: str) -> Planting:
    """The letter O where a unified social credit code has a digit or another letter: it is not in the alphabet."""
    return spoilt("uscc_letter_o", column, "uscc", lambda text: text[:8] + "O" + text[9:])


def too_long(column: str, limit: int) -> Planting:
    """One character more than the contract allows."""
    return value("too_long", column, "长" * (limit + 1), "max_length")


def identifier_in_text(column: str, text: str, severity: Severity = "warning") -> Planting:
    """A person's number inside a narrative column."""
    return change("identifier_in_text", lambda row: {column: text}, Finding(column, "personal_identifier", severity))


def key_doubled(key: tuple[str, ...], row: Callable[[int], Row]) -> Planting:
    """Two records, some way apart, with one key; both are at fault. The key must hold no code of a code book."""
    findings = (about_key(key, "key_doubled"),)

    def planting(at: int, width: int) -> tuple[Plant, ...]:
        first = Plant("key_doubled", at, findings)
        again = Plant("key_doubled", at + max(1, width // 2), findings, lambda _: {name: row(at)[name] for name in key})
        return (first, again)

    return planting


def malformed(kind: str) -> Planting:
    """The record's bytes spoilt, after it was put on one line: how far a broken record of several lines goes would be anybody's guess."""
    rule, mangle = MANGLES[kind]
    return lambda at, width: (Plant(kind, at, (Finding("", f"malformed:{rule}"),), _on_one_line, mangle),)


def oversized(kind: Literal["line_breaks", "field_too_long"], column: str, text: str) -> Planting:
    """A quoted value past what the contract allows of line breaks or bytes: the whole record is malformed."""
    return lambda at, width: (Plant(kind, at, (Finding("", f"malformed:{kind}"),), lambda row: {column: text}, encoded),)


def _on_one_line(row: Row) -> Row:
    return {name: text.replace("\n", "").replace('"', "") for name, text in row.items()}


def encoded(record: str, dialect: Dialect) -> bytes:
    """The record as it is: what is wrong with it stands in its cells."""
    return record.encode(dialect.encoding)


def after_blank_lines(planting: Planting, lines: int) -> Planting:
    """The same fault with blank lines before its first record."""

    def planted(at: int, width: int) -> tuple[Plant, ...]:
        first, *others = planting(at, width)
        return (Plant(first.kind, first.at, first.findings, first.change, first.mangle, lines), *others)

    return planted


def after_line_breaks(planting: Planting, column: str, text: str) -> Planting:
    """The same fault, and in the record before it a narrative value of several lines, which is no fault."""
    return lambda at, width: (Plant("clean", at - 1, (), lambda row: {column: text}), *planting(at, width))
