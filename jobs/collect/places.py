"""Where every batch stands among those of its duty, as names in control: a batch's past is found without reading each outcome.

`duties/<resource>/<provider>/<period>/<arrival>.<batch>.<revision>.<state>.json`, one for each outcome and nothing in it: the outcome
itself says what came of the batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from jobs.catalogue.period import Cycle, Period
from jobs.collect.pipeline import Desk

DUTIES = "duties/"
# By period, then arrival, then batch id: a total order, the same on every machine.
Place = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """A batch at its last revision."""

    place: Place
    cycle: Cycle
    batch_id: str
    revision: int
    state: str


def place_of(period_end: date, received_at: datetime, batch_id: str) -> Place:
    """The batch's place among those of its duty."""
    return period_end, f"{received_at.astimezone(UTC):%Y%m%dT%H%M%S%f}", batch_id


def standing_key(resource: str, provider: str, period: str, place: Place, revision: int, state: str) -> str:
    """The name that says where and how a batch stands at a revision."""
    _, arrival, batch_id = place
    return f"{DUTIES}{resource}/{provider}/{period}/{arrival}.{batch_id}.{revision:04d}.{state}.json"


def batches_of_duty(desk: Desk, resource: str, provider: str) -> list[Standing]:
    """Every batch of the duty that has an outcome, by its place."""
    last: dict[str, Standing] = {}
    for one in sorted(_named(desk.control.keys(f"{DUTIES}{resource}/{provider}/")), key=lambda one: one.revision):
        last[one.batch_id] = one
    return sorted(last.values(), key=lambda one: one.place)


def _named(keys: Iterable[str]) -> Iterable[Standing]:
    for key in keys:
        period, name = key.split("/")[3:]
        arrival, batch_id, revision, state, _ = name.split(".")
        told = Period.parse(period)
        yield Standing((told.end, arrival, batch_id), told.cycle, batch_id, int(revision), state)
