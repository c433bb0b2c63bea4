"""Asset events: one per resource and period that a pass published, at least once; marked in control once they were told."""

from collections.abc import Sequence
from typing import Any

from jobs.collect.outcome import latest_outcomes
from jobs.collect.pipeline import Pipeline


def announce(pipeline: Pipeline) -> dict[str, Any]:
    """`assets`: the events not told before, as Airflow's operator takes them; `told`: their keys, for `mark_told` once they stand."""
    known = set(pipeline.control.keys("announced/"))
    events: dict[str, dict[str, Any]] = {}
    for outcome in latest_outcomes(pipeline):
        key = f"{outcome.resource}/{outcome.number:08d}/{outcome.period}"
        if outcome.state != "published" or _record(key) in known:
            continue
        domain, name = outcome.resource.split(".")
        extra = {"period": outcome.period, "pass": outcome.number, "batches": []}
        event = events.setdefault(key, {"name": outcome.resource, "uri": f"x-haihe://silver/{domain}/{name}", "extra": extra})
        event["extra"]["batches"].append(outcome.batch_id)
    return {"assets": list(events.values()), "told": sorted(events)}


def mark_told(pipeline: Pipeline, keys: Sequence[str]) -> None:
    """Note that the events of these keys stand."""
    for key in keys:
        pipeline.control.create(_record(key), {"told": True})


def _record(key: str) -> str:
    return f"announced/{key}.json"
