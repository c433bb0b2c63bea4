"""`haihe city-day`: the sample city's day on the real store, each wave collected through the real Airflow, held against its truth."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rich.table import Table

from jobs import scheduler
from jobs.collect.outcome import DropOutcome
from jobs.collect.pipeline import Pipeline, city_date
from jobs.errors import HaiheError
from jobs.first_run import Say, drop_city, drop_outcomes, for_a_while, on_demand, run_collect, told_by_file
from jobs.samplecity.comparison import differences
from jobs.samplecity.day import Day, Mending, write_day
from jobs.samplecity.truth import City, DropTruth
from jobs.settings import Settings
from jobs.storage.accounts import landing_bucket, provider_endpoint, receipts_bucket
from jobs.storage.client import s3_client
from jobs.storage.memory import PeakMemory, watched_memory
from jobs.storage.objects import exists, put, read_bytes

MEGABYTE = 1 << 20
HEADINGS = ("wave", "time", "drops", "late", "sent again", "batches", "refused", "already landed", "s", "s a drop", "peak MiB")
SHOWN_DIFFERENCES = 20


@dataclass(frozen=True)
class Scope:
    """Which day: its seed, the scale of its files, how many drops in how many waves."""

    seed: int
    scale: float
    drops: int
    waves: int


@dataclass(frozen=True)
class WaveOutcome:
    """What came of one wave. `states` counts its drops' outcomes, `peak` is the highest resident memory of all processes in bytes."""

    wave: int
    at: datetime
    drops: int
    late: int
    resent: int
    states: Counter[str]
    seconds: float
    peak: int


def run_day(settings: Settings, scope: Scope, say: Say) -> int:
    """Live through the day; 0 if every drop has its receipt and the outcome equals the truth, else 1."""
    with for_a_while(settings) as pipeline:
        folder = settings.home / "city" / f"day-seed-{scope.seed}-scale-{scope.scale:g}-{scope.drops}-in-{scope.waves}"
        received = city_date(datetime.now(UTC))
        day = write_day(folder, pipeline.catalogue, scope.seed, scope.scale, scope.drops, scope.waves, received)
        say(f"a day of {len(day.arrivals) + len(day.mendings)} drops in {len(day.moments)} waves, truth in {folder}")
        with watched_memory(settings.home) as memory:
            began = time.monotonic()
            scheduler.start(on_demand(settings))
            say(f"store and Airflow stand after {time.monotonic() - began:.0f} s")
            waves = [_live_through(settings, pipeline, day, wave, memory, say) for wave in range(len(day.moments))]
            seconds = time.monotonic() - began
        wrong = differences(_whole_truth(pipeline, day), told_by_file(settings, pipeline))
        say(_table(waves))
        for line in _closing(waves, wrong, seconds, memory):
            say(line)
    return 1 if wrong else 0


def _live_through(settings: Settings, pipeline: Pipeline, day: Day, wave: int, memory: PeakMemory, say: Say) -> WaveOutcome:
    """Drop what arrives in this wave and have it collected."""
    memory.lap()
    began = time.monotonic()
    before = {outcome.drop_id: f"{outcome.provider}/{outcome.key}" for outcome in drop_outcomes(pipeline)}
    arrivals = [arrival for arrival in day.arrivals if arrival.wave == wave]
    files = {arrival.file for arrival in arrivals}
    dropped = drop_city(settings, day.city, files)
    mendings = [mending for mending in day.mendings if mending.wave == wave]
    sent = [send_again(settings, pipeline, mending) for mending in mendings]
    # Also what an earlier run dropped and did not live to see collected.
    if any(sent) or not files <= set(before.values()):
        run_collect(settings, lambda _: None)
    states = Counter(str(outcome.state) for outcome in drop_outcomes(pipeline) if outcome.drop_id not in before)
    late = sum(arrival.is_late for arrival in arrivals)
    outcome = WaveOutcome(wave, day.moments[wave], dropped, late, sum(sent), states, time.monotonic() - began, memory.lap())
    say(f"wave {wave + 1} of {len(day.moments)}: {dropped} drops, {sum(sent)} sent again, {outcome.seconds:.0f} s")
    return outcome


