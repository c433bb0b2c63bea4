"""A golden case for a proposed resource: rows of nobody that the contract accepts, one that it does not, and what must come of them.

No value of the sample is in it but codes that recur; identifiers are such as were never issued.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

import yaml

from jobs.catalogue.contract import Check, Contract, Field
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import period_of
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Suite
from jobs.samplecity.extract import format_record
from jobs.samplecity.identifiers import make_bank_card, make_mobile, make_organisation_code, make_resident_id, make_uscc

CASE = "made_up_rows"
GOOD_ROWS = 20
FIRST_MOMENT = datetime(2021, 1, 1, 8, 30)  # noqa: DTZ001 (written as text, in no zone)
MAKERS: Mapping[Check, Callable[[Random], str]] = {
    "uscc": make_uscc,
    "resident_id": make_resident_id,
    "organisation_code": make_organisation_code,
    "bank_card": make_bank_card,
    "mobile": make_mobile,
}
_PYTHON = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_CLASS = re.compile(r"\[([^\]]+)\](?:\{(\d+)\})?")


def golden_files(contract: Contract, suite: Suite, code_sets: Mapping[str, Sequence[Code]], duty: Duty) -> dict[str, bytes]:
    """The files of the case by name; none where a pattern is too intricate to make up values for."""
    values = {wish.kwargs["column"]: wish.kwargs["value_set"] for wish in suite.expectations if "value_set" in wish.kwargs}
    rows = [[_value(field, number, values.get(field.name), code_sets) for field in contract.fields] for number in range(GOOD_ROWS)]
    if any(cell is None for row in rows for cell in row):
        return {}
    good = [[cell or "" for cell in row] for row in rows]
    wrong, rule = _wrong(good[0], contract)
    first_line = contract.dialect("*").skip_lines + 2
    counts = {"read": GOOD_ROWS + len(wrong), "accepted": GOOD_ROWS, "quarantined": len(wrong), "warned": 0, "replaced": 0}
    about = {"provider": duty.provider_id, "period": period_of(duty.cycle, duty.valid_from).text}
    return {
        "case.yaml": yaml.safe_dump(about, sort_keys=False).encode("utf-8"),
        "input.csv": _input(contract, [*good, *wrong]),
        "silver.csv": _csv(_silver(good, contract, first_line)),
        "quarantine.csv": _csv([["line", "rule"], *([str(first_line + GOOD_ROWS), rule] for _ in wrong)]),
        "receipt.json": (json.dumps({"state": "published", "reasons": [], "counts": counts}) + "\n").encode("utf-8"),
    }


def _value(field: Field, number: int, recurring: Sequence[str] | None, code_sets: Mapping[str, Sequence[Code]]) -> str | None:
    """The field's text in good row `number`, another in each row where the field allows it."""
    if field.check:
        return MAKERS[field.check](Random(number))  # noqa: S311 (made-up values, the same every time)
    codes = [code.code for code in code_sets[field.code_set]] if field.code_set else recurring
    if codes:
        return str(codes[number % len(codes)])
    if field.type in ("date", "timestamp"):
        return _moment(number).strftime(_python_format(field.formats[0]))
    if field.type == "integer":
        return str(number + 1)
    if field.type == "number":
        return f"{number + 1}.5"
    return example_of(field.pattern, number) if field.pattern else f"样例{number + 1}"


def example_of(pattern: str, number: int) -> str | None:
    """A text that the pattern accepts, another for each number as far as its digits allow; None where it is too intricate.

    Understood are letters, classes with a fixed count, alternatives (the first is taken) and optional groups (left out).
    """
    plain = re.sub(r"\([^()]*\)\?", "", pattern.removeprefix("^").removesuffix("$"))
    plain = re.sub(r"\(([^()|]*)[^()]*\)", r"\1", plain)
    classes = list(_CLASS.finditer(plain))
    widest = max((int(found[2] or 1) for found in classes), default=0)
    written = {found.start() for found in classes if int(found[2] or 1) == widest}

    def filled(found: re.Match[str]) -> str:
        width = int(found[2] or 1)
        usual = "0" if found[1].startswith("0") else found[1][0]
        return f"{number:0{width}d}"[-width:] if found.start() in written and usual == "0" else usual * width

    text = _CLASS.sub(filled, plain)
    return text if re.fullmatch(pattern.removesuffix("$"), text) else None


def _moment(number: int) -> datetime:
    return FIRST_MOMENT + timedelta(days=number)


def _python_format(accepted: str) -> str:
    for ours, theirs in _PYTHON.items():
        accepted = accepted.replace(ours, theirs)
    return accepted


def _wrong(row: list[str], contract: Contract) -> tuple[list[list[str]], str]:
    """A row without one of the required values, and the rule that it fails; no row where nothing is required."""
    place = next((place for place, field in enumerate(contract.fields) if field.required), None)
    if place is None:
        return [], ""
    return [["" if number == place else cell for number, cell in enumerate(row)]], f"{contract.fields[place].name}.required"


def _input(contract: Contract, rows: Sequence[Sequence[str]]) -> bytes:
    dialect = contract.dialect("*")
    above = ["样例"] * dialect.skip_lines
    records = [format_record(list(row), dialect) for row in ([field.header for field in contract.fields], *rows)]
    return "".join(f"{line}\n" for line in (*above, *records)).encode(dialect.encoding)


def _silver(rows: Sequence[Sequence[str]], contract: Contract, first_line: int) -> list[list[str]]:
    """Line and key of every good row; a key's time is left out, since silver has it in another zone."""
    places = [place for place, field in enumerate(contract.fields) if field.key_position and field.type != "timestamp"]
    head = ["_row", *(contract.fields[place].name for place in places)]
    lines = [
        [str(first_line + number), *(_in_silver(row[place], contract.fields[place], number) for place in places)]
        for number, row in enumerate(rows)
    ]
    return [head, *lines]


def _in_silver(text: str, field: Field, number: int) -> str:
    day: date = _moment(number).date()
    return day.isoformat() if field.type == "date" else text


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
