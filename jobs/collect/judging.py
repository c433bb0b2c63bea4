"""Judging a pass: masks for every landed row in one Spark write, keys grouped beside it; the judgement stands once its verdicts do.

`<N>.masks.json` says, before the write, which bit is which rule's. A rule that raises on the rows becomes a finding, `<N>.broken-<k>.json`,
before anything is written without it: its bits stay where they are and are never set. The judgement is settled after the commit, from
both: whoever committed without a rule or a batch had written that down first, so bits that were not filled never count as passed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.catalogue.frozen import Frozen
from jobs.collect.pipeline import Desk
from jobs.collect.revising import judgement_key
from jobs.collect.splitting import splits_of
from jobs.collect.work import Work
from jobs.lake.control import settle
from jobs.lake.key_hash import hashed_key, suspects
from jobs.lake.pass_record import PassBatch
from jobs.lake.passes import add_finding, findings, pass_key
from jobs.lake.place import Lake
from jobs.lake.silver import silver_layer
from jobs.lake.spark_errors import SPARK_ERRORS, is_from_elsewhere
from jobs.lake.tables import open_table
from jobs.lake.typed import empty_typed_view
from jobs.lake.verdicts import MaskGroup, is_judged, write_verdicts
from jobs.quality.broken import job_cause, placed, read_through, rules_that_raise, without
from jobs.quality.keys import BATCH, doubled_keys
from jobs.quality.layout import Layout
from jobs.quality.masks import KeyRule, Masks, compile_masks

# Up to so many doubled keys are collected and sent to every task; beyond, the join shuffles.
BROADCAST_KEYS = 100_000
# Which of two batches of one pass came first.
PLACE = ("_period_end", "_received_at", "_batch_id")
BROKEN = "broken"
MEGABYTE = 1 << 20


class Judgement(Frozen):
    """What the bits of a pass' verdicts mean, which rules are errors, and the batches whose verdicts count."""

    layout: Layout
    batches: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The rows that a pass judges (typed view): of these batches, whose objects have so many bytes.

    `keyed` are the rows among which a key must not stand twice. `is_fresh`: all of them landed in this pass, and no other row is keyed.
    `origin`: batch and part of every row, where these are the same; else None.
    """

    rows: DataFrame
    keyed: DataFrame
    batch_ids: tuple[str, ...]
    size: int
    is_fresh: bool
    origin: tuple[str, str] | None = None


def masks_of(desk: Desk, spark: SparkSession, work: Work) -> Masks:
    """The pass' masks as they were first written down, without the rules that were found broken."""
    record = work.record
    masks = compile_masks(empty_typed_view(spark, work.contract, [batch.facts() for batch in record.batches]), work.definition.rules)
    # A judgement without verdicts was begun by a version that wrote it first; its bits hold.
    begun = desk.control.find(judgement_key(record.resource, record.number)) or {"layout": masks.layout.model_dump(mode="json")}
    laid = Layout.model_validate(settle(desk.control, _masks_key(work), begun["layout"]))
    masks, moved = placed(masks, laid)
    broken = _broken(desk, work)
    if moved.keys() - broken.keys():
        add_finding(desk.control, record.resource, record.number, BROKEN, moved)
    return without(masks, moved | broken)


def judge_batches(desk: Desk, work: Work, judged: Judged, masks: Masks) -> list[MaskGroup] | None:
    """Commit the verdicts of the rows; rules that raise on them are found, written down as broken, and the others judged.

    How many rows have which masks; None where the verdicts stood already. Raises: what Spark raises where no rule is at fault.
    """
    record, is_small = work.record, judged.size < desk.settings.passes.large_object_mb * MEGABYTE
    try:
        return judge_rows(desk.lake, work.contract, record.number, judged, masks, is_small=is_small)
    except SPARK_ERRORS as error:
        if is_from_elsewhere(error) or is_judged(desk.lake, work.contract, record.number):
            raise
        broken = broken_rules(judged.rows, masks, judged.keyed)
        if not broken:
            raise
        add_finding(desk.control, record.resource, record.number, BROKEN, broken)
        return judge_rows(desk.lake, work.contract, record.number, judged, without(masks, broken), is_small=is_small)


def broken_rules(rows: DataFrame, masks: Masks, keyed: DataFrame) -> dict[str, str]:
    """Rule id -> cause of the rules that raise on `rows`; none if the rows cannot be read without any rule, before or afterwards."""
    plain = read_through(rows)
    if job_cause(plain):
        return {}
    causes = rules_that_raise(rows, masks, dict.fromkeys(masks.awaited, F.lit(False)))
    for key in masks.keys:
        cause = job_cause(doubled_keys(keyed, key.columns, key.within).agg(F.count(F.lit(1))))
        causes |= {key.rule.rule_id: cause} if cause else {}
    return {} if job_cause(plain) else causes


def settled_judgement(desk: Desk, work: Work, landed: Sequence[PassBatch]) -> Judgement:
    """The judgement in force, settled once: the layout without the broken rules, and the landed batches without those split off."""
    record = work.record
    key = judgement_key(record.resource, record.number)
    standing: dict[str, Any] | None = desk.control.find(key)
    if standing is None:
        # Read after the commit, see above.
        split = splits_of(desk.control, record).at("judging")
        layout = Layout.model_validate(desk.control.read(_masks_key(work))).without(_broken(desk, work))
        judgement = Judgement(layout=layout, batches=tuple(one.batch_id for one in landed if one.batch_id not in split))
        about = {"definition": record.definition, "lists": dict(record.lists)}
        standing = settle(desk.control, key, {**judgement.model_dump(mode="json"), **about})
    return Judgement(layout=standing["layout"], batches=standing.get("batches", [one.batch_id for one in landed]))


