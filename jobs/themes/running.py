"""Runs of themes, exactly once: a run is its folder's hash and its inputs' versions; the pass log numbers it, gold's commits carry it.

Records lie under `themes/` in control: `themes/passes/<theme>/<N>.json` says what run N reads, `<N>.done.json` that it is finished.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from jobs.catalogue.frozen import Frozen
from jobs.catalogue.theme import Theme, input_view
from jobs.collect.main import GROUP_BYTES
from jobs.collect.pipeline import Pipeline
from jobs.errors import ThemeError
from jobs.lake.control import Control, ControlRoom
from jobs.lake.gold import gold_versions, is_written, silver_at, silver_bytes, silver_version, write_gold
from jobs.lake.passes import create_pass, heartbeat, latest_pass, mark_done, pass_key, read_pass
from jobs.themes.statements import check_rows, gold_frames

log = logging.getLogger(__name__)
WRITTEN, SUPERSEDED = "written", "superseded"


class Identity(Frozen):
    """What a run's result hangs on: the theme's folder by hash, each input's silver version (None: nothing was published yet)."""

    folder: str
    inputs: Mapping[str, int | None]


class ThemeRun(Frozen):
    """A finished run: what it read, and the version that it left each gold table at."""

    theme: str
    number: int
    identity: Identity
    tables: Mapping[str, int]


def chosen_themes(pipeline: Pipeline, names: Sequence[str]) -> list[Theme]:
    """The themes of these names, all if none is named. Raises: ThemeError for a name that is no theme."""
    themes = pipeline.catalogue.themes
    strange = sorted(set(names) - set(themes))
    if strange:
        raise ThemeError(f"{strange} are no themes; there are {sorted(themes)}. Nothing was run.")
    return [themes[name] for name in sorted(set(names) or themes)]


def are_small(pipeline: Pipeline, themes: Iterable[Theme]) -> bool:
    """Whether the themes' inputs are so few bytes that a session made for little data is the quicker one."""
    resources = {resource for theme in themes for resource in theme.definition.inputs}
    return sum(silver_bytes(pipeline.lake, pipeline.catalogue.contracts[name]) for name in resources) < GROUP_BYTES


def run_theme(pipeline: Pipeline, session: Callable[[], SparkSession], theme: Theme) -> ThemeRun | None:
    """Bring the theme's gold tables up to its folder and its inputs; None where they are, or nothing was published yet.

    Raises: ThemeError, PassBusy while another process is at work on the theme.
    """
    records = ControlRoom(pipeline.control, "themes")
    if _is_current(records, theme, _identity(pipeline, theme)):
        return None
    with heartbeat(records, theme.name, pipeline.settings.passes.heartbeat_seconds):
        # Asked again: another process may have done it before the heartbeat was ours.
        identity = _identity(pipeline, theme)
        if _is_current(records, theme, identity):
            return None
        number = _make(pipeline, session(), records, theme, identity)
        tables = gold_versions(pipeline.lake, theme.tables)
        mark_done(records, theme.name, number, {"state": WRITTEN, "tables": tables})
        log.info("theme_written theme=%s run=%s", theme.name, number)
        return ThemeRun(theme=theme.name, number=number, identity=identity, tables=tables)


def asset_events(runs: Iterable[ThemeRun]) -> list[dict[str, object]]:
    """An event for each gold table that a run wrote, as Airflow's operator takes it."""
    return [
        {
            "name": name,
            "uri": f"x-haihe://gold/{run.theme}/{name.removeprefix(f'{run.theme}__')}",
            "extra": {"run": run.number, "version": version, "inputs": dict(run.identity.inputs)},
        }
        for run in runs
        for name, version in sorted(run.tables.items())
    ]


def _identity(pipeline: Pipeline, theme: Theme) -> Identity:
    contracts = pipeline.catalogue.contracts
    versions = {name: silver_version(pipeline.lake, contracts[name]) for name in sorted(theme.definition.inputs)}
    return Identity(folder=theme.sha256, inputs=versions)


def _is_current(records: Control, theme: Theme, identity: Identity) -> bool:
    if all(version is None for version in identity.inputs.values()):
        return True
    number, is_done = latest_pass(records, theme.name)
    if number == 0 or not is_done:
        return False
    # A superseded run left gold half written.
    was_written = records.read(pass_key(theme.name, number, ".done"))["state"] == WRITTEN
    return was_written and _read_identity(records, theme, number) == identity


def _read_identity(records: Control, theme: Theme, number: int) -> Identity:
    return Identity.model_validate(read_pass(records, theme.name, number)["identity"])


def _open_run(records: Control, theme: Theme, identity: Identity) -> int:
    """Number of the run to finish: the unfinished one if it reads the same, else a new one.

    An unfinished run of another folder or of older inputs is left as it is: every table is replaced whole by the new one.
    """
    while True:
        number, is_done = latest_pass(records, theme.name)
        if not is_done:
            if _read_identity(records, theme, number) == identity:
                return number
            mark_done(records, theme.name, number, {"state": SUPERSEDED})
        body = {"identity": identity.model_dump(), "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
        created = create_pass(records, theme.name, body)
        if created:
            return int(created["number"])


def _make(pipeline: Pipeline, spark: SparkSession, records: Control, theme: Theme, identity: Identity) -> int:
    """Number of the run that has written every gold table. A theme that breaks its contract gets no number, and writes nothing."""
    contracts, lake = pipeline.catalogue.contracts, pipeline.lake
    silver = {input_view(name): silver_at(spark, lake, contracts[name], version) for name, version in identity.inputs.items()}
    with gold_frames(spark, theme, silver) as frames:
        for table in theme.definition.tables:
            check_rows(theme, table, frames[table.view])
        number = _open_run(records, theme, identity)
        for table in theme.definition.tables:
            if not is_written(lake, theme.table(table), theme.name, number):
                write_gold(lake, theme.table(table), table, frames[table.view], theme.name, number)
    return number
