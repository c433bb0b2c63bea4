"""The measures of batches that need a look at their rows: null shares and sums, for all batches of a pass in one aggregation."""

from collections.abc import Sequence
from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.catalogue.contract import SUMMED_PRECISION, Contract, Field
from jobs.catalogue.history import HistoryRule
from jobs.quality.history import null_share
from jobs.quality.rules import text_column

QUARANTINED = "_is_quarantined"
_PARSED = "_parsed"


def column_rules(contract: Contract) -> tuple[HistoryRule, ...]:
    """The contract's history rules that rows must be read for."""
    return tuple(rule for rule in contract.history if rule.column is not None)


def aggregated(rows: DataFrame, contract: Contract, rules: Sequence[HistoryRule]) -> DataFrame:
    """One row per batch that has one which parses: rows that parse, and by each rule's name its nulls or its sum.

    `rows` is the typed view with `_is_quarantined`, which is null on no row. A null is what came empty: a value that is there and does
    not parse is none. A sum is over accepted rows, for it is these that enter the lake, and one wrong value, quarantined already, must
    not sway it; nulls are counted on quarantined rows too, for most of those lack a value that is required.
    """
    measures = [_measure(rule, contract.field(str(rule.column))).alias(rule.name) for rule in rules]
    return rows.where("NOT _is_malformed").groupBy("_batch_id").agg(F.count(F.lit(1)).alias(_PARSED), *measures)


def collected(totals: DataFrame, rules: Sequence[HistoryRule]) -> dict[str, dict[str, Decimal]]:
    """Batch id -> measure's name -> measure, of an aggregated frame."""
    return {
        row["_batch_id"]: {
            rule.name: null_share(row[rule.name], row[_PARSED]) if rule.measure == "null_share" else row[rule.name] for rule in rules
        }
        for row in totals.collect()
    }


def _measure(rule: HistoryRule, field: Field) -> Column:
    if rule.measure == "null_share":
        return F.count_if(F.col(text_column(field)).isNull())
    zero = F.lit(0).cast(_decimal(field))
    return F.coalesce(F.sum(F.when(~F.col(QUARANTINED), F.col(field.name).cast(_decimal(field)))), zero)


def _decimal(field: Field) -> str:
    """The type that the column is summed as; ten more digits than it are left for the sum."""
    return f"decimal({field.precision},{field.scale})" if field.type == "number" else f"decimal({SUMMED_PRECISION},0)"
