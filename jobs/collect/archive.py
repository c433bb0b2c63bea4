"""The archive: a drop's bytes in raw, named by their sha256, and the cuts at which they will be read; one read of the drop."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import BinaryIO

from jobs.catalogue.lists import Duty
from jobs.collect.admission import MEGABYTE, Admitted
from jobs.collect.drops import Drop, batch_id_of
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.results import header_result, store_result
from jobs.errors import DropRefused
from jobs.intake.cut import cut_columns
from jobs.intake.dialect import Dialect
from jobs.intake.manifest import check_manifest, mismatched
from jobs.intake.scan import Scan, Scanner
from jobs.lake.landing import record_limits
from jobs.lake.pass_record import FileDialect, FileRange, PassBatch
from jobs.storage.objects import StoredObject, copy_object, exists, put, stream_blocks


def archive(pipeline: Pipeline, admitted: Admitted) -> PassBatch:
    """The batch of an admitted drop, its bytes standing in raw; doing it again changes nothing.

    Raises: DropRefused `manifest_mismatch`, `header_only`; ObjectChanged when the drop was replaced while it was read.
    """
    stored = admitted.drop.stored
    scan = scan_object(pipeline, stored, admitted.dialect)
    if not scan.ranges:
        raise DropRefused("header_only", f"{stored.key}: a header and no row. Nothing was landed. Drop the file with its rows.")
    if admitted.manifest and (mismatches := check_manifest(admitted.manifest, None, scan.sha256)):
        raise mismatched(stored.key, mismatches)
    if admitted.cut:
        return _archive_redacted(pipeline, admitted, scan)
    return pass_batch(admitted, scan, keep_raw(pipeline, admitted.drop, admitted.contract.resource, scan))


def _archive_redacted(pipeline: Pipeline, admitted: Admitted, scan: Scan) -> PassBatch:
    stored = admitted.drop.stored
    blocks = stream_blocks(pipeline.client, stored.bucket, stored.key, etag=stored.etag)
    with tempfile.TemporaryFile(dir=pipeline.settings.home) as redacted:
        cut = redact(blocks, admitted, scan, pipeline.settings.passes.range_mb * MEGABYTE, redacted)
        raw_key = f"{admitted.drop.provider}/{admitted.contract.resource}/{cut.sha256}"
        redacted.seek(0)
        if not exists(pipeline.client, pipeline.bucket("raw"), raw_key):
            put(pipeline.client, pipeline.bucket("raw"), raw_key, redacted)
    # A cut is an event of the negative list: Great Expectations' verdict on the header names the entry.
    store_result(pipeline.control, header_result(admitted.drop.drop_id), admitted.header_result)
    return redacted_batch(admitted, scan, cut, raw_key)


def redact(blocks: Iterator[bytes], admitted: Admitted, scan: Scan, range_bytes: int, out: BinaryIO) -> Scan:
    """Write the drop's records without the columns that are cut; the scan of what was written."""
    scanner = Scanner(replace(admitted.dialect, skip_lines=0), range_bytes)
    limits = record_limits(admitted.contract, admitted.drop.provider, admitted.header)
    rest, names = skip_bytes(blocks, scan.ranges[0].offset), [column.header for column in admitted.cut]
    for block in cut_columns(rest, scan.ranges[0], admitted.dialect, admitted.header, names, limits):
        out.write(block)
        scanner.feed(block)
    return scanner.finish()


def redacted_batch(admitted: Admitted, scan: Scan, cut: Scan, raw_key: str) -> PassBatch:
    """The batch of a drop whose columns were cut: raw holds the redacted copy under its own hash, the batch keeps the drop's."""
    gone = {column.header for column in admitted.cut}
    batch = pass_batch(admitted, replace(cut, sha256=scan.sha256), raw_key)
    kept = tuple(name for name in admitted.header if name not in gone)
    return batch.model_copy(update={"header": kept, "dialect": batch.dialect.model_copy(update={"skip_lines": 0})})


def skip_bytes(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The blocks without their first `count` bytes."""
    for block in blocks:
        if count < len(block):
            yield block[count:]
        count = max(0, count - len(block))


def scan_object(pipeline: Pipeline, stored: StoredObject, dialect: Dialect) -> Scan:
    """Hash, size and ranges of an object as it stands. Raises: ObjectChanged."""
    scanner = Scanner(dialect, pipeline.settings.passes.range_mb * MEGABYTE)
    for block in stream_blocks(pipeline.client, stored.bucket, stored.key, etag=stored.etag):
        scanner.feed(block)
    return scanner.finish()


def keep_raw(pipeline: Pipeline, drop: Drop, resource: str, scan: Scan) -> str:
    """The key under which the drop's bytes stand in raw. Raises: ObjectChanged."""
    raw_key = f"{drop.provider}/{resource}/{scan.sha256}"
    if not exists(pipeline.client, pipeline.bucket("raw"), raw_key):
        copy_object(pipeline.client, drop.stored, pipeline.bucket("raw"), raw_key)
    return raw_key


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
