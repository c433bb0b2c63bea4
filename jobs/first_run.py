"""`haihe run`, `up`, `down`: the sample city from its drops to its receipts, on the real store and through the real scheduler."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from rich.table import Table

from jobs import scheduler, site
from jobs.catalogue.catalogue import load_catalogue
from jobs.catalogue.compiled import write_compiled
from jobs.collect.main import Selection, collect
from jobs.collect.outcome import BatchOutcome, DropOutcome, latest_outcomes
from jobs.collect.pipeline import Pipeline, city_date, open_pipeline
from jobs.errors import HaiheError
from jobs.lake.session import spark_session
from jobs.reports.receipt_model import Receipt
from jobs.reports.terminal import receipt_table
from jobs.samplecity.city import write_city
from jobs.samplecity.comparison import Told, differences
from jobs.samplecity.faulty import FAULTS, FaultyDrop, write_faulty_drop
from jobs.samplecity.truth import TRUTH, City, read_truth
from jobs.settings import Settings
from jobs.storage import embedded
from jobs.storage.accounts import bucket, pipeline_endpoint, provider_endpoint, provision
from jobs.storage.client import s3_client
from jobs.storage.objects import exists, find_bytes, list_buckets, list_objects, put
from jobs.storage.probe import probe_conditional_put

Say = Callable[[object], None]
RECEIPT_FILES = ("receipt.html", "receipt.en.html", "receipt.json", "errors.csv")
TOP_REASONS = 5


def start_store(settings: Settings) -> Pipeline:
    """The pipeline on a store that is running, provisioned and proven to have one winner a conditional PUT."""
    catalogue = load_catalogue(settings.root)
    write_compiled(catalogue, settings.home / "catalogue.json")
    if settings.store.endpoint_url is None:
        embedded.ensure_running(settings)
    provision(settings, sorted(catalogue.providers), recipients=catalogue.recipients)
    pipeline = open_pipeline(settings, catalogue)
    version = embedded.VERSION if settings.store.endpoint_url is None else None
    probe_conditional_put(pipeline_endpoint(settings), bucket(settings, "control"), settings.home, version)
    return pipeline


def start_everything(settings: Settings) -> Iterator[str]:
    """Start store, Airflow and the board's server; lines that say where they are and how to log in."""
    start_store(settings)
    yield f"store    {pipeline_endpoint(settings).endpoint_url}"
    addresses = scheduler.start(settings)
    yield f"board    {site.start(settings)}"
    yield f"airflow  {addresses.url}  user {addresses.user}, password in {addresses.password_file}"
    yield "stop     make down"


def stop_everything(settings: Settings) -> Iterator[str]:
    """Stop exactly what was started here."""
    yield f"board    {'stopped' if site.stop(settings) else 'was not running'}"
    yield f"airflow  {'stopped' if scheduler.stop(settings) else 'was not running'}"
    yield f"store    {'stopped' if embedded.stop(settings) else 'was not running'}"


def write_sample(settings: Settings, folder: Path, seed: int, scale: float, say: Say) -> City:
    """The sample city's extracts and the truth about them, written into `folder`."""
    city = write_city(folder, load_catalogue(settings.root), seed, scale, city_date(datetime.now(UTC)))
    say(f"sample city: seed {seed}, scale {scale:g}: {len(city.drops)} drops, {len(city.faults)} planted faults, truth in {folder / TRUTH}")
    return city


@contextmanager
def for_a_while(settings: Settings) -> Iterator[Pipeline]:
    """The pipeline on a store that runs; if it did not run before, everything that was started is stopped at the end."""
    was_up = embedded.is_up(settings)
    try:
        yield start_store(settings)
    finally:
        if not was_up:
            for _ in stop_everything(settings):
                pass


def run_city(settings: Settings, seed: int, scale: float, say: Say) -> int:
    """Drop the city with the providers' own keys, run `collect`, hold the outcome against the truth. 0 if they are equal, else 1."""
    began = time.monotonic()
    with for_a_while(settings) as pipeline:
        city = _city(settings, seed, scale, say)
        before = fingerprint(pipeline)
        dropped = drop_city(settings, city)
        say(f"dropped {dropped} files with the providers' own keys" if dropped else "every file of the city was dropped before")
        _collect(settings, pipeline, city, say)
        wrong = differences(city, told_by_file(settings, pipeline))
        copy_receipts(settings, pipeline)
        for table in _summary(pipeline):
            say(table)
        if not dropped:
            is_same = fingerprint(pipeline) == before
            say("nothing changed: every table's version, every key and ETag is as before" if is_same else "the store CHANGED")
        for line in _closing(settings, wrong, time.monotonic() - began):
            say(line)
    return 1 if wrong else 0


