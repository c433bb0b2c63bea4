"""`share`: what is due is delivered, once; what is no longer granted is taken back."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from jobs.catalogue.contract import Contract
from jobs.catalogue.lists import Cycle
from jobs.collect.pipeline import Pipeline, city_date
from jobs.errors import ShareError
from jobs.lake.pinned import newest_period_end, pinned_batches
from jobs.lake.silver import silver_layer, silver_schema
from jobs.lake.tables import open_table
from jobs.sharing.extract import write_extract
from jobs.sharing.grants import Grant, grant_of, grants_of
from jobs.sharing.masks import apply_masks
from jobs.sharing.receipt import Contact, Delivery, Withdrawal, receipt_html, receipt_json
from jobs.sharing.records import read_deliveries, record_key, withdrawal_key
from jobs.storage.accounts import shares_bucket
from jobs.storage.objects import delete, list_objects, put
from jobs.storage.private import held
from jobs.storage.secrets import secret

ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Source:
    """A resource's silver table at one version; `as_of` is the last day its rows speak of."""

    contract: Contract
    version: int
    as_of: date


def share(pipeline: Pipeline, now: datetime, recipient: str | None = None, resource: str | None = None) -> dict[str, list[str]]:
    """Ids of what was delivered and withdrawn. One run at a time on a machine; the others wait.

    Raises: ShareError when a demand cannot be delivered as it stands, after all others were.
    """
    with held(pipeline.settings.home / "share.lock"):
        names = [name for name in _recipients(pipeline) if recipient in (None, name)]
        for name in names:
            _sweep(pipeline, name)
        withdrawn = [one for name in names for one in _withdraw_ended(pipeline, name, resource, now)]
        delivered, faults = [], []
        for grant in grants_of(pipeline.catalogue, city_date(now)):
            if grant.demand.recipient_id not in names or resource not in (None, grant.demand.resource):
                continue
            try:
                delivered += _deliver_if_due(pipeline, grant, now)
            except ShareError as error:
                faults.append(f"{grant.demand.demand_id}: {error}")
    if faults:
        raise ShareError("\n".join(faults))
    return {"delivered": delivered, "withdrawn": withdrawn}


def _recipients(pipeline: Pipeline) -> list[str]:
    """Those of the demand list, and those who once were and still hold something."""
    return sorted({*pipeline.catalogue.recipients, *(key.split("/")[1] for key in pipeline.control.keys("deliveries/"))})


def is_due(cycle: Cycle, last: date, today: date) -> bool:
    """Whether `today` lies in a later period of the cycle than the last delivery."""
    return _cycle_period(cycle, last) < _cycle_period(cycle, today)