def judge_rows(lake: Lake, contract: Contract, number: int, judged: Judged, masks: Masks, *, is_small: bool) -> list[MaskGroup] | None:
    """Commit a verdict for every one of the rows; how many have which masks, None where the verdicts stood already."""
    flagged, columns = flagged_rows(lake, contract, judged, masks)
    return write_verdicts(lake, contract, number, flagged, columns, is_small=is_small, origin=judged.origin)


def flagged_rows(lake: Lake, contract: Contract, judged: Judged, masks: Masks) -> tuple[DataFrame, list[Column]]:
    """The rows with what their masks need beside them, and the masks."""
    flagged, flags = with_doubled_keys(judged.rows, masks, partial(_suspects, lake, contract, judged))
    for rule_id in masks.awaited:
        if rule_id not in flags:
            flagged, flags[rule_id] = _with_earlier(flagged, lake, contract, "_earlier")
    return flagged, masks.columns(flags)


def _suspects(lake: Lake, contract: Contract, judged: Judged, key: KeyRule) -> DataFrame | None:
    """The rows among which a doubled key may be: by hashes that stand twice where rows have them, else all; None if there is none."""
    hashed = hashed_key(contract)
    # Rows of an earlier pass may have been hashed by another key of the contract; a row condition asks for other columns than the key's.
    if not judged.is_fresh or hashed is None or hashed.columns != key.columns or key.rule.kwargs.get("row_condition"):
        return judged.keyed
    found = suspects(lake, contract.table, judged.batch_ids, hashed)
    if found is None:
        return judged.keyed
    if not found.num_rows:
        return None
    return judged.rows.sparkSession.createDataFrame(found).withColumn("_is_malformed", F.lit(False))


def _masks_key(work: Work) -> str:
    return pass_key(work.record.resource, work.record.number, ".masks")


def _broken(desk: Desk, work: Work) -> dict[str, str]:
    found: list[Mapping[str, str]] = findings(desk.control, work.record.resource, work.record.number, BROKEN)
    return {rule_id: cause for broken in found for rule_id, cause in broken.items()}


def with_doubled_keys(
    rows: DataFrame, masks: Masks, compared: Callable[[KeyRule], DataFrame | None]
) -> tuple[DataFrame, dict[str, Column]]:
    """`rows` with what the flags read beside them, and by key rule whether the row's key stands twice among the rows `compared` for it."""
    flagged, flags = masks.widened(rows), dict[str, Column]()
    for place, key in enumerate(masks.keys):
        among, is_doubled = compared(key), F.lit(False)
        if among is not None:
            hits = doubled_keys(among, key.columns, key.within)
            flagged, is_doubled = _joined(flagged, hits, [BATCH, *key.columns], f"_doubled_{place}")
        flags[key.rule.rule_id] = is_doubled & key.within
    return flagged, flags


def _with_earlier(flagged: DataFrame, lake: Lake, contract: Contract, name: str) -> tuple[DataFrame, Column]:
    """Keys that silver holds from another batch, or an earlier batch of the same pass brings: the later one loses."""
    key = ["_provider", *contract.key]
    keys = flagged.where(~F.col("_is_malformed")).select(*key, F.struct(*PLACE).alias("_place"))
    within = keys.groupBy(*key).agg(F.min("_place").alias("_first"), F.max("_place").alias("_last")).where("_first < _last")
    flagged, is_within = _joined(flagged, within.select(*key, "_first"), key, f"{name}_pass")
    is_later = is_within & (F.struct(*PLACE) > F.col("_first"))
    standing = open_table(lake, silver_layer(contract), contract.table)
    if standing is None or not standing.file_uris():
        return flagged, is_later
    spark = flagged.sparkSession
    batches = [row["_batch_id"] for row in flagged.select("_batch_id").distinct().collect()]
    silver = (
        spark.read.format("delta").load(lake.spark_uri(silver_layer(contract), contract.table)).where(~F.col("_batch_id").isin(*batches))
    )
    taken = silver.select(*key).join(keys.select(*key).distinct(), key, "left_semi").distinct()
    flagged, is_taken = _joined(flagged, taken, key, f"{name}_lake")
    return flagged, is_later | is_taken


def _joined(flagged: DataFrame, hits: DataFrame, key: Sequence[str], name: str) -> tuple[DataFrame, Column]:
    """`flagged` with the further columns of `hits`, and a Column that is true where the row's key is among `hits` (few, as a rule)."""
    digest = F.xxhash64(*key)
    found = hits.select("*", digest.alias(f"{name}_digest"))
    few = found.limit(BROADCAST_KEYS + 1).collect()
    extra = [field for field in hits.schema.fields if field.name not in key]
    if not few:
        return flagged.select("*", *[F.lit(None).cast(field.dataType).alias(field.name) for field in extra]), F.lit(False)
    digests = {row[f"{name}_digest"] for row in few}
    marked = F.broadcast(flagged.sparkSession.createDataFrame(few, found.schema)) if len(few) <= BROADCAST_KEYS else found
    hit = marked.select(F.col(f"{name}_digest"), F.struct(*key).alias(f"{name}_key"), *[field.name for field in extra])
    is_same = F.col(f"{name}_key").eqNullSafe(F.struct(*key))
    # One long is a quick key to join by; two hits of one digest would double a row, so then the whole key joins.
    is_quick = len(digests) == len(few) <= BROADCAST_KEYS
    joined = flagged.join(hit, digest == F.col(f"{name}_digest") if is_quick else is_same, "left")
    return joined, F.coalesce(F.col(f"{name}_digest").isNotNull() & is_same, F.lit(False))
