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
    from jobs.analysis.accesses import flush_accesses
    from jobs.analysis.projection import project_for_analysts
    from jobs.collect.projecting import flush_ledger

    pipeline = pipeline_of(settings)
    added = {**flush_ledger(pipeline), "accesses": flush_accesses(pipeline)}
    changed = project_for_analysts(pipeline)
    tell({"ledger": added, "gold": sorted(name for name, is_new in changed.items() if is_new)})
    return 0 if any(added.values()) or any(changed.values()) else NOTHING_TO_DO


def _ledger(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.analysis.accesses import rebuild_accesses
    from jobs.collect.projecting import rebuild_ledger

    pipeline = pipeline_of(settings)
    tell({"ledger": {**rebuild_ledger(pipeline), "accesses": rebuild_accesses(pipeline)}})
    return 0
