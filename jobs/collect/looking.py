"""What an engineer sees at the command line: status, batches, quarantined rows; outcomes as tables."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table

from jobs.collect.drops import UNPLACED, pending_drops, resource_of
from jobs.collect.outcome import BatchOutcome, latest_outcomes
from jobs.collect.pipeline import Pipeline
from jobs.collect.standing import standing_at
from jobs.lake.passes import latest_pass
from jobs.reports.board_model import Cell
from jobs.storage.objects import list_buckets

# The board shows them all.
OVERDUE_LISTED = 30
STATES = ("published", "held", "refused")


def status_table(pipeline: Pipeline, now: datetime) -> list[RenderableType]:
    """Batches by resource and state with rows, drops that wait, what is overdue, and landing buckets of nobody in the roster."""
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
    came = {(one.provider, one.resource, one.period) for one in outcomes if one.state != "refused"}
    overdue = [cell for cell in standing_at(pipeline, now).overdue if (cell.provider, cell.resource, cell.period) not in came]
    return [table, *([_overdue_table(overdue)] if overdue else []), *([warning] if warning else [])]


def _overdue_table(overdue: Sequence[Cell]) -> Table:
    table = Table(title=f"overdue: {len(overdue)} periods past their cut-off without a batch", title_justify="left")
    for heading in ("provider", "resource", "period", "due", "working days", "came"):
        table.add_column(heading, justify="right" if heading == "working days" else "left")
    for cell in overdue[:OVERDUE_LISTED]:
        due = cell.due_at.strftime("%Y-%m-%d %H:%M") if cell.due_at else ""
        table.add_row(
            cell.provider, cell.resource, cell.period, due, str(cell.days_overdue), "refused" if cell.state == "refused" else "never"
        )
    return table


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
