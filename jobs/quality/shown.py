"""A Great Expectations result without the values of rows that the contract does not show in clear; counts and statistics stay."""

import re
from collections.abc import Mapping
from typing import Any

from jobs.catalogue.contract import Contract
from jobs.catalogue.judged import BY_HEADER
from jobs.catalogue.suite import LINEAGE_COLUMNS, columns_named
from jobs.quality.rules import field_name

HIDDEN = "…"
# Numbers of rows and names of columns, of whatever type the result is.
COUNTS = frozenset(
    {
        *("element_count", "unexpected_count", "unexpected_percent", "unexpected_percent_total", "unexpected_percent_nonmissing"),
        *("missing_count", "missing_percent", "unexpected_index_column_names"),
    }
)
# Types that observe how many or how much, or the table's own shape, and no value that stands in a row.
COUNTING = BY_HEADER | frozenset(
    {
        "expect_column_mean_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_stdev_to_be_between",
        "expect_column_unique_value_count_to_be_between",
        "expect_column_proportion_of_unique_values_to_be_between",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_kl_divergence_to_be_less_than",
        "expect_column_values_to_be_of_type",
        "expect_column_values_to_be_in_type_list",
        "expect_column_type_to_be",
        "expect_table_row_count_to_be_between",
        "expect_table_row_count_to_equal",
        "expect_table_row_count_to_equal_other_table",
        "expect_rule_to_be_judged",
        "unexpected_rows_expectation",
    }
)
# Of their details the names of columns, which are nobody's value.
SHAPES = frozenset(one for one in COUNTING if one.startswith("expect_table_column"))
ROWS = frozenset({"unexpected_index_list", "partial_unexpected_index_list"})
MESSAGE = "exception_message"
TRACEBACK = "exception_traceback"
_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|`[^`\n]*`""")
# What may be a value without quotation marks: numbers that are long enough for one, and anything that is not English.
_LOOSE = re.compile(r"\w*\d{4,}\w*|[^\x00-\x7f]+")


def without_values(result: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """The JSON of one expectation's result with `…` in place of every value of a protected or narrative column.

    Where a result does not say which columns it speaks of (queries, types of a user's own about a table) no value is shown unless the
    contract shows every column. The result is a copy.
    """
    closed = closed_columns(contract)
    if not closed:
        return dict(result)
    config = result["expectation_config"]
    speaks_of = {field_name(name) for name in columns_named(config["kwargs"])}
    is_open = bool(speaks_of) and not speaks_of & closed
    open_columns = {field.name for field in contract.fields} - closed | LINEAGE_COLUMNS
    shown = {name: _shown(name, value, config["type"], is_open, open_columns) for name, value in result.get("result", {}).items()}
    return {**result, "result": shown, "exception_info": _exception(result.get("exception_info"), open_columns)}


def closed_columns(contract: Contract) -> frozenset[str]:
    """Fields whose values are shown nowhere but masked: protected ones and free text."""
    return frozenset(field.name for field in contract.fields if field.protection != "clear" or field.is_narrative)


def _shown(name: str, value: Any, type_: str, is_open: bool, open_columns: frozenset[str] | set[str]) -> Any:
    if name in COUNTS or (name == "observed_value" and type_ in COUNTING) or (name == "details" and type_ in SHAPES):
        return value
    if name == "unexpected_index_query":
        return HIDDEN
    if name in ROWS:
        return [_row(row, open_columns) for row in value or ()]
    return value if is_open else _hidden(value)


def _row(row: Any, open_columns: frozenset[str] | set[str]) -> Any:
    """A row by column name; its number in the frame where it has no names."""
    if isinstance(row, Mapping):
        return {name: value if field_name(str(name)) in open_columns else HIDDEN for name, value in row.items()}
    return row if isinstance(row, int) else HIDDEN


def _hidden(value: Any, name: str = "") -> Any:
    """Every leaf hidden, but for null, true and false, and the counts and shares that stand beside values."""
    if isinstance(value, Mapping):
        return {key: _hidden(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(inner, name) for inner in value]
    is_beside = name in ("count", "quantiles", "weights") and isinstance(value, int | float)
    return value if value is None or isinstance(value, bool) or is_beside else HIDDEN


def _exception(info: Any, open_columns: frozenset[str] | set[str]) -> Any:
    """What was raised, in Great Expectations' flat form or by metric. A traceback repeats the message, so it becomes the message."""
    if not isinstance(info, Mapping):
        return info
    if MESSAGE not in info:
        return {name: _exception(inner, open_columns) for name, inner in info.items()}
    message = info[MESSAGE] and without_quoted(str(info[MESSAGE]), open_columns)
    return {**info, MESSAGE: message, TRACEBACK: info.get(TRACEBACK) and (message or HIDDEN)}


def without_quoted(message: str, names: frozenset[str] | set[str]) -> str:
    """The message with `…` for what may be a value of a row: quoted and none of these names, a long number, other letters."""

    def quoted(match: re.Match[str]) -> str:
        return match[0] if field_name(match[0][1:-1]) in names else f"{match[0][0]}{HIDDEN}{match[0][0]}"

    return _LOOSE.sub(HIDDEN, _QUOTED.sub(quoted, message))
