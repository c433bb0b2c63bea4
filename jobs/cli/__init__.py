"""`haihe …`: the only argparse, print and exit codes. 0 done (whatever the outcome), 1 do not retry, 75 retry, 99 nothing to do."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from jobs import __version__
from jobs.cli import analysing, city, collecting, looking, onboarding, proposing, reporting, sharing, theming
from jobs.errors import HaiheError
from jobs.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
AREAS = (analysing, city, collecting, looking, onboarding, proposing, reporting, sharing, theming)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; its exit code. A HaiheError is one line on stderr."""
    arguments = command_line().parse_args(argv)
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


def command_line() -> argparse.ArgumentParser:
    """The parser of every command that there is."""
    parser = argparse.ArgumentParser(prog="haihe", description="A city's government data: drops to batches, receipts and curated tables.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("-v", "--verbose", action="store_true", help="log what is done")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for area in AREAS:
        area.add_commands(commands)
    return parser
