"""A resend, `<batch_id>.resend.csv`: bound to its batch, it replaces rows that are quarantined there and nothing else."""

from dataclasses import asdict

from jobs.collect.admission import HEAD_BYTES, intake_dialect
from jobs.collect.archive import keep_raw, scan_object
from jobs.collect.drops import Drop, resend_resource
from jobs.collect.outcome import latest_outcome
from jobs.collect.pipeline import Pipeline, city_date
from jobs.errors import DropRefused
from jobs.intake.header import header_difference
from jobs.intake.peek import peek
from jobs.lake.pass_record import FileRange, Pass, PassBatch
from jobs.lake.passes import read_pass
from jobs.storage.objects import read_bytes

ROW_COLUMN = "_row"


def admit_resend(pipeline: Pipeline, drop: Drop) -> PassBatch:
    """The batch at its next revision, the resend's bytes standing in raw.

    Raises: DropRefused `resend_unknown_batch`, `resend_of_refused`, `header_differs`, what `peek` refuses; ObjectChanged.
    """
    batch_id = drop.key.resend_of if drop.key else None
    resource = resend_resource(pipeline, batch_id) if batch_id else None
    outcome = latest_outcome(pipeline, resource, batch_id) if resource and batch_id else None
    if outcome is None or outcome.provider != drop.provider:
        raise DropRefused(
            "resend_unknown_batch", f"{drop.stored.key}: no batch {batch_id} of {drop.provider}. Nothing was read.", batch_id=batch_id
        )
    if outcome.state == "refused":
        raise DropRefused(
            "resend_of_refused", f"{drop.stored.key}: batch {batch_id} was refused as a whole. Drop the whole file.", batch_id=batch_id
        )
    first = Pass.model_validate(read_pass(pipeline.control, outcome.resource, outcome.landed_by))
    original = next(batch for batch in first.batches if batch.batch_id == batch_id)
    return _revised(pipeline, drop, original, outcome.revision + 1, outcome.resource)


def _revised(pipeline: Pipeline, drop: Drop, original: PassBatch, revision: int, resource: str) -> PassBatch:
    contract, stored = pipeline.catalogue.contracts[resource], drop.stored
    dialect = intake_dialect(contract.dialect(drop.provider).model_copy(update={"skip_lines": 0}))
    expected = (ROW_COLUMN, *contract.headers(drop.provider))
    head = read_bytes(pipeline.client, stored.bucket, stored.key, etag=stored.etag, length=HEAD_BYTES)
    seen = peek(head, stored.size, dialect, expected)
    difference = header_difference(seen.header, list(expected))
    if difference:
        message = f"{stored.key}: columns differ: missing {difference.missing}, unknown {difference.unknown}. Nothing was landed."
        raise DropRefused("header_differs", message, missing=tuple(difference.missing), unknown=tuple(difference.unknown))
    scan = scan_object(pipeline, stored, dialect)
    changes = {
        "revision": revision,
        "drop_id": drop.drop_id,
        "bucket": stored.bucket,
        "key": stored.key,
        "etag": stored.etag,
        "size": stored.size,
        "received_at": stored.modified_at,
        "received_date": city_date(stored.modified_at),
        "raw_key": keep_raw(pipeline, drop, resource, scan),
        "dialect": original.dialect.model_copy(update={"skip_lines": 0}),
        "header": seen.header,
        "ranges": tuple(FileRange.model_validate(asdict(stretch)) for stretch in scan.ranges),
        "manifest_rows": None,
        "cut": (),
    }
    return original.model_copy(update=changes)
