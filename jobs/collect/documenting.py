"""A Data Doc for every validation result: Great Expectations' own page, written once under the key of its result, and removed with age."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jobs.collect.paging import DOCS, WRITERS, create_pages, page_keys
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.results import DATA_DOCS, UNDOCUMENTED, data_doc_key, result_names
from jobs.quality.data_docs import validation_page
from jobs.quality.result_store import RESULTS
from jobs.settings import Settings
from jobs.storage.objects import delete, find_json, list_objects, put

# So many results are read and rendered before their pages are written.
AT_ONCE = 1000
# The day on which all pages were last compared with all results, and how many days of them were kept.
COMPARED = "_pages/data-docs.json"


@dataclass(frozen=True, slots=True)
class Documented:
    """Pages written and removed."""

    written: int = 0
    removed: int = 0


def write_data_docs(pipeline: Pipeline, today: date) -> Documented:
    """Write the page of every new result; once a day, compare all pages with all results and remove those that are too old.

    Between the comparisons the cost is that of the new results, however many stand: `undocumented/` says which they are.
    """
    state = {"day": today.isoformat(), "days": pipeline.settings.reports.data_docs_days}
    if find_json(pipeline.client, pipeline.bucket(DOCS), COMPARED) == state:
        return Documented(written=_write_announced(pipeline))
    done = _compare(pipeline, first_documented_day(pipeline.settings, today))
    # Last: after a crash the comparison is made again.
    put(pipeline.client, pipeline.bucket(DOCS), COMPARED, json.dumps(state).encode(), "application/json")
    return done


def first_documented_day(settings: Settings, today: date) -> date | None:
    """The first day whose results have a page; None where pages are kept for ever."""
    days = settings.reports.data_docs_days
    return None if days is None else today - timedelta(days=days)


def _write_announced(pipeline: Pipeline) -> int:
    names = result_names(pipeline.control.keys(UNDOCUMENTED), UNDOCUMENTED)
    with ThreadPoolExecutor(WRITERS) as pool:
        found = list(pool.map(lambda name: pipeline.control.find(f"{RESULTS}{name}.json"), names))
    # A result that does not stand yet is about to: its pass is under way, or will be finished.
    standing = {name: result for name, result in zip(names, found, strict=True) if result is not None}
    written = _create(pipeline, standing)
    _forget(pipeline, list(standing))
    return written


def _compare(pipeline: Pipeline, first_day: date | None) -> Documented:
    results = {
        name: city_date(entry.modified_at)
        for entry in list_objects(pipeline.client, pipeline.bucket("control"), RESULTS)
        for name in result_names([entry.key], RESULTS)
    }
    announced = [name for name in result_names(pipeline.control.keys(UNDOCUMENTED), UNDOCUMENTED) if name in results]
    pages = page_keys(pipeline, DATA_DOCS)
    kept = {name for name, day in results.items() if first_day is None or day >= first_day}
    written = _write(pipeline, sorted(name for name in kept if data_doc_key(name) not in pages))
    aged = [data_doc_key(name) for name in results.keys() - kept if data_doc_key(name) in pages]
    _delete(pipeline, DOCS, aged)
    _forget(pipeline, announced)
    return Documented(written, len(aged))


def _write(pipeline: Pipeline, names: Sequence[str]) -> int:
    parts = [names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)]
    return sum(_create(pipeline, _read(pipeline, part)) for part in parts)


def _read(pipeline: Pipeline, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    return dict(zip(names, pipeline.control.read_many([f"{RESULTS}{name}.json" for name in names]), strict=True))


def _create(pipeline: Pipeline, results: Mapping[str, Mapping[str, Any]]) -> int:
    return create_pages(pipeline, ((data_doc_key(name), validation_page(result)) for name, result in results.items()))


def _forget(pipeline: Pipeline, names: Sequence[str]) -> None:
    _delete(pipeline, "control", [f"{UNDOCUMENTED}{name}.json" for name in names])


def _delete(pipeline: Pipeline, bucket: str, keys: Sequence[str]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda key: delete(pipeline.client, pipeline.bucket(bucket), key), keys))
