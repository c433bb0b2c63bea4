"""Spark metric providers over the functions of `jobs/standards`, in Great Expectations' own registry."""

from collections.abc import Callable, Sequence
from functools import reduce

from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import column_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import ColumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import column_pair_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import ColumnPairMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import multicolumn_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import MulticolumnMapMetricProvider
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from jobs.catalogue.working_calendar import working_calendar
from jobs.standards.bank_card import bank_card_is_valid
from jobs.standards.mobile import mobile_is_valid
from jobs.standards.organisation_code import organisation_code_is_valid
from jobs.standards.personal import text_has_bank_card, text_has_mobile, text_has_resident_id
from jobs.standards.resident_id import resident_id_is_valid
from jobs.standards.uscc import uscc_is_valid
from jobs.standards.working_days import working_days_between

SEARCHES: dict[str, Callable[[Column], Column]] = {
    "resident_id": text_has_resident_id,
    "mobile": text_has_mobile,
    "bank_card": text_has_bank_card,
}


def has_typed_value(text: Column, typed_column: str) -> Column:
    """Whether the text came through as a value of its type."""
    return F.col(typed_column).isNotNull()


def holds_no_identifier(text: Column, identifiers: Sequence[str]) -> Column:
    """Whether no identifier of these kinds stands in the text."""
    return ~reduce(lambda left, right: left | right, [SEARCHES[kind](text) for kind in identifiers])


def working_days_are_at_most(earlier: Column, later: Column, maximum: int) -> Column:
    """Whether at most so many working days lie after `earlier` up to `later`; null, and so no fault, where a date is missing."""
    days = working_days_between(earlier, later, working_calendar())
    # Outside the calendar nobody knows the working days; there are never more of them than days.
    return F.when(earlier.isNotNull() & later.isNotNull(), F.coalesce(days, F.datediff(later, earlier)) <= maximum)


def expression_holds(columns: DataFrame, expression: str) -> Column:
    """The Spark SQL condition over these columns and no others; null, and so no fault, where it says nothing.

    Raises: TypeError for an expression that is no condition, AnalysisException for one that names another column.
    """
    condition = F.expr(expression)
    told = columns.select(condition).schema[0].dataType
    if not isinstance(told, BooleanType):
        raise TypeError(f"expression {expression!r} gives {told.simpleString()}, not a condition")
    return condition


def _column_metric(name: str, check: Callable[..., Column], *value_keys: str) -> type:
    """Registers a column-map metric; a check that knows no answer for a value has not held (Great Expectations would let a null pass)."""

    def condition(_: type, column: Column, **kwargs: object) -> Column:
        return F.coalesce(check(column, *[kwargs[key] for key in value_keys]), F.lit(False))

    return _provider(ColumnMapMetricProvider, name, value_keys, column_condition_partial(engine=SparkDFExecutionEngine)(condition))


def _pair_metric(name: str, check: Callable[..., Column], *value_keys: str) -> type:
    def condition(_: type, column_a: Column, column_b: Column, **kwargs: object) -> Column:
        return check(column_a, column_b, *[kwargs[key] for key in value_keys])

    return _provider(ColumnPairMapMetricProvider, name, value_keys, column_pair_condition_partial(engine=SparkDFExecutionEngine)(condition))


def _multicolumn_metric(name: str, check: Callable[..., Column], *value_keys: str) -> type:
    def condition(_: type, columns: DataFrame, **kwargs: object) -> Column:
        return check(columns, *[kwargs[key] for key in value_keys])

    return _provider(
        MulticolumnMapMetricProvider, name, value_keys, multicolumn_condition_partial(engine=SparkDFExecutionEngine)(condition)
    )


def _provider(family: type, name: str, value_keys: tuple[str, ...], condition: object) -> type:
    """A metric provider class; Great Expectations registers it as it is made."""
    members = {"condition_metric_name": name, "condition_value_keys": value_keys, "_spark": condition, "__module__": __name__}
    return type(family)(name, (family,), members)


METRICS = (
    _column_metric("column_values.parse", has_typed_value, "typed_column"),
    _column_metric("column_values.valid_uscc", uscc_is_valid),
    _column_metric("column_values.valid_resident_id", resident_id_is_valid),
    _column_metric("column_values.valid_organisation_code", organisation_code_is_valid),
    _column_metric("column_values.valid_bank_card", bank_card_is_valid),
    _column_metric("column_values.valid_mobile", mobile_is_valid),
    _column_metric("column_values.hold_no_identifier", holds_no_identifier, "identifiers"),
    _pair_metric("column_pair_values.working_days_at_most", working_days_are_at_most, "maximum"),
    _multicolumn_metric("multicolumn_values.expression", expression_holds, "expression"),
)
