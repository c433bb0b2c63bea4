"""The ledger projected from control: what passes and drops came to, as rows of Delta tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs.collect.drops import batch_key
from jobs.collect.gate import Reason
from jobs.collect.outcome import BatchOutcome, DropOutcome
from jobs.collect.pipeline import Pipeline
from jobs.lake.ledger import append_rows, ledger_table, read_ledger, rebuild_rows, taken_up
from jobs.lake.pass_record import Pass, PassBatch
from jobs.lake.passes import latest_pass, pass_key

Rows = list[dict[str, Any]]
# Passes of one resource are numbered; drops have no number, so the table's own count is theirs.
DROPS = "drops"


def flush_ledger(pipeline: Pipeline) -> dict[str, int]:
    """Rows added to each table of the ledger: what was finished since the last projection; nothing where another one was quicker."""
    added = {name: _flush_passes(pipeline, name) for name in ("batches", "passes")}
    return {**added, DROPS: _flush_drops(pipeline)}


def rebuild_ledger(pipeline: Pipeline) -> dict[str, int]:
    """Rows of each table of the ledger, all of them written anew from control."""
    upto = {resource: _finished(pipeline, resource) for resource in _resources(pipeline)}
    records = [record for resource, number in upto.items() for record in _passes(pipeline, resource, 0, number)]
    drops = _drop_rows(pipeline, pipeline.control.keys("drops/"))
    tables = {"batches": (_batch_rows(pipeline, records), upto), "passes": (_pass_rows(records), upto), DROPS: (drops, {DROPS: len(drops)})}
    for name, (rows, numbers) in tables.items():
        rebuild_rows(ledger_table(pipeline.lake, name), name, rows, numbers)
    return {name: len(rows) for name, (rows, _) in tables.items()}


def _flush_passes(pipeline: Pipeline, name: str) -> int:
    table = ledger_table(pipeline.lake, name)
    spans = {resource: (taken_up(table, resource), _finished(pipeline, resource)) for resource in _resources(pipeline)}
    behind = {resource: span for resource, span in spans.items() if span[0] < span[1]}
    records = [record for resource, (first, last) in behind.items() for record in _passes(pipeline, resource, first, last)]
    rows = _batch_rows(pipeline, records) if name == "batches" else _pass_rows(records)
    is_added = append_rows(table, name, rows, {resource: last for resource, (_, last) in behind.items()})
    return len(rows) if is_added else 0


def _flush_drops(pipeline: Pipeline) -> int:
    table = ledger_table(pipeline.lake, DROPS)
    known = set(read_ledger(pipeline.lake, DROPS, ["drop_id"])["drop_id"].to_pylist())
    new = [key for key in pipeline.control.keys("drops/") if key.rsplit("/", 1)[1].removesuffix(".json") not in known]
    is_added = append_rows(table, DROPS, _drop_rows(pipeline, new), {DROPS: len(known) + len(new)})
    return len(new) if is_added else 0


def _resources(pipeline: Pipeline) -> list[str]:
    """Resources that ever had a pass, also those that left the catalogue."""
    return sorted({key.split("/")[1] for key in pipeline.control.keys("passes/")})


def _finished(pipeline: Pipeline, resource: str) -> int:
    number, is_done = latest_pass(pipeline.control, resource)
    return number if is_done else number - 1


def _passes(pipeline: Pipeline, resource: str, after: int, upto: int) -> Iterable[Pass]:
    for number in range(after + 1, upto + 1):
        yield Pass.model_validate(pipeline.control.read(pass_key(resource, number)))


def _pass_rows(records: Iterable[Pass]) -> Rows:
    return [
        {
            "resource": record.resource,
            "number": record.number,
            "kind": record.kind,
            "created_at": record.created_at,
            "batches": len(record.batches),
            "definition": record.definition,
            **record.lists,
            "decided_by": record.by,
            "reason": record.reason,
        }
        for record in records
    ]


def _batch_rows(pipeline: Pipeline, records: Iterable[Pass]) -> Rows:
    pairs = [(record, batch) for record in records for batch in record.batches]
    keys = [batch_key(record.resource, batch.batch_id, batch.revision) for record, batch in pairs]
    outcomes = [BatchOutcome.model_validate(value) for value in pipeline.control.read_many(keys)]
    return [_batch_row(record, batch, outcome) for (record, batch), outcome in zip(pairs, outcomes, strict=True)]


def _batch_row(record: Pass, batch: PassBatch, outcome: BatchOutcome) -> dict[str, Any]:
    counts = outcome.counts.model_dump() if outcome.counts else {}
    return {
        **outcome.model_dump(include={"batch_id", "revision", "resource", "provider", "period", "period_end", "state", "kind"}),
        **outcome.model_dump(include={"landed_by", "drop_id", "part", "received_at", "decided_by", "receipt"}),
        "duty_id": batch.duty["duty_id"],
        "pass_number": record.number,
        "size_bytes": batch.size,
        "sha256": batch.sha256,
        "decided_at": record.created_at,
        **{f"rows_{name}": number for name, number in counts.items()},
        "failing_rows": _failing(outcome.rule_counts),
        "reasons": _codes(outcome.reasons),
    }


def _failing(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted((rule, rows) for rule, rows in counts.items() if rows)


def _drop_rows(pipeline: Pipeline, keys: Sequence[str]) -> Rows:
    outcomes = [DropOutcome.model_validate(value) for value in pipeline.control.read_many(keys)]
    return [{**outcome.model_dump(exclude={"reasons"}), "reasons": _codes(outcome.reasons)} for outcome in outcomes]


def _codes(reasons: Iterable[Reason]) -> str:
    return " ".join(reason.code for reason in reasons)
