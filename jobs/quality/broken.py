"""Rules that raise on rows, found out after a judgement has failed; their bits stay where they are and say nothing any more."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake.spark_errors import SPARK_ERRORS, spark_cause
from jobs.quality.engines import quietly
from jobs.quality.layout import MALFORMED_BIT, Layout
from jobs.quality.masks import Masks

MOVED = "compiled otherwise by another version of Haihe, which began this judgement"


def rules_that_raise(frame: DataFrame, masks: Masks, extra_flags: Mapping[str, Column]) -> dict[str, str]:
    """Rule id -> cause for every rule that raises on the rows of `frame`: a few Spark jobs for each, after a pass has failed.

    The cause names Spark's error condition or the exception's class, and never quotes a value.
    """
    raising = _raising(masks.widened(frame), list(enumerate(masks.given(extra_flags))))
    found = {judged.rule.rule_id: sorted(judged.bits & raising.keys()) for judged in masks.layout.rules}
    return {rule_id: raising[bits[0]] for rule_id, bits in found.items() if bits}


def job_cause(frame: DataFrame) -> str | None:
    """Why the frame cannot be computed; None if it can."""
    try:
        with quietly():
            frame.collect()
    except SPARK_ERRORS as error:
        return f"raises {spark_cause(error)} on rows of this pass"
    return None


def read_through(rows: DataFrame) -> DataFrame:
    """A frame that is computed only by reading every value of `rows`, and no rule: where it raises, no rule is at fault."""
    return rows.agg(*[F.count(F.col(f"`{name}`")) for name in rows.columns])


def without(masks: Masks, broken: Mapping[str, str]) -> Masks:
    """The masks in which bits that only broken rules (rule id -> cause) hang on are never set; the layout has these as errors."""
    layout = masks.layout.without(broken)
    used = frozenset({MALFORMED_BIT}).union(*(judged.bits for judged in layout.rules))
    flags = tuple(flag if bit in used else F.lit(False) for bit, flag in enumerate(masks.flags))
    return _with_keys(replace(masks, layout=layout, flags=flags))


def placed(masks: Masks, layout: Layout) -> tuple[Masks, dict[str, str]]:
    """The masks with each flag at the bit that `layout` gives it, and the rules of it (id -> cause) of which a bit cannot be given.

    Differs from `masks` only where another version of the product began the judgement.
    """
    if masks.layout == layout:
        return masks, {}
    known = dict(zip(masks.layout.flags, masks.flags, strict=True))
    lost = {bit for bit, name in enumerate(layout.flags) if name not in known}
    moved = {judged.rule.rule_id: MOVED for judged in layout.rules if judged.bits & lost}
    flags = tuple(known.get(name, F.lit(False)) for name in layout.flags)
    return _with_keys(replace(masks, layout=layout, flags=flags)), moved


def _with_keys(masks: Masks) -> Masks:
    """Only those key rules whose flags are still awaited."""
    return replace(masks, keys=tuple(key for key in masks.keys if key.rule.rule_id in masks.awaited))


def _raising(frame: DataFrame, flags: Sequence[tuple[int, Column]]) -> dict[int, str]:
    """Bit -> cause, by halves: most of many flags are cleared together."""
    counted = [F.count_if(F.when(~F.col("_is_malformed"), flag)) for _, flag in flags]
    cause = job_cause(frame.agg(*counted))
    if cause is None:
        return {}
    if len(flags) == 1:
        return {flags[0][0]: cause}
    half = len(flags) // 2
    return _raising(frame, flags[:half]) | _raising(frame, flags[half:])
