"""The page of batch 400 against that of batch 10: one report a batch, its Data Docs step timed, every page on the store.

Two cities side by side, the one with some 400 pages and the one with some 10, get a page in turn: both meet the same machine.
"""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.rows import BenchRow
from jobs.collect.definition import definition_of
from jobs.collect.documenting import Documented, write_data_docs
from jobs.collect.pipeline import Pipeline, city_date, open_pipeline
from jobs.collect.results import batch_result, store_result
from jobs.errors import HaiheError
from jobs.quality.conditions import COUNT, metric_configurations
from jobs.quality.engines import expectation_of
from jobs.quality.layout import JudgedRule, Layout, Metric, bit_masks
from jobs.quality.result import validation_result
from jobs.quality.rules import Rule
from jobs.quality.verdict import counts_of
from jobs.storage.accounts import provision

BOUND = 1.2
EARLY, LATE, AROUND = 10, 400, 9
RESOURCE = "tax.vat_invoice"
ROWS, FAILING = 2_000_000, 1_000


def rows(pipeline: Pipeline) -> list[BenchRow]:
    """A bounded row, pages around 400 against pages around 10, in turn; and what the day's first report takes to compare all.

    Raises: HaiheError if a report wrote another number of pages than the one.
    """
    result, today = _result(pipeline), city_date(datetime.now(UTC))
    full, young = (_filled(pipeline, f"docs{last}-", today, last - AROUND // 2, result) for last in (LATE, EARLY))
    late, early = [], []
    for step in range(AROUND):
        late.append(_timed(full, today, LATE - AROUND // 2 + step, result))
        early.append(_timed(young, today, EARLY - AROUND // 2 + step, result))
    began = time.monotonic()
    compared = write_data_docs(full, today + timedelta(days=1))
    comparing = time.monotonic() - began
    if compared != Documented():
        raise HaiheError(f"comparing all pages with all results gave {compared}. The row is not measured.")
    page = f"Data Docs step of one report: page {LATE} ({len(result['results'])} rules)"
    return [
        BenchRow(page, f"page {EARLY}", tuple(late), tuple(early), BOUND),
        BenchRow(f"once a day: {LATE + AROUND // 2} pages compared with their results", "", (comparing,), (), None),
    ]


def _filled(pipeline: Pipeline, prefix: str, today: date, upto: int, result: dict[str, Any]) -> Pipeline:
    """A pipeline on buckets of its own, in which so many pages less one stand."""
    store = pipeline.settings.store.model_copy(update={"bucket_prefix": prefix})
    settings = pipeline.settings.model_copy(update={"store": store})
    provision(settings, ())
    filled = open_pipeline(settings, pipeline.catalogue)
    write_data_docs(filled, today)
    for number in range(1, upto):
        _timed(filled, today, number, result)
    return filled


def _timed(pipeline: Pipeline, today: date, number: int, result: dict[str, Any]) -> float:
    store_result(pipeline.control, batch_result(RESOURCE, f"b{number:012x}", 0), result)
    began = time.monotonic()
    done = write_data_docs(pipeline, today)
    if done != Documented(written=1):
        raise HaiheError(f"the report of batch {number} did {done}, not one page. The row is not measured.")
    return time.monotonic() - began


def _result(pipeline: Pipeline) -> dict[str, Any]:
    """A batch's result by every rule of the resource, each failed by a few rows."""
    rules = [rule for rule in definition_of(pipeline, RESOURCE, ()).rules if rule.method != "lake"]
    judged = tuple(_judged(rule, bit) for bit, rule in enumerate(rules, start=1))
    layout = Layout(rules=judged, flags=("malformed", *(rule.rule_id for rule in rules)))
    groups = [((one.bit,), FAILING) for one in judged]
    sets = [(bit_masks(bits, len(layout.masks)), count) for bits, count in [((), ROWS - FAILING * len(judged)), *groups]]
    return validation_result(layout, counts_of("b", sets, layout), {"suite_name": RESOURCE, "batch_id": "b", "provider": "tax-bureau"})


def _judged(rule: Rule, bit: int) -> JudgedRule:
    own = {name: Metric(bits=(bit,)) for name in metric_configurations(expectation_of(rule)) if name.endswith(COUNT)}
    return JudgedRule(rule=rule, bit=bit, metrics={**own, "table.row_count": Metric()})
