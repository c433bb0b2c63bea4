"""A Data Doc for every validation result: Great Expectations' own page, written once under the key of its result."""

from jobs.collect.paging import create_pages, page_keys
from jobs.collect.pipeline import Pipeline
from jobs.quality.data_docs import validation_page
from jobs.quality.result_store import RESULTS

DATA_DOCS = "data-docs/"
# So many results are read and rendered before their pages are written.
AT_ONCE = 1000


def write_data_docs(pipeline: Pipeline) -> int:
    """Write the page of every result that has none; how many were written."""
    standing = page_keys(pipeline, DATA_DOCS)
    missing = [key for key in pipeline.control.keys(RESULTS) if data_doc_key(key) not in standing]
    return sum(_write(pipeline, missing[first : first + AT_ONCE]) for first in range(0, len(missing), AT_ONCE))


def data_doc_key(result: str) -> str:
    """Where the page of a result stands in the docs bucket."""
    return f"{DATA_DOCS}{result.removeprefix(RESULTS).removesuffix('.json')}.html"


def _write(pipeline: Pipeline, keys: list[str]) -> int:
    pages = map(validation_page, pipeline.control.read_many(keys))
    return create_pages(pipeline, zip(map(data_doc_key, keys), pages, strict=True))
