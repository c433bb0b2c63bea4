"""What an engineer sees at the command line: status, batches, quarantined rows; outcomes as tables."""

from collections import Counter
from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table

from jobs.collect.definition import read_definition
from jobs.collect.drops import UNPLACED, pending_drops, resend_resource, resource_of
from jobs.collect.faults import error_lines, faulty_rows
from jobs.collect.main import SessionMaker
from jobs.collect.outcome import BatchOutcome, latest_outcome, latest_outcomes
from jobs.collect.pipeline import Pipeline
from jobs.collect.revising import judgement_key
from jobs.errors import PassError
from jobs.lake.pass_record import Pass
from jobs.lake.passes import latest_pass, read_pass
from jobs.storage.objects import list_buckets

STATES = ("published", "held", "refused")


def status_table(pipeline: Pipeline) -> list[RenderableType]:
    """Batches by resource and state with rows, drops that wait, and landing buckets of nobody in the roster."""
    outcomes = latest_outcomes(pipeline)
    waiting = Counter(resource_of(pipeline, drop) for drop in pending_drops(pipeline))
    table = Table(title="haihe status", title_justify="left")
    for heading in ("resource", "pass", *STATES, "read", "accepted", "quarantined", "pending drops"):
        table.add_column(heading, justify="left" if heading == "resource" else "right")
    for resource in sorted({*pipeline.catalogue.contracts, *waiting}):
        own = [outcome for outcome in outcomes if outcome.resource == resource]
        table.add_row(resource, *_status_cells(pipeline, resource, own), str(waiting[resource]))
    strangers = _strangers(pipeline)
    warning = f"landing buckets of no provider in conf/providers.csv: {', '.join(strangers)}" if strangers else None
    return [table, *([warning] if warning else [])]


def chosen_batches(pipeline: Pipeline, resource: str | None, state: str | None) -> list[BatchOutcome]:
    """The last outcome of every batch of that resource and state."""
    return [outcome for outcome in latest_outcomes(pipeline, resource) if state in (None, outcome.state)]


def batches_table(outcomes: Sequence[BatchOutcome]) -> Table:
    """One row a batch."""
    table = Table(title="haihe batches", title_justify="left")
    for heading in ("batch", "resource", "provider", "period", "state", "rev", "read", "accepted", "quarantined", "why"):
        table.add_column(heading, justify="right" if heading in ("rev", "read", "accepted", "quarantined") else "left", overflow="fold")
    for one in outcomes:
        counts = (
            [f"{number:,}" for number in (one.counts.read, one.counts.accepted, one.counts.quarantined)] if one.counts else ["", "", ""]
        )
        why = ", ".join(reason.code for reason in one.reasons)
        table.add_row(one.batch_id, one.resource, one.provider, one.period, one.state, str(one.revision), *counts, why)
    return table


def quarantined_table(pipeline: Pipeline, session: SessionMaker, batch_id: str, limit: int) -> Table:
    """Up to `limit` quarantined rows of a batch, each with its faults; values masked. Raises: PassError for an unknown batch."""
    resource = resend_resource(pipeline, batch_id)
    outcome = latest_outcome(pipeline, resource, batch_id) if resource else None
    if outcome is None:
        raise PassError(f"{batch_id}: no such batch. `haihe batches` lists them.")
    record = Pass.model_validate(read_pass(pipeline.control, outcome.resource, outcome.number))
    batch = next(one for one in record.batches if one.batch_id == batch_id)
    definition = read_definition(pipeline, pipeline.control.read(judgement_key(outcome.resource, outcome.number))["definition"])
    rows = faulty_rows(pipeline, session(), definition.contract, [outcome], limit).get(batch_id, [])
    lines = error_lines(
        [row for row in rows if row.is_critical], batch, definition.contract, {rule.rule_id: rule for rule in definition.rules}
    )
    table = Table(title=f"{batch_id}: quarantined rows", title_justify="left")
    for heading in ("line", "row", "key", "column", "value (masked)", "rule", "what is wrong"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(
            str(line.line), str(line.spreadsheet_row or ""), line.key or "", line.column or "", line.value or "", line.rule_id, line.what.zh
        )
    return table


def _status_cells(pipeline: Pipeline, resource: str, outcomes: Sequence[BatchOutcome]) -> list[str]:
    number, is_done = latest_pass(pipeline.control, resource) if resource != UNPLACED else (0, True)
    states: Counter[str] = Counter(outcome.state for outcome in outcomes)
    counts = [outcome.counts for outcome in outcomes if outcome.counts]
    sums = [sum(count.read for count in counts), sum(count.accepted for count in counts), sum(count.quarantined for count in counts)]
    return [f"{number}{'' if is_done else ' unfinished'}", *(str(states[state]) for state in STATES), *(f"{total:,}" for total in sums)]


def _strangers(pipeline: Pipeline) -> list[str]:
    prefix = pipeline.bucket("landing-")
    found = [name.removeprefix(prefix) for name in list_buckets(pipeline.client) if name.startswith(prefix)]
    return sorted(set(found) - set(pipeline.catalogue.providers))
