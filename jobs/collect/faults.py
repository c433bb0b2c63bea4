"""The rows that a receipt tells of, and each fault as one error line. Values leave Spark masked, but for the resend's own rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract, Field
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Desk
from jobs.collect.revising import by_judgement, is_part_of, newest_revisions, read_layout
from jobs.intake.dialect import Dialect
from jobs.intake.malformed import explain_malformed
from jobs.lake.landing import record_limits
from jobs.lake.pass_record import PassBatch
from jobs.lake.verdicts import ROW_ID, bronze_rows, verdicts_of
from jobs.quality.layout import MALFORMED, Layout
from jobs.quality.rules import Rule
from jobs.quality.verdict import critical_predicate, decode, warning_predicate
from jobs.reports.receipt_model import ErrorLine
from jobs.reports.rule_texts import rule_texts
from jobs.reports.sentences import how, what
from jobs.standards.masking import masked

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row in force, with its faults. `raw` and `shown` hold its texts by field name, as they came and masked."""

    part: str
    row: int
    record: int | None
    is_critical: bool
    malformed: bytes | None
    rule_ids: tuple[str, ...]
    raw: Mapping[str, str | None]
    shown: Mapping[str, str | None]


def is_faulty(layout: Layout) -> Column:
    """True on `_mask_*` of a row that is quarantined or accepted with a warning; never null."""
    return critical_predicate(layout) | warning_predicate(layout)


def faulty_rows(
    desk: Desk,
    spark: SparkSession,
    contract: Contract,
    outcomes: Sequence[BatchOutcome],
    bound: int,
    wanted: Callable[[Layout], Column] = is_faulty,
) -> dict[str, list[FaultyRow]]:
    """Up to `bound` rows in force per batch that `wanted` is true of, quarantined ones first, then in the file's order."""
    judgements = {outcome.batch_id: outcome.judgements for outcome in outcomes if outcome.judgements}
    found: dict[str, list[FaultyRow]] = {batch: [] for batch in judgements}
    for number, parts in by_judgement(judgements).items():
        layout = read_layout(desk, contract.resource, number)
        verdicts = verdicts_of(spark, desk.lake, contract, number, list(parts)).where(is_part_of(parts))
        if any(len(judgements[batch]) > 1 for batch in parts):
            verdicts = verdicts.join(_newest(desk, spark, contract, judgements), list(ROW_ID), "left_semi")
        for row in _collected(spark, desk, contract, verdicts.where(wanted(layout)), layout, bound):
            found[row["_batch_id"]].append(_faulty_row(row, layout))
    return {batch: sorted(rows, key=lambda row: (not row.is_critical, row.part, row.row)) for batch, rows in found.items()}


def error_lines(rows: Sequence[FaultyRow], batch: PassBatch, contract: Contract, rules: Mapping[str, Rule]) -> list[ErrorLine]:
    """One line per fault of each row, in the rows' order."""
    sent = {name: header for header, name in contract.headers(batch.provider).items()}
    return [line for row in rows for line in _lines_of(row, batch, contract, rules, sent)]


def shown_key(row: FaultyRow, contract: Contract) -> str | None:
    """The row's key, masked; None where the contract has none or the line does not parse."""
    return " / ".join(str(row.shown[name]) for name in contract.key if row.malformed is None) or None


def _newest(desk: Desk, spark: SparkSession, contract: Contract, judgements: Mapping[str, Mapping[str, int]]) -> DataFrame:
    parts = {batch: list(names) for batch, names in judgements.items()}
    rows = bronze_rows(spark, desk.lake, contract, list(judgements)).where(is_part_of(parts))
    return newest_revisions(rows.select(*ROW_ID))


def _collected(spark: SparkSession, desk: Desk, contract: Contract, verdicts: DataFrame, layout: Layout, bound: int) -> list[Row]:
    faulty = verdicts.withColumn("_is_critical", critical_predicate(layout))
    first = Window.partitionBy("_batch_id").orderBy(F.col("_is_critical").desc(), "_part", "_row")
    few = faulty.withColumn("_rank", F.row_number().over(first)).where(F.col("_rank") <= bound).drop("_rank", "_judgement")
    batches = [row["_batch_id"] for row in few.select("_batch_id").distinct().collect()]
    if not batches:
        return []
    rows = bronze_rows(spark, desk.lake, contract, batches).join(F.broadcast(few), list(ROW_ID))
    raw = F.struct(*[F.col(field.name) for field in contract.fields]).alias("_raw")
    shown = F.struct(*[_shown(field).alias(field.name) for field in contract.fields]).alias("_shown")
    return rows.select(*ROW_ID, "_record", "_malformed", "_is_critical", *layout.masks, raw, shown).collect()


def _shown(field: Field) -> Column:
    if field.protection != "clear":
        return masked(F.col(field.name), field.kind)
    if field.is_narrative:
        return F.when(F.col(field.name).isNotNull(), F.lit("…"))
    return F.substring(field.name, 1, SHOWN_CHARACTERS)


def _faulty_row(row: Row, layout: Layout) -> FaultyRow:
    raw, shown = row["_raw"].asDict(), row["_shown"].asDict()
    masks = tuple(row[name] for name in layout.masks)
    malformed = None if row["_malformed"] is None else bytes(row["_malformed"])
    record = None if "#" in row["_part"] else row["_record"]
    return FaultyRow(row["_part"], row["_row"], record, row["_is_critical"], malformed, decode(masks, layout), raw, shown)


def _lines_of(row: FaultyRow, batch: PassBatch, contract: Contract, rules: Mapping[str, Rule], sent: Mapping[str, str]) -> list[ErrorLine]:
    if row.malformed is not None:
        return [_malformed_line(row, batch, contract)]
    key = shown_key(row, contract)
    return [_rule_line(row, batch, contract, rules[rule_id], sent, key) for rule_id in row.rule_ids if rule_id in rules]


def _rule_line(row: FaultyRow, batch: PassBatch, contract: Contract, rule: Rule, sent: Mapping[str, str], key: str | None) -> ErrorLine:
    names = [name for name in rule.columns if name in sent]
    value = " / ".join(str(row.shown[name]) for name in names if row.shown[name] is not None) or None
    other = row.shown[names[1]] if len(names) > 1 else None
    first = row.raw[names[0]] if names else None
    told = {"value": row.shown[names[0]] if names else None, "other_value": other, "length": len(first) if first else None}
    says, cure = rule_texts(rule, contract, told)
    return ErrorLine(
        part=batch.part,
        spreadsheet_row=row.record,
        line=row.row,
        key=key,
        column="、".join(sent[name] for name in names) or None,
        column_title="、".join(contract.field(name).title for name in names) or None,
        value=value,
        rule_id=rule.rule_id,
        severity=rule.severity,
        what=says,
        cure=cure,
    )


def _malformed_line(row: FaultyRow, batch: PassBatch, contract: Contract) -> ErrorLine:
    code, params = _explained(row, batch, contract)
    return ErrorLine(
        part=batch.part,
        spreadsheet_row=row.record,
        line=row.row,
        rule_id=f"{MALFORMED}.{code}",
        severity="critical",
        what=what(code, params),
        cure=how(code, params),
    )


def _explained(row: FaultyRow, batch: PassBatch, contract: Contract) -> tuple[str, dict[str, Any]]:
    limits = record_limits(contract, batch.provider, batch.header)
    fault = explain_malformed(row.malformed or b"", Dialect(**batch.dialect.model_dump()), len(batch.header), limits)
    return fault.code, dict(fault.details)
