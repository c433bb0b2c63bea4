"""`haihe check`: a local file judged by the same code in a lake of its own, before it is dropped. No store, nothing sent."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import Period
from jobs.collect.admission import HEAD_BYTES, MEGABYTE, Admitted, examine
from jobs.collect.archive import pass_batch, redact, redacted_batch
from jobs.collect.definition import definition_of
from jobs.collect.drops import Drop
from jobs.collect.faults import faulty_rows
from jobs.collect.gate import Reason
from jobs.collect.main import GROUP_BYTES
from jobs.collect.pipeline import Desk, city_date
from jobs.collect.reporting import Page, batch_page, drop_page
from jobs.collect.run_pass import judge_pass
from jobs.collect.work import Work
from jobs.errors import CatalogueError, DropRefused
from jobs.intake.keys import DropKey
from jobs.intake.scan import Scan, Scanner
from jobs.lake.control import FolderControl
from jobs.lake.pass_record import Pass, PassBatch
from jobs.lake.place import local_lake
from jobs.lake.session import spark_session
from jobs.reports.next_steps import with_next_steps
from jobs.reports.receipt_model import Receipt, Text
from jobs.settings import Settings
from jobs.storage.objects import StoredObject

BLOCK_BYTES = 8 << 20
# What a file alone cannot tell.
ONLY_THE_LAKE = {
    "key_in_lake": Text(zh="主键是否与以前批次的数据重复", en="whether keys repeat those of earlier batches"),
    "second_content": Text(zh="该期是否已报送过其他内容", en="whether the period already has another content"),
    "history": Text(zh="行数、缺失率、合计与往期相比是否正常", en="whether rows, null shares and sums agree with earlier periods"),
    "already_landed": Text(zh="同一内容是否已经接收过", en="whether the same content was received before"),
}
NOT_SIGNED = Text(zh="责任尚未签署，签署之前不接收数据", en="whether the duty will be signed; until then no batch is accepted")


def check_file(settings: Settings, file: Path, resource: str, provider: str, period: str) -> Page:
    """The receipt that the file would get. Raises: CatalogueError for an unknown resource, provider or period; OSError for the file."""
    catalogue = load_catalogue(settings.root)
    for value, known, what in ((resource, catalogue.contracts, "resource"), (provider, catalogue.providers, "provider")):
        if value not in known:
            raise CatalogueError(f"{value}: no such {what}. Nothing was judged. Known are {', '.join(sorted(known))}.")
    if not file.is_file():
        raise CatalogueError(f"{file}: no such file. Nothing was judged.")
    drop = _local_drop(file, resource, provider, Period.parse(period))
    signed = _as_signed(catalogue, resource)
    with _private_desk(settings, signed, file) as desk:
        try:
            admitted = examine(signed, drop, resource, Period.parse(period), None, city_date(datetime.now(UTC)), lambda: _head(file))
            batch = _local_batch(desk, file, admitted)
            page = _judged(desk, admitted, batch)
        except DropRefused as refusal:
            details = {name: value for name, value in refusal.details.items() if name not in ("result", "renamed")}
            page = drop_page(desk, drop, "refused", (Reason(code=refusal.code, params=details),), resource, period)
    return Page(_as_check(page.receipt, catalogue, is_signed=signed is catalogue), page.errors)


def _as_signed(catalogue: Catalogue, resource: str) -> Catalogue:
    """The catalogue with the resource's draft duties in force, so that a proposal can be tried; the same where there are none."""
    versions = tuple(
        (day, tuple(duty.model_copy(update={"status": "signed"}) if _is_draft(duty, resource) else duty for duty in duties))
        for day, duties in catalogue.responsibility.versions
    )
    if versions == catalogue.responsibility.versions:
        return catalogue
    return catalogue.model_copy(update={"responsibility": catalogue.responsibility.model_copy(update={"versions": versions})})


def _is_draft(duty: Duty, resource: str) -> bool:
    return duty.resource == resource and duty.status == "draft"


def _local_drop(file: Path, resource: str, provider: str, period: Period) -> Drop:
    stat = file.stat()
    etag = hashlib.sha256(f"{file}{stat.st_mtime_ns}".encode()).hexdigest()[:16]
    stored = StoredObject(
        bucket="local", key=f"{resource}/{period.text}/{file.name}", etag=etag, size=stat.st_size, modified_at=datetime.now(UTC)
    )
    return Drop(provider, stored, DropKey(resource=resource, period=period, file_name=file.name), None, None)


@contextmanager
def _private_desk(settings: Settings, catalogue: Catalogue, file: Path) -> Iterator[Desk]:
    settings.home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="check-", dir=settings.home))
    try:
        lake = local_lake(folder)
        (folder / "raw" / "file").symlink_to(file.absolute())
        yield Desk(settings, catalogue, FolderControl(folder / "control"), lake)
    finally:
        shutil.rmtree(folder)


def _local_batch(desk: Desk, file: Path, admitted: Admitted) -> PassBatch:
    scan = _scan(desk, file, admitted)
    if not admitted.cut:
        return pass_batch(admitted, scan, "file")
    place = Path(desk.lake.path("raw", "redacted"))
    with place.open("wb") as redacted:
        cut = redact(_blocks(file), admitted, scan, desk.settings.passes.range_mb * MEGABYTE, redacted)
    return redacted_batch(admitted, scan, cut, place.name)


def _head(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(HEAD_BYTES)


def _scan(desk: Desk, file: Path, admitted: Admitted) -> Scan:
    scanner = Scanner(admitted.dialect, desk.settings.passes.range_mb * MEGABYTE)
    for block in _blocks(file):
        scanner.feed(block)
    scan = scanner.finish()
    if not scan.ranges:
        raise DropRefused("header_only", f"{file}: a header and no row.")
    return scan


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while block := source.read(BLOCK_BYTES):
            yield block


def _judged(desk: Desk, admitted: Admitted, batch: PassBatch) -> Page:
    now = datetime.now(UTC)
    negatives = desk.catalogue.negatives(None, admitted.contract.resource, admitted.business_date, city_date(now))
    definition = definition_of(desk, admitted.contract.resource, negatives)
    record = Pass(
        resource=admitted.contract.resource,
        number=1,
        kind="collect",
        created_at=now,
        today=city_date(now),
        definition="local",
        lists=admitted.list_versions,
        batches=(batch,),
    )
    spark = spark_session(desk.settings, None, "haihe check", is_small=batch.size < GROUP_BYTES)
    findings, outcomes = judge_pass(desk, spark, Work(record, definition, {}))
    faulty = faulty_rows(desk, spark, definition.contract, outcomes, desk.settings.passes.reported_rows)
    return batch_page(desk, record, definition, batch, outcomes[0], findings, faulty.get(batch.batch_id, []))


def _as_check(receipt: Receipt, catalogue: Catalogue, *, is_signed: bool) -> Receipt:
    contract = catalogue.contracts[receipt.resource.id] if receipt.resource else None
    is_told = {"history": bool(contract and contract.history), "already_landed": True}
    is_append = bool(contract and contract.load == "append")
    only = [text for name, text in ONLY_THE_LAKE.items() if is_told.get(name, is_append)]
    only += [] if is_signed else [NOT_SIGNED]
    links = receipt.links.model_copy(update={"resend": None, "data_doc": None})
    changes = {"is_check": True, "not_judged_yet": (), "not_judged_here": tuple(only), "links": links}
    return with_next_steps(receipt.model_copy(update=changes))
