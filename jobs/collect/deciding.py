"""What a person decides of a held batch: release or refuse, as a pass of its own."""

from datetime import UTC, datetime

from jobs.collect.definition import definition_of, store_definition
from jobs.collect.drops import resend_resource
from jobs.collect.main import SessionMaker, pass_body, run_new_pass
from jobs.collect.outcome import BatchOutcome, latest_outcome
from jobs.collect.pipeline import Pipeline, city_date
from jobs.errors import PassError
from jobs.lake.pass_record import Kind, Pass
from jobs.lake.passes import heartbeat, read_pass


def decide_held(pipeline: Pipeline, session: SessionMaker, batch_id: str, kind: Kind, by: str, reason: str) -> BatchOutcome:
    """The batch's outcome after the decision; the receipt names who and why.

    Raises: PassError if there is no such batch or it is not held.
    """
    resource = resend_resource(pipeline, batch_id)
    if resource is None:
        raise PassError(f"{batch_id}: no such batch. Nothing was changed. `haihe batches --state held` lists those that wait.")
    with heartbeat(pipeline.control, resource, pipeline.settings.passes.heartbeat_seconds):
        outcome = latest_outcome(pipeline, resource, batch_id)
        if outcome is None or outcome.state != "held":
            state = outcome.state if outcome else "unfinished"
            raise PassError(f"{batch_id}: is {state}, not held. Nothing was changed. Only a held batch waits for a decision.")
        body = _body(pipeline, outcome, kind)
        outcomes = run_new_pass(pipeline, session, {**body, "by": by, "reason": reason})
    return next(one for one in reversed(outcomes) if one.batch_id == batch_id)


def _body(pipeline: Pipeline, outcome: BatchOutcome, kind: Kind) -> dict[str, object]:
    first = Pass.model_validate(read_pass(pipeline.control, outcome.resource, outcome.landed_by))
    original = next(batch for batch in first.batches if batch.batch_id == outcome.batch_id)
    business_date = min(original.period_end, original.received_date)
    today = city_date(datetime.now(UTC))
    definition = definition_of(pipeline, outcome.resource, pipeline.catalogue.negatives(None, outcome.resource, business_date, today))
    batch = original.model_copy(update={"revision": outcome.revision + 1})
    lists = pipeline.catalogue.list_versions(business_date, today)
    return pass_body(pipeline, outcome.resource, kind, [batch], lists, store_definition(pipeline, definition))
