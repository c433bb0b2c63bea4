"""`haihe …`: the only argparse, print and exit codes. 0 done (whatever the outcome), 1 do not retry, 75 retry, 99 nothing to do."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from jobs import __version__
from jobs.errors import HaiheError
from jobs.settings import Settings, load_settings

NOTHING_TO_DO = 99
ROOT = Path(__file__).resolve().parent.parent


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; its exit code. A HaiheError is one line on stderr."""
    arguments = _parser().parse_args(argv)
    level = logging.INFO if arguments.verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    # On the handler too: libraries lower the level of their own loggers.
    handler.setLevel(level)
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s", handlers=[handler])
    # Spark and the S3 client warn about what nobody can act on.
    for name in ("py4j", "great_expectations", "botocore", "boto3"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        code: int = arguments.command(arguments, load_settings(ROOT))
    except HaiheError as error:
        print(f"haihe: {error}", file=sys.stderr)  # noqa: T201 (the one place that prints)
        return error.exit_code
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="haihe", description="A city's government data: drops to batches, receipts and curated tables.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("-v", "--verbose", action="store_true", help="log what is done")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "doctor", _doctor, "say what this machine lacks, and what to do")
    catalogue = _add(commands, "catalogue", _catalogue, "check contracts, suites and lists; write the compiled catalogue")
    catalogue.add_argument("action", choices=["check"])
    _add(commands, "up", _up, "start store and Airflow and leave them running")
    _add(commands, "down", _down, "stop exactly those")
    run = _add(commands, "run", _run, "the sample city from its drops to its receipts, through Airflow")
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--scale", type=float, default=1.0)
    _add_samplecity(commands)
    discover = _add(commands, "discover", _discover, "group the resources with pending drops; last line JSON")
    collect = _add(commands, "collect", _collect, "bring the resources' pending drops to their outcome; last line JSON")
    collect.add_argument("resources", nargs="*", help="domain.resource; all with pending drops if none is named")
    for parser_ in (discover, collect):
        _add_selection(parser_)
    _add(commands, "announce", _announce, "asset events of what was published and not yet told; last line JSON")
    told = _add(commands, "told", _told, "note that announced events stand")
    told.add_argument("--keys", default="", help="what `announce` printed as `told`, joined by commas")
    _add(commands, "status", _status, "what is published, held, refused and pending")
    batches = _add(commands, "batches", _batches, "batches and their states")
    batches.add_argument("--resource")
    batches.add_argument("--state", choices=["published", "held", "refused"])
    batches.add_argument("--json", action="store_true")
    rows = _add(commands, "rows", _rows, "rows of a batch with what is wrong with them, values masked")
    rows.add_argument("batch")
    rows.add_argument("--quarantined", action="store_true", required=True, help="the quarantine: landed rows that a critical rule failed")
    rows.add_argument("--limit", type=int, default=50)
    for name, text in (("release", "publish a held batch"), ("refuse", "refuse a held batch")):
        decision = _add(commands, name, _decide, text)
        decision.add_argument("batch")
        decision.add_argument("--by", required=True, help="who decides")
        decision.add_argument("--reason", required=True, help="why; the receipt says it")
        decision.set_defaults(kind=name)
    check = _add(commands, "check", _check, "judge a local file before dropping it; the same receipt, without a store")
    check.add_argument("file", type=Path)
    check.add_argument("--contract", required=True, help="domain.resource")
    check.add_argument("--provider", required=True)
    check.add_argument("--period", required=True)
    check.add_argument("--out", type=Path, help="write the receipt's files here")
    check.add_argument("--json", action="store_true")
    return parser


def _add(commands: Any, name: str, function: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    return parser


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider")
    parser.add_argument("--resource")
    parser.add_argument("--period")


def _add_samplecity(commands: Any) -> None:
    samplecity = _add(commands, "samplecity", _samplecity, "write the sample city's extracts and the truth about them, or plant one fault")
    samplecity.add_argument("action", choices=["write", "plant"])
    samplecity.add_argument("--seed", type=int, default=1)
    samplecity.add_argument("--scale", type=float, default=1.0)
    samplecity.add_argument("--out", type=Path, default=Path("out/city"))
    samplecity.add_argument("--fault", help="plant: which fault, for instance uscc")


def _say(value: object) -> None:
    # A pipe has no width of its own; a table folded to eighty columns cannot be searched.
    width = None if sys.stdout.isatty() else 160
    Console(highlight=False, width=width).print(value, soft_wrap=isinstance(value, str))


def _tell(value: object) -> None:
    """The last line of output, for Airflow's operator."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201 (the one place that prints)


def _pipeline(settings: Settings) -> Any:
    from jobs.catalogue.catalogue import load_catalogue
    from jobs.collect.pipeline import open_pipeline

    return open_pipeline(settings, load_catalogue(settings.root))


def _session(settings: Settings, *, is_small: bool = True) -> Any:
    """A maker of the one session: a run without work never pays for it."""

    def make() -> Any:
        from jobs.lake.session import spark_session
        from jobs.storage.accounts import pipeline_endpoint

        return spark_session(settings, pipeline_endpoint(settings), is_small=is_small)

    return make


def _selection(arguments: argparse.Namespace) -> Any:
    from jobs.collect.main import Selection

    return Selection(arguments.provider or None, arguments.resource or None, arguments.period or None)


def _doctor(_: argparse.Namespace, settings: Settings) -> int:
    import subprocess

    return subprocess.call([sys.executable, str(settings.root / "bin" / "doctor.py")])  # noqa: S603 (our own script)


def _catalogue(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.catalogue.catalogue import load_catalogue
    from jobs.catalogue.compiled import write_compiled
    from jobs.collect.definition import check_rules

    catalogue = load_catalogue(settings.root)
    check_rules(catalogue)
    write_compiled(catalogue, settings.home / "catalogue.json")
    _say(f"catalogue: {len(catalogue.contracts)} resources, {len(catalogue.providers)} providers, no fault")
    return 0


def _up(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import start_everything

    for line in start_everything(settings):
        _say(line)
    return 0


def _down(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import stop_everything

    for line in stop_everything(settings):
        _say(line)
    return 0


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import run_city

    return run_city(settings, arguments.seed, arguments.scale, _say)


def _samplecity(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import plant, write_sample

    if arguments.action == "plant":
        return plant(settings, arguments.fault, _say)
    write_sample(settings, arguments.out, arguments.seed, arguments.scale, _say)
    return 0


def _discover(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.main import discover

    groups = discover(_pipeline(settings), _selection(arguments))
    _tell({"groups": groups})
    return 0 if groups else NOTHING_TO_DO


def _collect(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.main import collect, discover, is_small

    pipeline, selection = _pipeline(settings), _selection(arguments)
    resources = arguments.resources or [name for group in discover(pipeline, selection) for name in group]
    drops = [drop for name, found in selection.drops(pipeline).items() if name in resources for drop in found]
    outcomes = collect(pipeline, _session(settings, is_small=is_small(drops)), resources, selection)
    told = [{"batch": one.batch_id, "resource": one.resource, "state": one.state, "pass": one.number} for one in outcomes]
    _tell({"resources": resources, "batches": told})
    return 0


def _announce(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.announcing import announce

    _tell(announce(_pipeline(settings)))
    return 0


def _told(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.announcing import mark_told

    keys = [key for key in arguments.keys.split(",") if key]
    mark_told(_pipeline(settings), keys)
    _tell({"told": len(keys)})
    return 0 if keys else NOTHING_TO_DO


def _status(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import status_table

    for table in status_table(_pipeline(settings)):
        _say(table)
    return 0


def _batches(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import batches_table, chosen_batches

    outcomes = chosen_batches(_pipeline(settings), arguments.resource, arguments.state)
    if arguments.json:
        _tell([outcome.model_dump(mode="json") for outcome in outcomes])
    else:
        _say(batches_table(outcomes))
    return 0


def _rows(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.looking import quarantined_table

    _say(quarantined_table(_pipeline(settings), _session(settings), arguments.batch, arguments.limit))
    return 0


def _decide(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.collect.deciding import decide_held

    outcome = decide_held(_pipeline(settings), _session(settings), arguments.batch, arguments.kind, arguments.by, arguments.reason)
    _tell({"batch": outcome.batch_id, "state": outcome.state, "revision": outcome.revision, "receipt": outcome.receipt})
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
        _tell(page.receipt.model_dump(mode="json"))
    else:
        _say(receipt_table(page.receipt))
    return 0


if __name__ == "__main__":
    sys.exit(main())
