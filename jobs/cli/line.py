"""What every command line has at hand: how it is declared, how it speaks, and the pipeline and session that it may need."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from jobs.errors import HaiheError
from jobs.settings import Settings

NOTHING_TO_DO = 99
Command = Callable[[argparse.Namespace, Settings], int]


def add(commands: Any, name: str, function: Command, text: str) -> argparse.ArgumentParser:
    """A command of this name that calls the function, which returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    return parser


def add_selection(parser: argparse.ArgumentParser) -> None:
    """The choice of a provider, resource or period."""
    parser.add_argument("--provider")
    parser.add_argument("--resource")
    parser.add_argument("--period")


def say(value: object) -> None:
    """Print a line or a table."""
    # A pipe has no width of its own; a table folded to eighty columns cannot be searched.
    width = None if sys.stdout.isatty() else 160
    # File names and values are shown as they are, `[…]` in them too.
    Console(highlight=False, markup=False, width=width).print(value, soft_wrap=isinstance(value, str))


def write(text: str) -> None:
    """Write lines that another program reads, as they are."""
    sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")


def tell(value: object) -> None:
    """The last line of output, for Airflow's operator."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201 (the one place that prints)


def moment(text: str | None) -> datetime:
    """The moment that the text writes, in the city's zone if it names none; now for None. Raises: HaiheError for another text."""
    from jobs.collect.pipeline import CITY_ZONE

    if text is None:
        return datetime.now(UTC)
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise HaiheError(f"{text}: no moment ({error}). Nothing was done. Write it as 2021-03-08T09:00:00+08:00.") from error
    return given if given.tzinfo else given.replace(tzinfo=CITY_ZONE)


def pipeline_of(settings: Settings) -> Any:
    """The pipeline on the settings' store."""
    from jobs.catalogue.catalogue import load_catalogue
    from jobs.collect.pipeline import open_pipeline

    return open_pipeline(settings, load_catalogue(settings.root))


def session_of(settings: Settings, *, is_small: bool = True) -> Any:
    """A maker of the one session: a run without work never pays for it."""

    def make() -> Any:
        from jobs.lake.session import spark_session
        from jobs.storage.accounts import pipeline_endpoint

        return spark_session(settings, pipeline_endpoint(settings), is_small=is_small)

    return make


def selection_of(arguments: argparse.Namespace) -> Any:
    """The choice that `add_selection` took."""
    from jobs.collect.main import Selection

    return Selection(arguments.provider or None, arguments.resource or None, arguments.period or None)
