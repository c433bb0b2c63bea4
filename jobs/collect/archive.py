"""The archive: a drop's bytes in raw, named by their sha256, and the cuts at which they will be read; one read of the drop."""

from dataclasses import asdict

from jobs.catalogue.lists import Duty
from jobs.collect.admission import MEGABYTE, Admitted
from jobs.collect.drops import batch_id_of
from jobs.collect.pipeline import Pipeline, city_date
from jobs.errors import DropRefused
from jobs.intake.manifest import check_manifest, mismatched
from jobs.intake.scan import Scan, Scanner
from jobs.lake.pass_record import FileDialect, FileRange, PassBatch
from jobs.storage.objects import copy_object, exists, stream_blocks


def archive(pipeline: Pipeline, admitted: Admitted) -> PassBatch:
    """The batch of an admitted drop, its bytes standing in raw; doing it again changes nothing.

    Raises: DropRefused `manifest_mismatch`, `header_only`; ObjectChanged when the drop was replaced while it was read.
    """
    stored = admitted.drop.stored
    scan = scan_drop(pipeline, admitted)
    if not scan.ranges:
        raise DropRefused("header_only", f"{stored.key}: a header and no row. Nothing was landed. Drop the file with its rows.")
    if admitted.manifest and (mismatches := check_manifest(admitted.manifest, None, scan.sha256)):
        raise mismatched(stored.key, mismatches)
    raw_key = f"{admitted.drop.provider}/{admitted.contract.resource}/{scan.sha256}"
    if not exists(pipeline.client, pipeline.bucket("raw"), raw_key):
        copy_object(pipeline.client, stored, pipeline.bucket("raw"), raw_key)
    return pass_batch(admitted, scan, raw_key)


def scan_drop(pipeline: Pipeline, admitted: Admitted) -> Scan:
    """Hash, size and ranges of the drop as it stands. Raises: ObjectChanged."""
    stored = admitted.drop.stored
    scanner = Scanner(admitted.dialect, pipeline.settings.passes.range_mb * MEGABYTE)
    for block in stream_blocks(pipeline.client, stored.bucket, stored.key, etag=stored.etag):
        scanner.feed(block)
    return scanner.finish()


def pass_batch(admitted: Admitted, scan: Scan, raw_key: str) -> PassBatch:
    """The batch as it will stand in its pass."""
    stored, period = admitted.drop.stored, admitted.period
    return PassBatch(
        batch_id=batch_id_of(admitted.drop.provider, admitted.contract.resource, period.text, scan.sha256),
        drop_id=admitted.drop.drop_id,
        provider=admitted.drop.provider,
        period=period.text,
        period_start=period.start,
        period_end=period.end,
        part=stored.key.rsplit("/", 1)[-1],
        bucket=stored.bucket,
        key=stored.key,
        etag=stored.etag,
        size=stored.size,
        received_at=stored.modified_at,
        received_date=city_date(stored.modified_at),
        sha256=scan.sha256,
        raw_key=raw_key,
        dialect=FileDialect.model_validate(asdict(admitted.dialect)),
        header=admitted.header,
        ranges=tuple(FileRange.model_validate(asdict(stretch)) for stretch in scan.ranges),
        duty=duty_facts(admitted.duty),
        manifest_rows=admitted.manifest.rows if admitted.manifest else None,
        cut=admitted.cut,
    )


def duty_facts(duty: Duty) -> dict[str, object]:
    """What gate and receipt need of the duty, whatever the list says later."""
    wanted = {"duty_id", "office", "contact_name", "contact_phone", "expected_rows_min", "expected_rows_max", "quality_target_pct"}
    return duty.model_dump(mode="json", include=wanted)