def on_demand(settings: Settings) -> Settings:
    """The settings with `collect` run only when triggered, so that the run that is waited for is the one that finds the drops."""
    return settings.model_copy(update={"airflow": settings.airflow.model_copy(update={"schedule": ""})})


def plant(settings: Settings, fault: str | None, say: Say) -> int:
    """Drop a small file with one planted fault, collect it, and show the line of the receipt that it causes; 0 if it is the planted one."""
    if fault not in FAULTS:
        raise HaiheError(f"--fault {fault}: not one of {', '.join(sorted(FAULTS))}. Nothing was dropped.")
    with for_a_while(settings) as pipeline:
        seed = int(datetime.now(UTC).timestamp())
        day = date(2021, 1, 1) + timedelta(days=seed % 3000)
        drop = write_faulty_drop(settings.home / "city", pipeline.catalogue, fault, day, seed)
        client = s3_client(provider_endpoint(settings, drop.provider))
        put(client, bucket(settings, f"landing-{drop.provider}"), drop.key, drop.path.read_bytes())
        say(f"dropped s3://{bucket(settings, f'landing-{drop.provider}')}/{drop.key} with one fault: {fault}")
        resource = drop.key.split("/")[0]
        maker = partial(spark_session, settings, pipeline_endpoint(settings), is_small=True)
        outcomes = collect(pipeline, maker, [resource], Selection(provider=drop.provider))
        return _show_planted(settings, outcomes[-1], drop, say)


def _show_planted(settings: Settings, outcome: BatchOutcome, drop: FaultyDrop, say: Say) -> int:
    client = s3_client(provider_endpoint(settings, outcome.provider))
    body = find_bytes(client, bucket(settings, f"receipts-{outcome.provider}"), f"{outcome.receipt}/receipt.json") or b"{}"
    receipt = Receipt.model_validate_json(body)
    say(receipt_table(receipt))
    lines = {fault.line for fault in receipt.first_faults}
    return 0 if {fault.line for fault in drop.faults} <= lines else 1


def drop_city(settings: Settings, city: City, only: Collection[str] | None = None) -> int:
    """Put every file (or those named by their place under `drops/`) that is not there yet into its provider's landing bucket.

    How many were put.
    """
    files = {path for path in city.drops_dir.rglob("*") if path.is_file()}
    if only is not None:
        files = {path for path in files if str(path.relative_to(city.drops_dir)) in only}
    order = {drop.file: place for place, drop in enumerate(city.drops)}
    dropped = 0
    # Manifests first: a file whose manifest comes later would be read without it.
    for path in sorted(
        files, key=lambda path: (not path.name.endswith(".manifest.json"), order.get(str(path.relative_to(city.drops_dir)), -1))
    ):
        provider, key = str(path.relative_to(city.drops_dir)).split("/", 1)
        client = s3_client(provider_endpoint(settings, provider))
        landing = bucket(settings, f"landing-{provider}")
        if not exists(client, landing, key):
            put(client, landing, key, path.read_bytes())
            dropped += 1
    return dropped


def told_by_file(settings: Settings, pipeline: Pipeline) -> dict[str, Told]:
    """What each drop's provider finds in its receipts bucket, read with the provider's own key, by the drop's place under `drops/`."""
    told = {}
    for outcome in drop_outcomes(pipeline):
        client, receipts = s3_client(provider_endpoint(settings, outcome.provider)), bucket(settings, f"receipts-{outcome.provider}")
        receipt = find_bytes(client, receipts, f"{outcome.receipt}/receipt.json")
        if receipt is not None:
            told[f"{outcome.provider}/{outcome.key}"] = Told(receipt, find_bytes(client, receipts, f"{outcome.receipt}/errors.csv"))
    return told


def drop_outcomes(pipeline: Pipeline) -> list[DropOutcome]:
    """Outcomes of all drops."""
    return [DropOutcome.model_validate(value) for value in pipeline.control.read_many(pipeline.control.keys("drops/"))]


def fingerprint(pipeline: Pipeline) -> str:
    """Hash of every bucket, key and ETag of the store; table versions are keys of their logs."""
    digest = hashlib.sha256()
    for name in sorted(list_buckets(pipeline.client)):
        for entry in list_objects(pipeline.client, name):
            digest.update(f"{name}/{entry.key} {entry.etag}\n".encode())
    return digest.hexdigest()


