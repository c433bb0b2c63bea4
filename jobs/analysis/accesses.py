"""The access log projected into the ledger: a row a record, two a query; what cannot be read is a row too."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import ValidationError

from jobs.analysis.access_log import Access, access_key
from jobs.analysis.desk import ACCESS
from jobs.collect.pipeline import Pipeline
from jobs.lake.ledger import append_rows, ledger_table, read_ledger, rebuild_rows
from jobs.storage.objects import StoredObject, list_objects, read_bytes

log = logging.getLogger(__name__)

ACCESSES = "accesses"
UNREADABLE = "unreadable"
READERS = 8
# A record holds a query's text. Whoever may add records may add any object: no more than this is read of one.
LONGEST_RECORD = 1 << 20


def flush_accesses(pipeline: Pipeline) -> int:
    """Rows added to the ledger's `accesses`: the records that it does not hold yet; 0 where another projection was quicker."""
    table = ledger_table(pipeline.lake, ACCESSES)
    known = set(read_ledger(pipeline.lake, ACCESSES, ["record"])["record"].to_pylist())
    new = [stored for stored in _records(pipeline) if stored.key not in known]
    is_added = append_rows(table, ACCESSES, _rows(pipeline, new), {ACCESSES: len(known) + len(new)})
    return len(new) if is_added else 0


def rebuild_accesses(pipeline: Pipeline) -> int:
    """Rows of the ledger's `accesses`, all of them written anew from the records."""
    records = _records(pipeline)
    rebuild_rows(ledger_table(pipeline.lake, ACCESSES), ACCESSES, _rows(pipeline, records), {ACCESSES: len(records)})
    return len(records)


def _records(pipeline: Pipeline) -> list[StoredObject]:
    return list_objects(pipeline.client, pipeline.bucket(ACCESS))


def _rows(pipeline: Pipeline, records: Sequence[StoredObject]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(lambda stored: _row(pipeline, stored), records))


def _row(pipeline: Pipeline, stored: StoredObject) -> dict[str, Any]:
    body = read_bytes(pipeline.client, stored.bucket, stored.key, etag=stored.etag, length=LONGEST_RECORD)
    try:
        record = Access.model_validate_json(body)
    except ValidationError:
        record = None
    if record is None or access_key(record) != stored.key:
        log.warning("unreadable_access_record key=%s size=%d", stored.key, stored.size)
        return {"record": stored.key, "event": UNREADABLE, "asked_at": stored.modified_at}
    return {"record": stored.key, **record.model_dump()}
