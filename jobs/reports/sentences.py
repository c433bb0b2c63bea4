"""Sentences for a clerk, in every language of `texts/`: what is wrong, how to mend it, what to do next.

A text's placeholders are `{name}`, `{name:term}` (looked up among the terms), `{name:count}` (thousands parted) and `{name:whole}` (a
sentence, never shortened). A stretch in square brackets is left out when one of its placeholders has no value, so every sentence also
stands without parameters.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from jobs.reports.plain_text import shortened, visible
from jobs.reports.receipt_model import Language, Text

LANGUAGES: tuple[Language, ...] = ("zh", "en")
GROUPS = ("reasons", "malformed", "rules")
# Never shown among an unknown rule's parameters: they say where it looks, or are told elsewhere.
NOT_SHOWN = frozenset(
    {
        *("type", "description", "value", "other_value", "length", "expected", "column", "columns", "column_list", "column_A", "column_B"),
        *("batch_id", "mostly", "mostly_pct", "row_condition", "condition_parser", "ignore_row_if", "range"),
        *("result_format", "catch_exceptions", "meta", "severity", "windows", "library_metadata"),
    }
)
LISTED = 10
LONGEST = 120
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_IS_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PLACEHOLDER = re.compile(r"\{(\w+)(?::(term|count|whole))?\}")

Params = Mapping[str, object]


@cache
def texts(language: Language) -> dict[str, dict[str, Any]]:
    """Every text of a language by group and name, as it stands in `texts/<language>.yaml`."""
    source = files("jobs.reports").joinpath("texts", f"{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(source)
    return loaded


def codes() -> frozenset[str]:
    """Every code with a sentence of its own; all others are told by type and parameters."""
    return frozenset(code for group in GROUPS for code in texts("zh")[group])


def placeholders(template: str) -> frozenset[str]:
    """Names of the parameters that a text uses."""
    return frozenset(name for name, _ in _PLACEHOLDER.findall(template))


def sentence(code: str, params: Params, language: Language) -> str:
    """What is wrong. `code` is that of a refusal, of a malformed line or of a rule (see `rule_codes`)."""
    return _told(code, params, "say", language)


def cure(code: str, params: Params, language: Language) -> str:
    """How to mend it."""
    return _told(code, params, "cure", language)


def what(code: str, params: Params) -> Text:
    """`sentence` in every language."""
    return Text(zh=sentence(code, params, "zh"), en=sentence(code, params, "en"))


def how(code: str, params: Params) -> Text:
    """`cure` in every language."""
    return Text(zh=cure(code, params, "zh"), en=cure(code, params, "en"))


def phrase(group: str, name: str, params: Params, language: Language) -> str:
    """A label, headline, step or term."""
    return filled(texts(language)[group][name], params, language)


def filled(template: str, params: Params, language: Language) -> str:
    """`template` with its parameters; a missing one outside brackets reads as an ellipsis, for a receipt must always be made."""

    def optional(match: re.Match[str]) -> str:
        wanted = placeholders(match[1])
        return match[1] if all(_has_value(params.get(name)) for name in wanted) else ""

    def value(match: re.Match[str]) -> str:
        given = params.get(match[1])
        return _shown(given, match[2], language) if _has_value(given) else "…"

    return _PLACEHOLDER.sub(value, _OPTIONAL.sub(optional, template))


def _told(code: str, params: Params, part: str, language: Language) -> str:
    group = next((group for group in GROUPS if code in texts(language)[group]), None)
    if group is None:
        told = filled(texts(language)["rules"]["other"][part], {"type": code, **_generic(params, language)}, language)
    else:
        told = filled(texts(language)[group][code][part], params, language)
    return _limited(told, params, language) if part == "say" and group in (None, "rules") else told


def _limited(told: str, params: Params, language: Language) -> str:
    """The sentence with the condition under which its rule holds and the share of rows that must meet it, where it has them."""
    marks = texts(language)["punctuation"]
    if _has_value(params.get("row_condition")):
        told = filled(marks["when"], {"condition": params["row_condition"], "sentence": told[:1].lower() + told[1:]}, language)
    return filled(marks["mostly"], {"sentence": told, "mostly_pct": params.get("mostly_pct")}, language)


def _generic(params: Params, language: Language) -> dict[str, object]:
    pair = texts(language)["punctuation"]["pair"]
    shown = [filled(pair, {"name": name, "value": params[name]}, language) for name in sorted(params) if name not in NOT_SHOWN]
    return {"description": params.get("description"), "parameters": shown} | ({"type": params["type"]} if params.get("type") else {})


def _has_value(given: object) -> bool:
    return given is not None and given not in ("", (), [], {}, frozenset(), set())


def _shown(given: object, form: str, language: Language) -> str:
    if isinstance(given, list | tuple | set | frozenset):
        return _joined(sorted(given, key=str) if isinstance(given, set | frozenset) else list(given), form, language)
    if isinstance(given, Mapping):
        return shortened(visible(", ".join(f"{name} = {value}" for name, value in given.items())), LONGEST)
    if form == "count" and (isinstance(given, int | float) or _IS_NUMBER.fullmatch(str(given))):
        return f"{Decimal(str(given)):,}"
    text = str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)
    if form == "term":
        text = str(texts(language)["terms"].get(text, text))
    return visible(text) if form == "whole" else shortened(visible(text), LONGEST)


def _joined(values: list[Any], form: str, language: Language) -> str:
    marks = texts(language)["punctuation"]
    head = str(marks["list"]).join(_shown(value, form, language) for value in values[:LISTED])
    return head + filled(marks["more"], {"total": len(values)}, language) if len(values) > LISTED else head
