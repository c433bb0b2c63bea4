"""What an engineer's notebook asks: a verdict on any frame in two lines, and the results of every batch.

    from jobs.notebook import judge
    verdict = judge(frame, "expectations/credit/administrative_penalty.json")

Judged by the same masks, keys and results as a pass; no store and no catalogue is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.catalogue.suite import columns_named
from jobs.collect.judging import broken_rules, with_doubled_keys
from jobs.lake.control import StoreControl
from jobs.lake.spark_errors import SPARK_ERRORS
from jobs.lake.verdicts import mask_groups
from jobs.quality.broken import without
from jobs.quality.by_gx import JudgedByGx, judged_by_gx
from jobs.quality.header import header_rules, judged_columns
from jobs.quality.layout import Layout
from jobs.quality.masks import Masks, compile_masks
from jobs.quality.result import validation_result
from jobs.quality.result_store import validation_results_store
from jobs.quality.rules import Rule, suite_rules
from jobs.quality.suites import GivenSuite, SuiteResult, result_of, rule_of, suite_of
from jobs.quality.verdict import BatchCounts, counts_of, has_any_predicate
from jobs.reports.rule_texts import rule_texts
from jobs.settings import load_settings
from jobs.storage.accounts import bucket, pipeline_endpoint
from jobs.storage.client import s3_client

ROOT = Path(__file__).resolve().parents[1]
NO_PARAMETERS: Mapping[str, Any] = {}
# The frame is one batch of this name.
FRAME = "frame"
REASONS = "_reasons"
REASONS_TYPE = "array<struct<rule:string,type:string,severity:string,columns:array<string>,zh:string,en:string>>"
# The frame's own row, apart from what judging lays beside it.
_WHOLE = "_whole"


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a frame came to: Great Expectations' `result`, the failing `rows` with all of their reasons, and the `counts`.

    `rows` is read again from the frame whenever it is looked at: one row per row that fails a rule of any severity, its columns (or the
    id columns) and `_reasons`, an array of (rule, type, severity, columns, zh, en) in the suite's order. Rules about the whole frame and
    rules that could not be judged have no rows; they are in `result`.
    """

    result: SuiteResult
    rows: DataFrame
    counts: BatchCounts

    @property
    def success(self) -> bool:
        """Whether every expectation is met."""
        return bool(self.result.success)

    def lines(self) -> list[tuple[str, str, str, str]]:
        """(met, not met or rule error; rule; type and columns; what was found) of each expectation."""
        return [_line(one) for one in self.result.results]

    def __repr__(self) -> str:
        """The verdict as a table of text."""
        lines = self.lines()
        width = max((len(line[1]) for line in lines), default=0)
        return "\n".join([self._headline(), *(f"{mark:<10} {rule:<{width}} {about}: {found}" for mark, rule, about, found in lines)])

    def _repr_html_(self) -> str:
        rows = ["".join(f"<td>{escape(cell)}</td>" for cell in line) for line in self.lines()]
        return f"<p>{escape(self._headline())}</p><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"

    def _headline(self) -> str:
        said = self.result.statistics
        met = f"{said['successful_expectations']} of {said['evaluated_expectations']} expectations met"
        rows = f"{self.counts.quarantined} of {self.counts.rows} rows fail a critical one, {self.counts.warned} others a warning"
        return f"{self.result.suite_name}: {met}; {rows}"


