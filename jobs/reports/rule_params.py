"""What a rule's sentence is filled with in one language: columns by name, bounds and conditions as phrases, and what is its type's own."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jobs.reports.receipt_model import Language
from jobs.reports.sentences import Params, filled, texts

COLUMN_KEYS = ("column", "column_A", "column_B")
LIST_KEYS = ("column_list", "column_set")
# SQL and the texts of row conditions, in which columns are called by the names that people know.
EXPRESSIONS = ("expression", "base_query", "unexpected_rows_query")
# The view under which Great Expectations' queries see the batch is no name for people.
BATCH = "{batch}"
# A moment all of whose parts can be told apart.
EXAMPLE = datetime(2021, 3, 25, 14, 30, 59)  # noqa: DTZ001 (an example of how to write, no moment)
TEXT_SUFFIX = "__text"
_COLUMN_CALL = re.compile(r"""col\(\s*["'](\w+)["']\s*\)""")
_WORD = re.compile(r"[A-Za-z_]\w*")

Names = Mapping[str, str]


def told_params(kwargs: Params, names: Names, language: Language) -> dict[str, object]:
    """The parameters of a rule's sentence. `names` maps fields to what they are called in that language; others keep their own names."""
    told: dict[str, object] = {name: value for name, value in kwargs.items() if name not in ("value", "mostly")}
    told |= {key: _called(str(kwargs[key]), names) for key in COLUMN_KEYS if kwargs.get(key)}
    told |= {key: [_called(str(one), names) for one in _listed(kwargs[key])] for key in LIST_KEYS if kwargs.get(key)}
    told |= {key: _reworded(str(kwargs[key]), names) for key in EXPRESSIONS if kwargs.get(key)}
    told["range"] = range_phrase(kwargs, language)
    if kwargs.get("row_condition"):
        told["row_condition"] = condition_phrase(kwargs["row_condition"], names, language)
    return told | _of_its_type(kwargs, language)


def mostly_pct(kwargs: Params) -> str | None:
    """The share of rows that must meet the rule, in per cent; None where it is all of them."""
    mostly = kwargs.get("mostly")
    return None if not isinstance(mostly, int | float) or mostly == 1 else f"{mostly * 100:g}"


def range_phrase(bounds: Params, language: Language) -> str:
    """`min_value`, `max_value`, `strict_min` and `strict_max` in words."""
    low, high = bounds.get("min_value"), bounds.get("max_value")
    minimum = "" if low is None else "above" if bounds.get("strict_min") else "from"
    maximum = "" if high is None else "below" if bounds.get("strict_max") else "to"
    return filled(texts(language)["ranges"]["_".join(part for part in (minimum, maximum) if part) or "any"], bounds, language)


def condition_phrase(condition: object, names: Names, language: Language) -> str:
    """A row condition of Great Expectations, in its object form or as text of either parser."""
    say = texts(language)["conditions"]
    match condition:
        case {"type": "comparison", "column": {"name": name}, "operator": operator, "parameter": parameter}:
            shown = {"name": _called(name, names), "operator": say[operator], "parameter": parameter}
            return filled(say["comparison"], shown, language)
        case {"type": "nullity", "column": {"name": name}, "is_null": is_null}:
            return filled(say["empty" if is_null else "filled"], {"name": _called(name, names)}, language)
        case {"type": "and" | "or" as joint, "conditions": list(parts)}:
            return str(say[joint]).join(_part(part, joint, names, language) for part in parts)
        case {"pass_through_filter": str(text)}:
            return _reworded(text, names)
    return _reworded(str(condition), names)


def _part(condition: object, joint: str, names: Names, language: Language) -> str:
    phrase = condition_phrase(condition, names, language)
    is_other = isinstance(condition, Mapping) and condition.get("type") in {"and", "or"} - {joint}
    return filled(texts(language)["conditions"]["group"], {"condition": phrase}, language) if is_other else phrase


def _called(column: str, names: Names) -> str:
    return names.get(column.removesuffix(TEXT_SUFFIX), column.removesuffix(TEXT_SUFFIX))


def _reworded(text: str, names: Names) -> str:
    bare = _COLUMN_CALL.sub(r"\1", text.replace(BATCH, "batch"))
    return " ".join(_WORD.sub(lambda word: _called(word[0], names), bare).split())


def _listed(value: object) -> list[Any]:
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
    return [value]


def _of_its_type(kwargs: Params, language: Language) -> dict[str, object]:
    """Parameters that are a type's own."""
    told: dict[str, object] = {"expected": kwargs.get("value")}
    if isinstance(kwargs.get("column_index"), int):
        told["position"] = int(str(kwargs["column_index"])) + 1
    if kwargs.get("value_pairs_set"):
        told["pairs"] = [
            " / ".join("" if one is None else str(one) for one in _listed(pair)) for pair in _listed(kwargs["value_pairs_set"])
        ]
    if isinstance(kwargs.get("strftime_format"), str):
        told["example"] = EXAMPLE.strftime(str(kwargs["strftime_format"]))
    ranges, schema = kwargs.get("quantile_ranges"), kwargs.get("json_schema")
    if isinstance(ranges, Mapping):
        told["quantiles"] = _quantiles(ranges, language)
    if isinstance(schema, Mapping):
        told |= {"properties": list(schema.get("properties", ())), "required": list(schema.get("required", ()))}
    return told


def _pair(values: object) -> str:
    return " / ".join("" if one is None else str(one) for one in _listed(values))


def _quantiles(ranges: Mapping[str, Any], language: Language) -> list[str]:
    pair = texts(language)["ranges"]["of"]
    bounds = [{"min_value": low, "max_value": high} for low, high in ranges["value_ranges"]]
    phrases = [range_phrase(bound, language) for bound in bounds]
    return [filled(pair, {"name": name, "range": phrase}, language) for name, phrase in zip(ranges["quantiles"], phrases, strict=True)]
