"""The main job: discover what came, collect a resource's pending drops in passes, announce what was published."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

from pyspark.sql import SparkSession

from jobs.collect.admission import Admitted, admit
from jobs.collect.archive import archive
from jobs.collect.definition import definition_of, store_definition
from jobs.collect.drops import UNPLACED, Drop, pending_drops, resource_of, still_pending
from jobs.collect.finishing import finish_pass
from jobs.collect.gate import Reason
from jobs.collect.outcome import BatchOutcome, DropOutcome, latest_outcome, write_drop_outcome
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.reporting import drop_page, with_header_doc, write_page
from jobs.collect.resending import admit_resend
from jobs.collect.results import header_result, store_result
from jobs.errors import DropRefused, ObjectChanged
from jobs.intake.keys import TEST_FOLDER
from jobs.lake.pass_record import Kind, Pass, PassBatch
from jobs.lake.passes import create_pass, heartbeat, latest_pass, read_pass

log = logging.getLogger(__name__)
# Resources whose pending bytes stay below share a session, up to so many of them.
GROUP_BYTES = 64 << 20
GROUP_RESOURCES = 12
# Codes of drops that no batch comes of and that are refused for nothing.
OTHER_STATES = {"already_landed": "already_landed", "object_changed": "read_again", "test_ok": "test_ok", "test_unreadable": "test_ok"}
SessionMaker = Callable[[], SparkSession]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run is asked to look at; None means all."""

    provider: str | None = None
    resource: str | None = None
    period: str | None = None

    def drops(self, pipeline: Pipeline) -> dict[str, list[Drop]]:
        """Pending drops by resource (or UNPLACED), in the order of arrival."""
        grouped: dict[str, list[Drop]] = defaultdict(list)
        for drop in pending_drops(pipeline, (self.provider,) if self.provider else None):
            resource = resource_of(pipeline, drop)
            period = drop.key.period.text if drop.key and drop.key.period else None
            if self.resource in (None, resource) and self.period in (None, period):
                grouped[resource].append(drop)
        return grouped


def is_small(drops: Iterable[Drop]) -> bool:
    """Whether the drops are so few bytes that a session made for little data is the quicker one."""
    return sum(drop.stored.size for drop in drops) < GROUP_BYTES


def discover(pipeline: Pipeline, selection: Selection) -> list[list[str]]:
    """Groups of resources with something to do: each group one session; large resources alone, small ones together."""
    drops = selection.drops(pipeline)
    unfinished = [
        name for name in pipeline.catalogue.contracts if selection.resource in (None, name) and not latest_pass(pipeline.control, name)[1]
    ]
    sizes = {resource: sum(drop.stored.size for drop in found) for resource, found in drops.items()}
    groups: list[list[str]] = []
    together: list[str] = []
    for resource in sorted({*sizes, *unfinished}):
        if sizes.get(resource, 0) >= GROUP_BYTES:
            groups.append([resource])
            continue
        together.append(resource)
        if len(together) == GROUP_RESOURCES:
            groups.append(together)
            together = []
    return [*groups, together] if together else groups


def collect(pipeline: Pipeline, session: SessionMaker, resources: Sequence[str], selection: Selection) -> list[BatchOutcome]:
    """Bring every pending drop of the resources to its outcome; the outcomes of all batches of the passes finished on the way."""
    outcomes: list[BatchOutcome] = []
    drops = selection.drops(pipeline)
    for resource in resources:
        outcomes += _collect_resource(pipeline, session, resource, drops.get(resource, []))
    return outcomes


def finish_resource(pipeline: Pipeline, session: SessionMaker, resource: str) -> list[BatchOutcome]:
    """Finish the resource's last pass if it is not finished."""
    number, is_done = latest_pass(pipeline.control, resource)
    if is_done:
        return []
    return finish_pass(pipeline, session(), Pass.model_validate(read_pass(pipeline.control, resource, number)))


def run_new_pass(pipeline: Pipeline, session: SessionMaker, body: dict[str, Any]) -> list[BatchOutcome]:
    """Create the resource's next pass and finish it; when another machine is quicker, its pass is finished first."""
    outcomes: list[BatchOutcome] = []
    created = None
    while created is None:
        outcomes += finish_resource(pipeline, session, body["resource"])
        created = create_pass(pipeline.control, body["resource"], body)
    return [*outcomes, *finish_pass(pipeline, session(), Pass.model_validate(created))]


def pass_body(
    pipeline: Pipeline, resource: str, kind: Kind, batches: Sequence[PassBatch], lists: dict[str, str], definition: str
) -> dict[str, Any]:
    """A pass as it is created now."""
    now = datetime.now(UTC)
    return {
        "resource": resource,
        "kind": kind,
        "created_at": now.isoformat(timespec="seconds"),
        "today": city_date(now).isoformat(),
        "definition": definition,
        "lists": lists,
        "batches": [batch.model_dump(mode="json") for batch in batches],
    }


