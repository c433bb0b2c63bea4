"""Themes: gold tables from silver."""

import argparse
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, pipeline_of, session_of, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    theme = add(commands, "theme", _theme, "bring the themes' gold tables up to what was published; last line JSON")
    theme.add_argument("names", nargs="*", metavar="NAME", help="a folder of jobs/themes; all if none is named")


def _theme(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.themes.running import are_small, asset_events, chosen_themes, run_theme

    pipeline = pipeline_of(settings)
    themes = chosen_themes(pipeline, arguments.names)
    session = session_of(settings, is_small=are_small(pipeline, themes))
    runs = [run for run in (run_theme(pipeline, session, theme) for theme in themes) if run]
    tell({"themes": [run.model_dump(mode="json") for run in runs], "assets": asset_events(runs)})
    return 0 if runs else NOTHING_TO_DO