def _cycle_period(cycle: Cycle, day: date) -> tuple[int, ...]:
    year, week, _ = day.isocalendar()
    periods: dict[Cycle, tuple[int, ...]] = {
        "daily": (day.toordinal(),),
        "weekly": (year, week),
        "monthly": (day.year, day.month),
        "quarterly": (day.year, (day.month - 1) // 3),
        "yearly": (day.year,),
    }
    return periods[cycle]


def _sweep(pipeline: Pipeline, recipient: str) -> None:
    """Remove what a run put down and died before recording: nobody would ever take it back."""
    deliveries, _ = read_deliveries(pipeline.control, recipient)
    recorded = {one.delivery_id for one in deliveries}
    bucket = shares_bucket(pipeline.settings, recipient)
    for found in list_objects(pipeline.client, bucket):
        if found.key.split("/")[2] not in recorded:
            delete(pipeline.client, bucket, found.key)


def _withdraw_ended(pipeline: Pipeline, recipient: str, resource: str | None, now: datetime) -> list[str]:
    deliveries, gone = read_deliveries(pipeline.control, recipient)
    standing = [one for one in deliveries if one.delivery_id not in gone and resource in (None, one.resource)]
    reasons = [(one, _end(pipeline, one, city_date(now))) for one in standing]
    for delivery, reason in reasons:
        if reason:
            _withdraw(pipeline, delivery, reason, now)
    return [delivery.delivery_id for delivery, reason in reasons if reason]


def _end(pipeline: Pipeline, delivery: Delivery, today: date) -> str | None:
    """Why the delivery may no longer stand; None if it may."""
    version, demands = pipeline.catalogue.demand.in_force(today)
    demand = next((row for row in demands if row.demand_id == delivery.demand_id and row.recipient_id == delivery.recipient), None)
    if demand is None or demand.resource != delivery.resource:
        return f"需求清单 {version} 版已无此条目"
    grant = grant_of(pipeline.catalogue, demand, version, delivery.as_of, today)
    if grant.refusal:
        return grant.refusal
    return None if _digest(grant.terms()) == delivery.terms else "可提供的字段、遮蔽方式、行的范围或格式已改变"


def _withdraw(pipeline: Pipeline, delivery: Delivery, reason: str, now: datetime) -> None:
    """The extract goes first and the record last, so that a run that dies in between is mended by the next."""
    version, _ = pipeline.catalogue.demand.in_force(city_date(now))
    folder = delivery.key.rsplit("/", 1)[0]
    delete(pipeline.client, delivery.bucket, delivery.key)
    common = delivery.model_dump(include={"delivery_id", "demand_id", "recipient", "resource", "silver_version", "file_format"})
    withdrawal = Withdrawal(**common, list_version=version, withdrawn_at=now, reason=reason)
    put(pipeline.client, delivery.bucket, f"{folder}/withdrawn.json", receipt_json(withdrawal), "application/json")
    pipeline.control.create(withdrawal_key(delivery.recipient, delivery.delivery_id), withdrawal.model_dump(mode="json"))


def _deliver_if_due(pipeline: Pipeline, grant: Grant, now: datetime) -> list[str]:
    """The delivery's id, as a list of one; empty where nothing is granted, new or due."""
    demand, today = grant.demand, city_date(now)
    source = None if grant.refusal else _source(pipeline, demand.resource)
    if source is None:
        return []
    grant = grant_of(pipeline.catalogue, demand, grant.list_version, source.as_of, today)
    deliveries, gone = read_deliveries(pipeline.control, demand.recipient_id)
    own = [one for one in deliveries if one.demand_id == demand.demand_id]
    standing = [one for one in own if one.delivery_id not in gone]
    if standing and (
        standing[-1].silver_version == source.version or not is_due(demand.cycle, city_date(standing[-1].delivered_at), today)
    ):
        return []
    # A grant that was taken back and came again is a delivery of its own.
    before = own[-1].delivery_id if own and not standing else ""
    delivery_id = _digest([demand.demand_id, grant.list_version, source.version, grant.terms(), before])
    return [] if grant.refusal else [_deliver(pipeline, grant, source, delivery_id, now)]


def _source(pipeline: Pipeline, resource: str) -> Source | None:
    contract = pipeline.catalogue.contracts[resource]
    layer = silver_layer(contract)
    table = open_table(pipeline.lake, layer, contract.table)
    as_of = newest_period_end(pipeline.lake, layer, contract.table, table.version()) if table else None
    return Source(contract, table.version(), as_of) if table and as_of else None


def _deliver(pipeline: Pipeline, grant: Grant, source: Source, delivery_id: str, now: datetime) -> str:
    """Write extract, receipts and then the record, which alone counts."""
    demand = grant.demand
    bucket = shares_bucket(pipeline.settings, demand.recipient_id)
    folder = f"{demand.resource}/{source.as_of}/{delivery_id}"
    key = f"{folder}/{source.contract.table}.{demand.file_format}"
    with TemporaryDirectory(dir=pipeline.settings.home, prefix="share-") as temporary:
        path = Path(temporary) / key.rsplit("/", 1)[1]
        rows = write_extract(path, demand.file_format, _schema(grant, source.contract), _batches(pipeline, grant, source))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            put(pipeline.client, bucket, key, file)
        size = path.stat().st_size
    provider = pipeline.catalogue.providers.get(demand.recipient_id)
    delivery = Delivery(
        **demand.model_dump(include={"demand_id", "resource", "file_format", "row_scope", "purpose", "scenario", "legal_basis"}),
        **demand.model_dump(include={"valid_from", "valid_to"}),
        delivery_id=delivery_id,
        recipient=demand.recipient_id,
        recipient_name=provider.name if provider else demand.recipient_id,
        title=source.contract.title,
        silver_version=source.version,
        as_of=source.as_of,
        list_version=grant.list_version,
        terms=_digest(grant.terms()),
        delivered_at=now,
        bucket=bucket,
        key=key,
        rows=rows,
        bytes=size,
        sha256=sha256,
        fields=grant.shown,
        left_out=grant.left_out,
        conditions=grant.conditions,
        contacts=_contacts(pipeline, grant, city_date(now)),
    )
    put(pipeline.client, bucket, f"{folder}/receipt.html", receipt_html(delivery), "text/html; charset=utf-8")
    put(pipeline.client, bucket, f"{folder}/receipt.json", receipt_json(delivery), "application/json")
    pipeline.control.create(record_key(demand.recipient_id, delivery_id), delivery.model_dump(mode="json"))
    return delivery_id


def _schema(grant: Grant, contract: Contract) -> pa.Schema:
    silver = silver_schema(contract)
    return pa.schema([pa.field(column.name, silver.field(column.source).type) for column in grant.shown])


def _batches(pipeline: Pipeline, grant: Grant, source: Source) -> Iterator[pa.RecordBatch]:
    key = bytes.fromhex(secret(pipeline.settings, f"share-{grant.demand.recipient_id}"))
    columns = [column.source for column in grant.shown]
    layer, name = silver_layer(source.contract), source.contract.table
    batches = pinned_batches(pipeline.lake, layer, name, source.version, columns, grant.rows_within())
    return (apply_masks(batch, grant.shown, key) for batch in batches)


def _contacts(pipeline: Pipeline, grant: Grant, today: date) -> tuple[Contact, ...]:
    duties = [pipeline.catalogue.duty(provider, grant.demand.resource, today) for provider in grant.providers]
    return tuple(Contact(office=duty.office, name=duty.contact_name, phone=duty.contact_phone) for duty in duties if duty)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:ID_DIGITS]
