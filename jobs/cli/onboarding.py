"""Providers' ways in: onboard, rotate-key, offboard, providers."""

import argparse
from pathlib import Path
from typing import Any

from jobs.cli.line import add, pipeline_of, say
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    onboard = add(commands, "onboard", _onboard, "make a provider's account and buckets, test its way in, write its sheet")
    rotate = add(commands, "rotate-key", _rotate, "give a provider a new secret; the old one stops working")
    offboard = add(commands, "offboard", _offboard, "close a provider's account; what is in its buckets stays")
    offboard.add_argument("--reason", required=True, help="why; the record says it")
    for parser in (onboard, rotate, offboard):
        parser.add_argument("provider")
        parser.add_argument("--by", required=True, help="who does it")
        parser.add_argument("--out", type=Path, help="sheet and key are written into onboarding/<provider>/ below it (default: out)")
    add(commands, "providers", _providers, "how each provider's way in stands")


def _onboard(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.onboarding.actions import onboard

    onboard(pipeline_of(settings), arguments.provider, arguments.by, _out(arguments, settings), say)
    return 0


def _rotate(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.onboarding.actions import rotate_key

    rotate_key(pipeline_of(settings), arguments.provider, arguments.by, _out(arguments, settings), say)
    return 0


def _offboard(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.onboarding.actions import offboard

    offboard(pipeline_of(settings), arguments.provider, arguments.by, arguments.reason, _out(arguments, settings), say)
    return 0


def _providers(_: argparse.Namespace, settings: Settings) -> int:
    from jobs.onboarding.roster_table import providers_table

    say(providers_table(pipeline_of(settings)))
    return 0


def _out(arguments: argparse.Namespace, settings: Settings) -> Path:
    return Path(arguments.out or settings.root / "out")
