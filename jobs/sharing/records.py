"""Records of deliveries in control, and their projection into the ledger's table `deliveries`."""

from collections.abc import Sequence
from typing import Any

from jobs.collect.pipeline import Pipeline
from jobs.lake.control import Control
from jobs.lake.ledger import append_rows, ledger_table, read_ledger, rebuild_rows
from jobs.sharing.receipt import Delivery, Withdrawal

TABLE = "deliveries"
WITHDRAWN = ".withdrawn.json"


def record_key(recipient: str, delivery_id: str) -> str:
    """Where a delivery is recorded."""
    return f"deliveries/{recipient}/{delivery_id}.json"


def withdrawal_key(recipient: str, delivery_id: str) -> str:
    """Where it is recorded that a delivery was taken back."""
    return f"deliveries/{recipient}/{delivery_id}{WITHDRAWN}"


def read_deliveries(control: Control, recipient: str = "") -> tuple[list[Delivery], set[str]]:
    """All deliveries (of one recipient), oldest first, and the ids of those taken back."""
    keys = control.keys(f"deliveries/{recipient}/" if recipient else "deliveries/")
    records = control.read_many([key for key in keys if not key.endswith(WITHDRAWN)])
    deliveries = sorted((Delivery.model_validate(value) for value in records), key=lambda one: (one.delivered_at, one.delivery_id))
    return deliveries, {key.rsplit("/", 1)[1].removesuffix(WITHDRAWN) for key in keys if key.endswith(WITHDRAWN)}


def flush_deliveries(pipeline: Pipeline) -> int:
    """Rows added to the ledger: deliveries and withdrawals since the last projection; 0 where another one was quicker."""
    table = ledger_table(pipeline.lake, TABLE)
    standing = read_ledger(pipeline.lake, TABLE, ["delivery_id", "state"]).to_pylist()
    known = {(row["delivery_id"], row["state"]) for row in standing}
    new = [key for key in pipeline.control.keys("deliveries/") if _identity(key) not in known]
    is_added = append_rows(table, TABLE, _rows(pipeline.control, new), {TABLE: len(known) + len(new)})
    return len(new) if is_added else 0


def rebuild_deliveries(pipeline: Pipeline) -> int:
    """Rows of the ledger's table, all of them written anew from control."""
    rows = _rows(pipeline.control, pipeline.control.keys("deliveries/"))
    rebuild_rows(ledger_table(pipeline.lake, TABLE), TABLE, rows, {TABLE: len(rows)})
    return len(rows)


def _identity(key: str) -> tuple[str, str]:
    name = key.rsplit("/", 1)[1]
    return (name.removesuffix(WITHDRAWN), "withdrawn") if name.endswith(WITHDRAWN) else (name.removesuffix(".json"), "delivered")


def _rows(control: Control, keys: Sequence[str]) -> list[dict[str, Any]]:
    return [_row(value) for value in control.read_many(keys)]


def _row(value: dict[str, Any]) -> dict[str, Any]:
    common = {"delivery_id", "demand_id", "recipient", "resource", "silver_version", "list_version", "state"}
    if value["state"] == "withdrawn":
        gone = Withdrawal.model_validate(value)
        return {**gone.model_dump(include=common), "rows": 0, "bytes": 0, "format": gone.file_format, "delivered_at": gone.withdrawn_at}
    made = Delivery.model_validate(value)
    return {**made.model_dump(include={*common, "rows", "bytes", "delivered_at"}), "format": made.file_format}
