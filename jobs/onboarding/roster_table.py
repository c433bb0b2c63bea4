"""`haihe providers`: how each provider's way in stands."""

from datetime import datetime

import pyarrow as pa
from rich.table import Table

from jobs.collect.pipeline import CITY_ZONE, Pipeline
from jobs.collect.projecting import flush_ledger
from jobs.lake.ledger import read_ledger
from jobs.onboarding.records import last_records
from jobs.storage.accounts import landing_bucket, receipts_bucket
from jobs.storage.objects import list_buckets


def providers_table(pipeline: Pipeline) -> Table:
    """A row for each provider of the roster, and for each that left it with its records; times are the city's.

    The last drop is that of the ledger, which is brought up to date for it; a test of the way in is none.
    """
    flush_ledger(pipeline)
    last, drops, standing = last_records(pipeline), _last_drops(pipeline), set(list_buckets(pipeline.client))
    table = Table(title="haihe providers", title_justify="left")
    for heading in ("provider", "name", "state", "since", "by", "last drop", "buckets"):
        table.add_column(heading)
    for provider in sorted({*pipeline.catalogue.providers, *last}):
        known, record = pipeline.catalogue.providers.get(provider), last.get(provider)
        own = (landing_bucket(pipeline.settings, provider), receipts_bucket(pipeline.settings, provider))
        since = _clock(datetime.fromisoformat(record["at"])) if record else ""
        state, by = (record["state"], record["by"]) if record else ("not onboarded", "")
        name = known.name if known else "(not in the roster)"
        buckets = ", ".join(name for name in own if name in standing) or "none"
        table.add_row(provider, name, state, since, by, _clock(drops[provider]) if provider in drops else "never", buckets)
    return table


def _last_drops(pipeline: Pipeline) -> dict[str, datetime]:
    drops = read_ledger(pipeline.lake, "drops", ["provider", "state", "decided_at"])
    real = drops.filter(pa.compute.not_equal(drops["state"], "test_ok"))
    grouped = real.group_by("provider").aggregate([("decided_at", "max")])
    return dict(zip(grouped["provider"].to_pylist(), grouped["decided_at_max"].to_pylist(), strict=True))


def _clock(moment: datetime) -> str:
    return moment.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")