def send_again(settings: Settings, pipeline: Pipeline, mending: Mending) -> bool:
    """Drop the resend file of the receipt with its rows mended, as a clerk would; False if it was dropped before."""
    outcome = _outcome_of(pipeline, mending)
    client = s3_client(provider_endpoint(settings, outcome.provider))
    name = _resend_name(outcome)
    key, landing = f"{outcome.resource}/{outcome.period}/{name}", landing_bucket(settings, outcome.provider)
    if exists(client, landing, key):
        return False
    came = read_bytes(client, receipts_bucket(settings, outcome.provider), f"{outcome.receipt}/{name}")
    dialect = pipeline.catalogue.contracts[str(outcome.resource)].dialect(outcome.provider)
    header = came.decode(dialect.encoding, "replace").splitlines()[0]
    lines = [header, *(f"{line}{dialect.delimiter}{record}" for line, record in sorted(mending.records.items()))]
    put(client, landing, key, "".join(line + "\n" for line in lines).encode(dialect.encoding))
    return True


def _outcome_of(pipeline: Pipeline, mending: Mending) -> DropOutcome:
    """What came of the drop whose rows were mended. Raises: HaiheError if it has no outcome or no batch."""
    found = next((outcome for outcome in drop_outcomes(pipeline) if f"{outcome.provider}/{outcome.key}" == mending.file), None)
    if found is None or found.state != "batch":
        raise HaiheError(f"{mending.file}: no batch came of it, so its rows cannot be sent again. See `haihe status`.")
    return found


def _resend_name(outcome: DropOutcome) -> str:
    return f"{outcome.batch_id}.resend.csv"


def _whole_truth(pipeline: Pipeline, day: Day) -> City:
    """The day's truth with the files sent again: every row of their batches is accepted, and nothing is left to tell."""
    known = {drop.file: drop for drop in day.city.drops}
    resent = tuple(_mended_truth(known[mending.file], _resend_name(_outcome_of(pipeline, mending))) for mending in day.mendings)
    return replace(day.city, drops=day.city.drops + resent)


def _mended_truth(drop: DropTruth, name: str) -> DropTruth:
    file = f"{drop.file.rsplit('/', 1)[0]}/{name}"
    return replace(drop, file=file, name=name, rows_accepted=drop.rows_read, rows_quarantined=0)


def _table(waves: Sequence[WaveOutcome]) -> Table:
    table = Table(title="the day, wave by wave", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for wave in waves:
        count = wave.drops + wave.resent
        numbers = [wave.drops, wave.late, wave.resent, wave.states["batch"], wave.states["refused"], wave.states["already_landed"]]
        each = f"{wave.seconds / count:.2f}" if count else ""
        last = [f"{wave.seconds:.0f}", each, f"{wave.peak / MEGABYTE:,.0f}"]
        table.add_row(str(wave.wave + 1), f"{wave.at:%m-%d %H:%M}", *map(str, numbers), *last)
    return table


def _closing(waves: Sequence[WaveOutcome], wrong: Sequence[str], seconds: float, memory: PeakMemory) -> Iterator[str]:
    count = sum(wave.drops + wave.resent for wave in waves)
    each = f", {seconds / count:.2f} s a drop" if count else ": every file was dropped before"
    yield f"{count} drops in {seconds:.0f} s{each}; peak memory {memory.whole / MEGABYTE:,.0f} MiB (Airflow, store, Spark and this command)"
    if wrong:
        yield f"the outcome DIFFERS from the day's truth in {len(wrong)} points:"
        yield from (f"  {line}" for line in wrong[:SHOWN_DIFFERENCES])
    else:
        yield "every drop has its receipt, and the outcome equals the day's truth: every state, count and planted fault"
