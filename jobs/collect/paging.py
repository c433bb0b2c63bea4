"""Pages in the docs bucket: those that are written once, and sets of pages that are rewritten only where their content differs."""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from jobs.collect.pipeline import Pipeline
from jobs.errors import ObjectExists
from jobs.storage.objects import delete, find_json, list_objects, put, put_new

DOCS = "docs"
HTML = "text/html; charset=utf-8"
WRITERS = 8


def page_keys(pipeline: Pipeline, prefix: str) -> set[str]:
    """Keys of the pages that stand under a prefix."""
    return {entry.key for entry in list_objects(pipeline.client, pipeline.bucket(DOCS), prefix)}


def create_pages(pipeline: Pipeline, pages: Iterable[tuple[str, str]]) -> int:
    """Write (key, page) where nothing stands yet; how many were written."""

    def create(entry: tuple[str, str]) -> bool:
        try:
            put_new(pipeline.client, pipeline.bucket(DOCS), entry[0], entry[1].encode(), HTML)
        except ObjectExists:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(create, pages))


def replace_pages(pipeline: Pipeline, name: str, pages: Mapping[str, str]) -> int:
    """Make exactly these pages stand as the set of that name; how many were written or removed.

    `_pages/<name>.json` says what each was written from, and is itself written last: after a crash the same call writes them again.
    """
    bucket, record = pipeline.bucket(DOCS), f"_pages/{name}.json"
    before: dict[str, str] = find_json(pipeline.client, bucket, record) or {}
    after = {key: hashlib.sha256(page.encode()).hexdigest() for key, page in pages.items()}
    changed = [key for key in after if before.get(key) != after[key]]
    gone = [key for key in before if key not in after]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda key: put(pipeline.client, bucket, key, pages[key].encode(), HTML), changed))
        list(pool.map(lambda key: delete(pipeline.client, bucket, key), gone))
    if changed or gone:
        put(pipeline.client, bucket, record, _text(after), "application/json")
    return len(changed) + len(gone)


def _text(hashes: Mapping[str, str]) -> bytes:
    return ("{" + ",\n".join(f'"{key}": "{value}"' for key, value in sorted(hashes.items())) + "}").encode()
