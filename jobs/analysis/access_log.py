"""The access log: what was asked, written before a row is read, and what came of it; in a bucket where an analyst can only add.

Two records a query, because what is added there is never changed: one that stands alone is a query that was broken off.
"""

import getpass
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from jobs.analysis.desk import AnalystDesk
from jobs.catalogue.frozen import Frozen
from jobs.errors import StoreError, StoreUnavailable
from jobs.storage.objects import put_new_json

Outcome = Literal["done", "cut", "refused", "failed", "interrupted"]


class Access(Frozen):
    """One record; times are UTC, `tables` as the query names them. What an `asked` record cannot know yet is None.

    `error` is the kind of a failure, never its text, which may quote a value.
    """

    access_id: str
    event: Literal["asked", "answered"]
    account: str
    os_user: str | None
    asked_at: datetime
    sql: str
    tables: tuple[str, ...]
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    rows: int | None = None
    seconds: float | None = None
    error: str | None = None


def access_key(record: Access) -> str:
    """Key in the access bucket: by day, two objects a query."""
    return f"{record.asked_at:%Y-%m-%d}/{record.access_id}.{record.event}.json"


def note_asked(desk: AnalystDesk, sql: str, tables: Sequence[str], now: datetime) -> Access:
    """The record that this account is about to run the query; it stands when this returns.

    Raises: StoreError, StoreUnavailable if it cannot be written; then the query must not be run.
    """
    record = Access(
        access_id=uuid.uuid4().hex,
        event="asked",
        account=desk.endpoint.access_key,
        os_user=_os_user(),
        asked_at=now,
        sql=sql,
        tables=tuple(tables),
    )
    _write(desk, record, "The query was not run")
    return record


def note_answered(desk: AnalystDesk, asked: Access, now: datetime, outcome: Outcome, rows: int, error: str | None) -> Access:
    """The record of what came of the query, written beside the first. Raises: StoreError, StoreUnavailable."""
    seconds = round((now - asked.asked_at).total_seconds(), 3)
    told = {"event": "answered", "answered_at": now, "outcome": outcome, "rows": rows, "seconds": seconds, "error": error}
    record = asked.model_copy(update=told)
    _write(desk, record, "The query was run, and the log holds that it was asked")
    return record


def _write(desk: AnalystDesk, record: Access, state: str) -> None:
    try:
        put_new_json(desk.client, desk.access_bucket, access_key(record), record.model_dump(mode="json"))
    except StoreError as error:
        kind = StoreUnavailable if isinstance(error, StoreUnavailable) else StoreError
        raise kind(f"the access log could not be written. {state}. {error}") from error


def _os_user() -> str | None:
    """Who is logged in on this machine; None where the user has no name (a container)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