def judge(
    frame: DataFrame, suite: GivenSuite, *, id_columns: Sequence[str] = (), suite_parameters: Mapping[str, Any] = NO_PARAMETERS
) -> Verdict:
    """The verdict on all rows of any Spark frame, as one batch. `suite`: a file, a suite or a list of Great Expectations' expectations.

    `id_columns` are shown of a failing row in place of the whole of it. The frame is read once for the counts, once for each key rule,
    and by Great Expectations for rules about the whole frame; it should give the same rows each time. `_batch_id` and `_is_malformed`
    are the judge's own: a rule that names one sees one batch without a malformed row.

    Raises: CatalogueError for what is no suite, RuleError for a parameter that is not given. A rule that cannot be judged does not raise:
    it stands in the result with its cause, and has not succeeded.
    """
    stated = suite_of(suite, suite_parameters)
    rules = suite_rules(stated)
    batch = _one_batch(frame)
    masks = compile_masks(batch.drop(_WHOLE), rules)
    try:
        verdicts, counts = _judged(batch, masks)
    except SPARK_ERRORS:
        broken = broken_rules(batch, masks, batch)
        if not broken:
            raise
        masks = without(masks, broken)
        verdicts, counts = _judged(batch, masks)
    layout = masks.layout
    about_columns = judged_columns(frame.columns, header_rules(stated.expectations, stated.suite_parameters))
    whole = judged_by_gx(_in_order(frame), layout.by_gx) if layout.by_gx else JudgedByGx()
    by_gx = whole.model_copy(update={"results": {**whole.results, **{rule_of(one): one.to_json_dict() for one in about_columns}}})
    told = validation_result(layout, counts, {"suite_name": stated.name}, by_gx)
    return Verdict(result=result_of(told, stated), rows=_failing_rows(verdicts, layout, id_columns or frame.columns), counts=counts)


def batch_results() -> Any:
    """Great Expectations' store of the results of every batch on this installation's store, which must be running."""
    settings = load_settings(ROOT)
    return validation_results_store(StoreControl(s3_client(pipeline_endpoint(settings)), bucket(settings, "control")))


def _one_batch(frame: DataFrame) -> DataFrame:
    """The frame as rows of one batch, each with its own columns once more as `_whole`."""
    whole = F.struct(*[F.col(f"`{name}`") for name in frame.columns]).alias(_WHOLE)
    return frame.select("*", whole).withColumns({"_batch_id": F.lit(FRAME), "_is_malformed": F.lit(False)})


def _judged(batch: DataFrame, masks: Masks) -> tuple[DataFrame, BatchCounts]:
    """The rows with their masks, and the counts of them."""
    flagged, flags = with_doubled_keys(batch, masks, lambda _: batch)
    verdicts = flagged.select("_batch_id", _WHOLE, *masks.columns(flags))
    groups = mask_groups(verdicts, len(masks.layout.masks))
    return verdicts, counts_of(FRAME, [(bits, rows) for _, bits, rows in groups], masks.layout)


def _in_order(frame: DataFrame) -> DataFrame:
    """The frame with the place of each row, which Great Expectations' rules about order look at."""
    place = {"_part": F.lit(""), "_row": F.monotonically_increasing_id()}
    return frame.withColumns({name: column for name, column in place.items() if name not in frame.columns})


def _failing_rows(verdicts: DataFrame, layout: Layout, shown: Sequence[str]) -> DataFrame:
    reasons = [F.when(has_any_predicate((judged.bit,), layout), _reason(judged.rule)) for judged in layout.rules]
    failing = verdicts.where(has_any_predicate(tuple(judged.bit for judged in layout.rules), layout))
    whole = [F.col(f"{_WHOLE}.`{name}`").alias(name) for name in shown]
    return failing.select(*whole, F.array_compact(F.array(*reasons)).cast(REASONS_TYPE).alias(REASONS))


def _reason(rule: Rule) -> Column:
    says, _ = rule_texts(rule, None, {})
    words = [F.lit(word) for word in (rule.rule_id, rule.type, rule.severity)]
    return F.struct(*words, F.array(*[F.lit(name) for name in rule.columns]), F.lit(says.zh), F.lit(says.en))


def _line(one: Any) -> tuple[str, str, str, str]:
    kwargs, told = one.expectation_config.kwargs, one.result
    about = f"{one.expectation_config.type}({', '.join(columns_named(kwargs))})"
    if one.exception_info.get("raised_exception"):
        return "rule error", rule_of(one), about, one.exception_info["exception_message"]
    found = f"{told['unexpected_count'] or 0} of {told['element_count']} fail" if "unexpected_count" in told else told.get("observed_value")
    return "met" if one.success else "not met", rule_of(one), about, str(found)