def refuse_drop(pipeline: Pipeline, drop: Drop, refusal: DropRefused) -> None:
    """Give a drop that no batch comes of its receipt, then its outcome."""
    details = {name: value for name, value in refusal.details.items() if name != "result"}
    state = OTHER_STATES.get(refusal.code, "refused")
    resource = drop.key.resource if drop.key else None
    period = drop.key.period.text if drop.key and drop.key.period else None
    reasons = (Reason(code=refusal.code, params=_plain(details)),)
    placed = f"{resource}/{period}" if resource and period else TEST_FOLDER if drop.key and drop.key.is_test else UNPLACED
    folder = f"{placed}/{drop.drop_id}/0"
    page = drop_page(pipeline, drop, state, reasons, resource, period)
    result = refusal.details.get("result")
    write_page(pipeline, drop.provider, folder, with_header_doc(page) if isinstance(result, Mapping) else page)
    if isinstance(result, Mapping):
        store_result(pipeline.control, header_result(drop.drop_id), result)
    outcome = DropOutcome(
        drop_id=drop.drop_id,
        provider=drop.provider,
        bucket=drop.stored.bucket,
        key=drop.stored.key,
        etag=drop.stored.etag,
        state=state,  # type: ignore[arg-type] # pydantic checks it
        batch_id=str(details["batch_id"]) if "batch_id" in details else None,
        resource=resource,
        period=period,
        reasons=reasons,
        receipt=folder,
        decided_at=drop.stored.modified_at,
    )
    write_drop_outcome(pipeline, outcome)
    log.info("drop_answered provider=%s drop=%s state=%s code=%s", drop.provider, drop.drop_id, state, refusal.code)


def _collect_resource(pipeline: Pipeline, session: SessionMaker, resource: str, drops: Sequence[Drop]) -> list[BatchOutcome]:
    if resource == UNPLACED:
        for drop in still_pending(pipeline, drops):
            is_resend = drop.key is not None and drop.key.resend_of is not None
            _refused(pipeline, drop, partial(admit_resend, pipeline, drop) if is_resend else partial(admit, pipeline, drop, _today()))
        return []
    if latest_pass(pipeline.control, resource)[1] and not drops:
        return []
    with heartbeat(pipeline.control, resource, pipeline.settings.passes.heartbeat_seconds):
        outcomes = finish_resource(pipeline, session, resource)
        # The pass just finished, or another machine's before it, may have answered some of them.
        for body in planned_passes(pipeline, resource, still_pending(pipeline, drops)):
            outcomes += run_new_pass(pipeline, session, body)
        return outcomes


def planned_passes(pipeline: Pipeline, resource: str, drops: Sequence[Drop]) -> list[dict[str, Any]]:
    """Bodies of the passes to come: one collect pass per tuple of list versions, oldest first, then the resends.

    Drops that no batch comes of get their receipt and outcome on the way.
    """
    groups: dict[str, list[PassBatch]] = defaultdict(list)
    resends: dict[str, PassBatch] = {}
    seen: set[str] = set()
    for drop in drops:
        if drop.key and drop.key.resend_of:
            resent = _refused(pipeline, drop, partial(admit_resend, pipeline, drop))
            # A second resend of a batch builds on the outcome of the first: the next run takes it up.
            if resent:
                resends.setdefault(resent.batch_id, resent)
            continue
        found = _refused(pipeline, drop, partial(_admitted_batch, pipeline, drop, seen))
        if found:
            admitted, batch = found
            groups[repr(sorted(admitted.list_versions.items()))].append(batch)
    ordered = sorted(groups.values(), key=lambda batches: min(batch.period_end for batch in batches))
    bodies = [_body(pipeline, resource, "collect", batches) for batches in ordered]
    return bodies + ([_body(pipeline, resource, "resend", list(resends.values()))] if resends else [])


def _admitted_batch(pipeline: Pipeline, drop: Drop, seen: set[str]) -> tuple[Admitted, PassBatch]:
    admitted = admit(pipeline, drop, _today())
    batch = archive(pipeline, admitted)
    standing = latest_outcome(pipeline, admitted.contract.resource, batch.batch_id)
    if standing or batch.batch_id in seen:
        raise DropRefused(
            "already_landed", f"{drop.stored.key}: landed already as batch {batch.batch_id}. Nothing was landed.", batch_id=batch.batch_id
        )
    seen.add(batch.batch_id)
    return admitted, batch


def _body(pipeline: Pipeline, resource: str, kind: Kind, batches: Sequence[PassBatch]) -> dict[str, Any]:
    """The body of a pass of batches that one tuple of list versions decides about."""
    business_date, today = min(min(batch.period_end, batch.received_date) for batch in batches), _today()
    definition = store_definition(
        pipeline, definition_of(pipeline, resource, pipeline.catalogue.negatives(None, resource, business_date, today))
    )
    return pass_body(pipeline, resource, kind, batches, pipeline.catalogue.list_versions(business_date, today), definition)


def _refused(pipeline: Pipeline, drop: Drop, attempt: Callable[[], Found]) -> Found | None:
    """What the attempt finds; None once a refusal has been given its receipt."""
    try:
        return attempt()
    except DropRefused as refusal:
        refuse_drop(pipeline, drop, refusal)
    except ObjectChanged as error:
        refuse_drop(pipeline, drop, DropRefused("object_changed", str(error)))
    return None


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    """Details as receipts and JSON take them: no mapping, no tuple."""
    flat: dict[str, Any] = {
        name: list(value) if isinstance(value, (tuple, set)) else value for name, value in details.items() if name != "renamed"
    }
    suggestions = [f"{wrong} → {right}" for wrong, right in details.get("renamed", {}).items()]
    return {**flat, **({"suggestions": suggestions} if suggestions else {})}


def _today() -> date:
    return city_date(datetime.now(UTC))
