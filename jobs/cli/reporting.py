"""What is derived once a run from what the passes left behind."""

import argparse
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, pipeline_of, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    add(commands, "report", _report, "bring the ledger up to date; last line JSON")
    ledger = add(commands, "ledger", _ledger, "write the ledger's tables anew from control")
    ledger.add_argument("action", choices=["rebuild"])


def _report(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.projecting import flush_ledger
    from jobs.sharing.records import flush_deliveries

    pipeline = pipeline_of(settings)
    added = {**flush_ledger(pipeline), "deliveries": flush_deliveries(pipeline)}
    tell({"ledger": added})
    return 0 if any(added.values()) else NOTHING_TO_DO


def _ledger(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.projecting import rebuild_ledger
    from jobs.sharing.records import rebuild_deliveries

    pipeline = pipeline_of(settings)
    tell({"ledger": {**rebuild_ledger(pipeline), "deliveries": rebuild_deliveries(pipeline)}})
    return 0
