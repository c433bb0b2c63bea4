"""What was done about a provider's way in: small records in control, each written once; the last one decides."""

from datetime import UTC, datetime
from typing import Any, Literal

from jobs.collect.pipeline import Desk
from jobs.storage.leavers import PREFIX, record_key

State = Literal["onboarded", "tested", "keys_rotated", "offboarded"]
Record = dict[str, Any]


def records_of(desk: Desk, provider: str) -> list[Record]:
    """The provider's records, oldest first: `state`, `at` (UTC), `by`, and what belongs to the state."""
    return desk.control.read_many(desk.control.keys(f"{PREFIX}{provider}/"))


def last_records(desk: Desk) -> dict[str, Record]:
    """Provider -> its last record; who has none never began."""
    last = {key.split("/")[1]: key for key in desk.control.keys(PREFIX)}
    return dict(zip(last, desk.control.read_many(list(last.values())), strict=True))


def add_record(desk: Desk, provider: str, state: State, by: str, **facts: Any) -> Record:
    """The record as written under the next free number."""
    record: Record = {"state": state, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "by": by, **facts}
    number = len(desk.control.keys(f"{PREFIX}{provider}/")) + 1
    while not desk.control.create(record_key(provider, number), record):
        number += 1
    return record
