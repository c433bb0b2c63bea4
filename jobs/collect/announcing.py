"""Asset events: one per resource and period that a pass published, at least once, marked in control when told."""

from typing import Any

from jobs.collect.outcome import latest_outcomes
from jobs.collect.pipeline import Pipeline


def announce(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The events not announced before, as Airflow's operator takes them; they count as announced from now on."""
    told = set(pipeline.control.keys("announced/"))
    events: dict[str, dict[str, Any]] = {}
    for outcome in latest_outcomes(pipeline):
        key = f"announced/{outcome.resource}/{outcome.number:08d}/{outcome.period}.json"
        if outcome.state != "published" or key in told:
            continue
        domain, name = outcome.resource.split(".")
        event = events.setdefault(
            key,
            {
                "name": outcome.resource,
                "uri": f"x-haihe://silver/{domain}/{name}",
                "extra": {"period": outcome.period, "pass": outcome.number, "batches": []},
            },
        )
        event["extra"]["batches"].append(outcome.batch_id)
    for key, event in events.items():
        pipeline.control.create(key, event)
    return list(events.values())
