"""The installation and its sample city: doctor, catalogue, up, down, run, samplecity."""

import argparse
import sys
from pathlib import Path
from typing import Any

from jobs.cli.line import add, say
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    add(commands, "doctor", _doctor, "say what this machine lacks, and what to do")
    catalogue = add(commands, "catalogue", _catalogue, "check contracts, suites and lists; write the compiled catalogue")
    catalogue.add_argument("action", choices=["check"])
    add(commands, "up", _up, "start store and Airflow and leave them running")
    add(commands, "down", _down, "stop exactly those")
    run = add(commands, "run", _run, "the sample city from its drops to its receipts, through Airflow")
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--scale", type=float, default=1.0)
    day = add(commands, "city-day", _city_day, "a day of the city: drops in waves, late and wrong ones among them, through Airflow")
    day.add_argument("--seed", type=int, default=1)
    day.add_argument("--scale", type=float, default=1.0)
    day.add_argument("--drops", type=int, default=500)
    day.add_argument("--waves", type=int, default=12)
    _add_samplecity(commands)


def _add_samplecity(commands: Any) -> None:
    samplecity = add(commands, "samplecity", _samplecity, "write the sample city's extracts and the truth about them, or plant one fault")
    samplecity.add_argument("action", choices=["write", "plant"])
    samplecity.add_argument("--seed", type=int, default=1)
    samplecity.add_argument("--scale", type=float, default=1.0)
    samplecity.add_argument("--out", type=Path, default=Path("out/city"))
    samplecity.add_argument("--fault", help="plant: which fault, for instance uscc")


def _doctor(_: argparse.Namespace, settings: Settings) -> int:
    import subprocess

    return subprocess.call([sys.executable, str(settings.root / "bin" / "doctor.py")])  # noqa: S603 (our own script)


def _catalogue(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.catalogue.catalogue import load_catalogue
    from jobs.catalogue.compiled import write_compiled
    from jobs.collect.definition import check_rules
    from jobs.proposing.showing import draft_lines

    catalogue = load_catalogue(settings.root)
    check_rules(catalogue)
    write_compiled(catalogue, settings.home / "catalogue.json")
    say(f"catalogue: {len(catalogue.contracts)} resources, {len(catalogue.providers)} providers, {len(catalogue.themes)} themes, no fault")
    for line in draft_lines(catalogue):
        say(line)
    return 0


def _up(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import start_everything

    for line in start_everything(settings):
        say(line)
    return 0


def _down(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import stop_everything

    for line in stop_everything(settings):
        say(line)
    return 0


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import run_city

    return run_city(settings, arguments.seed, arguments.scale, say)


def _city_day(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.city_day import Scope, run_day

    return run_day(settings, Scope(arguments.seed, arguments.scale, arguments.drops, arguments.waves), say)


def _samplecity(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.first_run import plant, write_sample

    if arguments.action == "plant":
        return plant(settings, arguments.fault, say)
    write_sample(settings, arguments.out, arguments.seed, arguments.scale, say)
    return 0
