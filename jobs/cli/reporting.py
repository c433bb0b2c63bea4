"""What is derived once a run from what the passes left behind."""

import argparse
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, moment, pipeline_of, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    report = add(commands, "report", _report, "ledger, Data Docs, overdue duties, notices and board brought up to date; last line JSON")
    report.add_argument("--now", help="as of this moment instead, for instance 2021-03-08T09:00:00+08:00 (without a zone: the city's)")
    serve = add(commands, "serve", _serve, "serve board, Data Docs and receipts on loopback until ended; `haihe up` does")
    serve.add_argument("--port", type=int, default=0, help="0: any free one")
    ledger = add(commands, "ledger", _ledger, "write the ledger's tables anew from control")
    ledger.add_argument("action", choices=["rebuild"])


def _report(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.report import has_changed, write_reports

    report = write_reports(pipeline_of(settings), moment(arguments.now))
    tell(report)
    return 0 if has_changed(report) else NOTHING_TO_DO


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.site import serve

    serve(settings, arguments.port)
    return 0


def _ledger(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.analysis.accesses import rebuild_accesses
    from jobs.collect.projecting import rebuild_ledger
    from jobs.sharing.records import rebuild_deliveries

    pipeline = pipeline_of(settings)
    accesses, deliveries = rebuild_accesses(pipeline), rebuild_deliveries(pipeline)
    tell({"ledger": {**rebuild_ledger(pipeline), "accesses": accesses, "deliveries": deliveries}})
    return 0
