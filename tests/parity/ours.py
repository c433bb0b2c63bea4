"""The same rules judged the way a pass judges them: header, masks and keys for all batches at once, the rest by batch."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.catalogue.judged import BY_HEADER, NOT_ON_SPARK
from jobs.catalogue.suite import Suite
from jobs.lake.spark_errors import SPARK_ERRORS
from jobs.quality.broken import rules_that_raise, without
from jobs.quality.by_gx import judged_by_gx
from jobs.quality.header import judge_header
from jobs.quality.keys import BATCH, doubled_keys
from jobs.quality.masks import KeyRule, Masks, compile_masks
from jobs.quality.result import validation_result
from jobs.quality.rules import compile_rules
from jobs.quality.verdict import Group, batch_counts, counts_of
from tests.parity.frames import BATCHES
from tests.parity.suites import CONTRACT
from tests.parity.told import Told, raised, told

Results = dict[str, dict[str, Told]]
META = {"suite_name": CONTRACT.resource}


def haihe_results(frame: DataFrame, suite: Suite) -> Results:
    """Batch -> expectation id -> what Haihe says of it."""
    about_columns = _by_header(frame.columns, suite)
    refused = {one.id: raised(NOT_ON_SPARK[one.type]) for one in suite.expectations if one.type in NOT_ON_SPARK}
    asked = [one for one in suite.expectations if one.type not in NOT_ON_SPARK]
    rules = compile_rules(CONTRACT, suite.model_copy(update={"expectations": tuple(asked)}), {}, ())
    masks = compile_masks(frame.limit(0), rules)
    try:
        groups = _groups(frame, masks)
    except SPARK_ERRORS:
        # As a pass does: the rules that raise on its rows are set aside, the others are judged.
        flagged, flags = _with_doubled_keys(frame, masks.keys)
        masks = without(masks, rules_that_raise(flagged, masks, flags))
        groups = _groups(frame, masks)
    return {batch: {**about_columns, **refused, **_by_batch(frame, masks, groups, batch)} for batch in BATCHES}


def _by_header(columns: Sequence[str], suite: Suite) -> dict[str, Told]:
    about_columns = [one for one in suite.expectations if one.type in BY_HEADER]
    verdict = judge_header(columns, {}, (), META, about_columns, suite.suite_parameters)
    ids = {one.id for one in about_columns}
    return {rule_id: result for rule_id, result in _by_rule(verdict.result).items() if rule_id in ids}


def _by_batch(frame: DataFrame, masks: Masks, groups: Mapping[str, Sequence[Group]], batch: str) -> dict[str, Told]:
    rows = frame.where((F.col(BATCH) == batch) & ~F.col("_is_malformed"))
    counts = batch_counts(groups.get(batch, ()), masks.layout).get(batch) or counts_of(batch, (), masks.layout)
    return _by_rule(validation_result(masks.layout, counts, META, judged_by_gx(rows, masks.layout.by_gx)))


def _by_rule(whole: Mapping[str, Any]) -> dict[str, Told]:
    return {one["expectation_config"]["meta"]["rule"]: told(one) for one in whole["results"]}


def _groups(frame: DataFrame, masks: Masks) -> dict[str, list[Group]]:
    """How many rows of each batch have the same masks, all batches in one pass over `frame`."""
    flagged, flags = _with_doubled_keys(masks.widened(frame), masks.keys)
    names = masks.layout.masks
    groups: dict[str, list[Group]] = {}
    for row in flagged.select(BATCH, *masks.columns(flags)).groupBy(BATCH, *names).count().collect():
        groups.setdefault(row[BATCH], []).append((row[BATCH], tuple(row[name] for name in names), row["count"]))
    return groups


def _with_doubled_keys(frame: DataFrame, keys: Sequence[KeyRule]) -> tuple[DataFrame, dict[str, Column]]:
    """The frame with a boolean for each key rule, and these by rule id."""
    flags = {}
    for index, key in enumerate(keys):
        name = f"_doubled_{index}"
        hits = doubled_keys(frame, key.columns, key.within)
        renamed = hits.select(*[F.col(column).alias(f"{name}_{column}") for column in hits.columns], F.lit(True).alias(name))
        same = [F.col(column).eqNullSafe(F.col(f"{name}_{column}")) for column in hits.columns]
        frame = frame.join(F.broadcast(renamed), reduce(lambda left, right: left & right, same), "left").select(*frame.columns, name)
        flags[key.rule.rule_id] = F.col(name) & key.within
    return frame, flags
