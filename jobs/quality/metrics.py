"""Spark metric providers over the functions of `jobs/standards`, in Great Expectations' own registry."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    ColumnPairMapMetricProvider,
    MulticolumnMapMetricProvider,
    column_condition_partial,
    column_pair_condition_partial,
    multicolumn_condition_partial,
)
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

IDENTIFIER_SEARCHES: dict[str, Callable[[Column], Column]] = {
    "resident_id": text_has_resident_id,
    "mobile": text_has_mobile,
    "bank_card": text_has_bank_card,
}


def _holds(condition: Column) -> Column:
    """A check that knows no answer has not held: a null would count as expected."""
    return F.coalesce(condition, F.lit(False))  # noqa: FBT003 (a literal)


class ColumnValuesParse(ColumnMapMetricProvider):
    """A text parses when its typed column has a value."""

    condition_metric_name = "column_values.parse"
    condition_value_keys = ("typed_column",)

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, typed_column: str, **kwargs: Any) -> Column:
        return F.col(typed_column).isNotNull()


class ColumnValuesValidUscc(ColumnMapMetricProvider):
    """`uscc_is_valid`."""

    condition_metric_name = "column_values.valid_uscc"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, **kwargs: Any) -> Column:
        return _holds(uscc_is_valid(column))


class ColumnValuesValidResidentId(ColumnMapMetricProvider):
    """`resident_id_is_valid`."""

    condition_metric_name = "column_values.valid_resident_id"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, **kwargs: Any) -> Column:
        return _holds(resident_id_is_valid(column))


class ColumnValuesValidOrganisationCode(ColumnMapMetricProvider):
    """`organisation_code_is_valid`."""

    condition_metric_name = "column_values.valid_organisation_code"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, **kwargs: Any) -> Column:
        return _holds(organisation_code_is_valid(column))


class ColumnValuesValidBankCard(ColumnMapMetricProvider):
    """`bank_card_is_valid`."""

    condition_metric_name = "column_values.valid_bank_card"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, **kwargs: Any) -> Column:
        return _holds(bank_card_is_valid(column))


class ColumnValuesValidMobile(ColumnMapMetricProvider):
    """`mobile_is_valid`."""

    condition_metric_name = "column_values.valid_mobile"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, **kwargs: Any) -> Column:
        return _holds(mobile_is_valid(column))


class ColumnValuesHoldNoIdentifier(ColumnMapMetricProvider):
    """No identifier of these kinds stands in the text."""

    condition_metric_name = "column_values.hold_no_identifier"
    condition_value_keys = ("identifiers",)

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column: Column, identifiers: Sequence[str], **kwargs: Any) -> Column:
        found = [IDENTIFIER_SEARCHES[kind](column) for kind in identifiers]
        return _holds(~reduce(lambda left, right: left | right, found))


class ColumnPairWorkingDays(ColumnPairMapMetricProvider):
    """Working days after `column_A` up to `column_B`, at most `maximum`; null, and so no fault, where a date is missing."""

    condition_metric_name = "column_pair_values.working_days_at_most"
    condition_value_keys = ("maximum",)

    @column_pair_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, earlier: Column, later: Column, maximum: int, **kwargs: Any) -> Column:
        return working_days_between(earlier, later, working_calendar()) <= maximum


class MulticolumnExpression(MulticolumnMapMetricProvider):
    """A Spark SQL condition over the listed columns and no others; null, and so no fault, where it says nothing."""

    condition_metric_name = "multicolumn_values.expression"
    condition_value_keys = ("expression",)

    @multicolumn_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column_list: DataFrame, expression: str, **kwargs: Any) -> Column:
        condition = F.expr(expression)
        told = column_list.select(condition).schema[0].dataType
        if not isinstance(told, BooleanType):
            raise TypeError(f"expression {expression!r} gives {told.simpleString()}, not a condition")
        return condition
