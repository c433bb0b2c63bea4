"""Looking: status, batches, rows of a batch."""

import argparse
from typing import Any

from jobs.cli.line import add, moment, pipeline_of, say, session_of, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    status = add(commands, "status", _status, "what is published, held, refused, pending and overdue")
    status.add_argument("--now", help="as of this moment instead (see report)")
    batches = add(commands, "batches", _batches, "batches and their states")
    batches.add_argument("--resource")
    batches.add_argument("--state", choices=["published", "held", "refused"])
    batches.add_argument("--json", action="store_true")
    rows = add(commands, "rows", _rows, "rows of a batch with what is wrong with them, values masked")
    rows.add_argument("batch")
    rows.add_argument("--quarantined", action="store_true", required=True, help="the quarantine: landed rows that a critical rule failed")
    rows.add_argument("--limit", type=int, default=50)


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import status_table

    for table in status_table(pipeline_of(settings), moment(arguments.now)):
        say(table)
    return 0


def _batches(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import batches_table, chosen_batches

    outcomes = chosen_batches(pipeline_of(settings), arguments.resource, arguments.state)
    if arguments.json:
        tell([outcome.model_dump(mode="json") for outcome in outcomes])
    else:
        say(batches_table(outcomes))
    return 0


def _rows(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import quarantined_table

    say(quarantined_table(pipeline_of(settings), session_of(settings), arguments.batch, arguments.limit))
    return 0