def copy_receipts(settings: Settings, pipeline: Pipeline) -> Path:
    """Copy every receipt to out/receipts, without resend files, so that they can be read when the servers are down."""
    folder = settings.root / "out" / "receipts"
    for outcome in drop_outcomes(pipeline):
        for name in RECEIPT_FILES:
            body = find_bytes(pipeline.client, bucket(settings, f"receipts-{outcome.provider}"), f"{outcome.receipt}/{name}")
            if body is not None:
                path = folder / outcome.provider / outcome.receipt / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(body)
    return folder


def _city(settings: Settings, seed: int, scale: float, say: Say) -> City:
    folder = settings.home / "city" / f"seed-{seed}-scale-{scale:g}"
    if (folder / TRUTH).is_file():
        return read_truth(folder)
    return write_sample(settings, folder, seed, scale, say)


def run_collect(settings: Settings, on_progress: Callable[[str], None]) -> None:
    """Run `collect` on the Airflow that is running, to its end. Raises: HaiheError if the run fails."""
    run = scheduler.trigger_collect(settings, {})
    state = scheduler.wait_run(settings, run, on_progress)
    if state != "success":
        raise HaiheError(f"the DAG run {run} of collect ended as {state}. What was finished stands. See {settings.home / 'airflow'}.")


def _collect(settings: Settings, pipeline: Pipeline, city: City, say: Say) -> None:
    seen: set[str] = set()

    def on_progress(state: str) -> None:
        done = set(pipeline.control.keys("drops/"))
        if done and not seen:
            first = min(drop_outcomes(pipeline), key=lambda outcome: outcome.state != "batch")
            say(f"first receipt: s3://{bucket(settings, f'receipts-{first.provider}')}/{first.receipt}/receipt.html")
        if done - seen:
            say(f"collect {state}: {len(done)} of {len(city.drops)} drops have their receipt")
            seen.update(done)

    scheduler.start(on_demand(settings))
    run_collect(settings, on_progress)
    _wait_for_what_follows(settings, say)


def _wait_for_what_follows(settings: Settings, say: Say) -> None:
    """Themes and shares are woken by what was published; wait until they are done. Raises: HaiheError if a run failed."""
    told: set[str] = set()

    def on_progress(busy: str) -> None:
        if busy not in told:
            say(f"at work on what was published: {busy}")
            told.add(busy)

    failed = scheduler.wait_quiet(settings, on_progress)
    if failed:
        raise HaiheError(f"DAG runs failed: {', '.join(failed)}. What was finished stands. See {settings.home / 'airflow'}.")


def _summary(pipeline: Pipeline) -> Iterator[Table]:
    outcomes = latest_outcomes(pipeline)
    counts = [outcome.counts for outcome in outcomes if outcome.counts]
    states = Counter(outcome.state for outcome in outcomes)
    refused = sum(1 for outcome in drop_outcomes(pipeline) if outcome.state == "refused")
    table = Table(title="what came of it", title_justify="left")
    for heading in ("batches published", "held", "files refused", "rows read", "accepted", "quarantined"):
        table.add_column(heading, justify="right")
    sums = [sum(count.read for count in counts), sum(count.accepted for count in counts), sum(count.quarantined for count in counts)]
    table.add_row(str(states["published"]), str(states["held"]), str(states["refused"] + refused), *(f"{number:,}" for number in sums))
    yield table
    rules: Counter[str] = Counter()
    for outcome in outcomes:
        rules.update({f"{outcome.resource} {rule}": rows for rule, rows in outcome.rule_counts.items() if rows})
    reasons = Table(title="top reasons", title_justify="left")
    reasons.add_column("resource and rule")
    reasons.add_column("rows", justify="right")
    for rule, rows in rules.most_common(TOP_REASONS):
        reasons.add_row(rule, f"{rows:,}")
    yield reasons


def _closing(settings: Settings, wrong: list[str], seconds: float) -> Iterator[str]:
    if wrong:
        yield f"the outcome DIFFERS from the sample city's truth in {len(wrong)} points:"
        yield from (f"  {line}" for line in wrong[:20])
    else:
        yield "the outcome equals the sample city's truth: every state, count and planted fault"
    yield f"receipts: {settings.root / 'out' / 'receipts'}   {seconds:.0f} s"
    yield "next:"
    yield "  make up                                                     leave store and Airflow running, with their addresses"
    yield "  .haihe/envs/jobs/bin/haihe samplecity plant --fault uscc    plant a fault in a clean file and see the receipt line it causes"
    yield "  .haihe/envs/jobs/bin/haihe batches --state held             what waits for a person (after make up)"
