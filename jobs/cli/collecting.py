"""The main job: what the DAG `collect` runs, a person's decisions, and the check before a drop."""

import argparse
from pathlib import Path
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, add_selection, pipeline_of, say, selection_of, session_of, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    discover = add(commands, "discover", _discover, "group the resources with pending drops; last line JSON")
    collect = add(commands, "collect", _collect, "bring the resources' pending drops to their outcome; last line JSON")
    collect.add_argument("resources", nargs="*", help="domain.resource; all with pending drops if none is named")
    for parser_ in (discover, collect):
        add_selection(parser_)
    add(commands, "announce", _announce, "asset events of what was published and not yet told; last line JSON")
    told = add(commands, "told", _told, "note that announced events stand")
    told.add_argument("--keys", default="", help="what `announce` printed as `told`, joined by commas")
    for name, text in (("release", "publish a held batch"), ("refuse", "refuse a held batch")):
        decision = add(commands, name, _decide, text)
        decision.add_argument("batch")
        decision.add_argument("--by", required=True, help="who decides")
        decision.add_argument("--reason", required=True, help="why; the receipt says it")
        decision.set_defaults(kind=name)
    check = add(commands, "check", _check, "judge a local file before dropping it; the same receipt, without a store")
    check.add_argument("file", type=Path)
    check.add_argument("--contract", required=True, help="domain.resource")
    check.add_argument("--provider", required=True)
    check.add_argument("--period", required=True)
    check.add_argument("--out", type=Path, help="write the receipt's files here")
    check.add_argument("--json", action="store_true")


def _discover(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.main import discover

    groups = discover(pipeline_of(settings), selection_of(arguments))
    tell({"groups": groups})
    return 0 if groups else NOTHING_TO_DO


def _collect(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.main import collect, discover, is_small

    pipeline, selection = pipeline_of(settings), selection_of(arguments)
    resources = arguments.resources or [name for group in discover(pipeline, selection) for name in group]
    drops = [drop for name, found in selection.drops(pipeline).items() if name in resources for drop in found]
    outcomes = collect(pipeline, session_of(settings, is_small=is_small(drops)), resources, selection)
    told = [{"batch": one.batch_id, "resource": one.resource, "state": one.state, "pass": one.number} for one in outcomes]
    tell({"resources": resources, "batches": told})
    return 0


def _announce(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.announcing import announce

    tell(announce(pipeline_of(settings)))
    return 0


def _told(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.announcing import mark_told

    keys = [key for key in arguments.keys.split(",") if key]
    mark_told(pipeline_of(settings), keys)
    tell({"told": len(keys)})
    return 0 if keys else NOTHING_TO_DO


def _decide(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.deciding import decide_held

    outcome = decide_held(pipeline_of(settings), session_of(settings), arguments.batch, arguments.kind, arguments.by, arguments.reason)
    tell({"batch": outcome.batch_id, "state": outcome.state, "revision": outcome.revision, "receipt": outcome.receipt})
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.checking import check_file
    from jobs.reports.terminal import receipt_table

    page = check_file(settings, arguments.file, arguments.contract, arguments.provider, arguments.period)
    if arguments.out:
        from jobs.collect.reporting import rendered

        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, (body, _) in rendered(page).items():
            (arguments.out / name).write_bytes(body)
    if arguments.json:
        tell(page.receipt.model_dump(mode="json"))
    else:
        say(receipt_table(page.receipt))
    return 0
