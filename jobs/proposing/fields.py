"""A column of a sample -> a field of a contract, its guesses told one by one, and what the suite may wish of it beside.

What is told holds counts and never a value; values stand in the suite alone, and only such as recur in a column that is nobody's own.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.catalogue.contract import Field
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Expectation
from jobs.proposing.codes import ENOUGH_ROWS, Codes, codes_of
from jobs.proposing.naming import Known, Name
from jobs.proposing.personal import Personal, personal_of
from jobs.proposing.sample import Column
from jobs.proposing.shapes import is_number
from jobs.proposing.types import Guess, check_of, known_type, length_of, moment_of, number_of, text_of

IDS = uuid.UUID("5a0d6a43-6f0b-5c5e-9f0a-2b7f5f2f7d10")
# What a suite may wish of a column: Great Expectations' type, and the sentence of the receipt.
WISHES = {
    "known": ("expect_column_values_to_be_in_set", "取值不在样本出现过的范围内"),
    "not_negative": ("expect_column_values_to_be_between", "数值不应为负"),
}
# Codes of organisations: public, whatever their column is called.
OF_ORGANISATIONS = ("uscc", "organisation_code")


@dataclass(frozen=True)
class ProposedField:
    """A field, and expectations that warn without quarantining."""

    field: Field
    expectations: tuple[Expectation, ...] = ()


def propose_field(column: Column, name: Name, known: Known | None, code_sets: Mapping[str, Sequence[Code]], resource: str) -> ProposedField:
    """The field that the column seems to be. `known` is the field of the same header elsewhere."""
    checked = check_of(column)
    personal = None if checked and checked[0]["check"] in OF_ORGANISATIONS else _personal(column, known)
    codes = None
    if personal:
        guess = _protected(column, checked, personal)
    elif not column.counts and known:
        guess = known_type(known.field), [f"type {known.field.type}: as in {known.resource}, no value in the sample"]
    else:
        codes = None if checked else codes_of(column, code_sets, known.field.code_set if known else None)
        guess = _own(column, checked, codes, known)
    attributes, told = guess
    required = {"required": True} if column.filled == column.rows >= ENOUGH_ROWS else {}
    told = [f"name {name.name}: {name.why}", *told, f"{'required' if required else 'not required'}: {_filled(column)}"]
    values = {
        "name": name.name,
        "header": column.header,
        "title": known.field.title if known else column.header,
        "classification": "L2",
        **attributes,
        **required,
        "unit": known.field.unit if known and attributes.get("type") in ("number", "integer") else None,
        "proposals": tuple(told),
    }
    field = Field.model_validate(values)
    return ProposedField(field, tuple(_expectations(column, field, codes, resource)))


def _personal(column: Column, known: Known | None) -> Personal | None:
    guessed = personal_of(column)
    if known and known.field.protection != "clear":
        field = known.field
        stricter = max(field.classification, guessed.classification) if guessed else field.classification
        return Personal(stricter, field.protection, field.kind, f"protected so in {known.resource}")
    return guessed


def _protected(column: Column, checked: Guess | None, personal: Personal) -> Guess:
    """A text, since nothing else can be masked; of its values only the length is told."""
    attributes, told = checked or (length_of(column), ["type string: only a text can be protected"])
    protection = {"classification": personal.classification, "protection": personal.protection, "kind": personal.kind}
    why = f"personal, {personal.classification}, {personal.protection} as {personal.kind}: {personal.why}"
    return {**attributes, **protection}, [*told, why]


def _own(column: Column, checked: Guess | None, codes: Codes | None, known: Known | None) -> Guess:
    if checked:
        return checked
    moment = moment_of(column)
    if moment:
        return moment
    if codes and codes.code_set:
        fitting = f"code set {codes.code_set}: the values are its codes"
        return {"code_set": codes.code_set}, ["type string", fitting]
    number = number_of(column, known.field if known else None)
    if number:
        return number
    text = text_of(column, known.field if known else None)
    if not (codes and codes.recurring):
        return text
    told = f"{len(codes.recurring)} values recur in {column.filled:,} rows; "
    sets = f"code sets that hold them: {', '.join(codes.others)}; choose one" if codes.others else "no code set of conf/codes/ holds them"
    told = f"{len(codes.recurring)} values recur in {column.filled:,} rows; {sets}"
    return text[0], [*text[1], told]


def _expectations(column: Column, field: Field, codes: Codes | None, resource: str) -> list[Expectation]:
    found: list[Expectation] = []
    if codes and codes.recurring and field.type == "string" and not field.code_set and not field.is_narrative:
        seen = f"{len(codes.recurring)} values recur in {column.filled:,} rows"
        found.append(_warning(resource, field.name, "known", {"value_set": list(codes.recurring)}, seen))
    if field.type in ("integer", "number") and column.filled >= ENOUGH_ROWS and not any(text.startswith("-") for text in column.counts):
        seen = f"none of {column.holding(is_number):,} values is below 0"
        found.append(_warning(resource, field.name, "not_negative", {"min_value": 0}, seen))
    return found


def _warning(resource: str, column: str, wish: str, kwargs: Mapping[str, Any], seen: str) -> Expectation:
    type_, notes = WISHES[wish]
    rule = f"{column}_{wish}"
    return Expectation(
        type=type_,
        id=str(uuid.uuid5(IDS, f"{resource}.{rule}")),
        kwargs={"column": column, **kwargs},
        severity="warning",
        notes=notes,
        meta={"rule": rule, "proposal": seen},
    )


def _filled(column: Column) -> str:
    few = "" if column.rows >= ENOUGH_ROWS else ", too few to tell"
    return f"filled in {column.filled:,} of {column.rows:,} rows{few}"
