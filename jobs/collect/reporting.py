"""Receipts of a pass' batches and of drops that no batch came of, written into the provider's receipts bucket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyspark.sql import SparkSession

from jobs.catalogue.contract import Contract
from jobs.collect.definition import Definition
from jobs.collect.drops import Drop
from jobs.collect.faults import FaultyRow, error_lines, faulty_rows
from jobs.collect.findings import Findings
from jobs.collect.gate import Reason as GateReason
from jobs.collect.gate import quality_share_pct
from jobs.collect.history import short_reasons
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Desk, Pipeline
from jobs.collect.results import batch_result, data_doc_key, header_result
from jobs.collect.rule_summary import rule_summary
from jobs.collect.work import Work
from jobs.errors import ObjectExists
from jobs.intake.dialect import Dialect
from jobs.lake.pass_record import Landed, Pass, PassBatch
from jobs.quality.rules import Rule
from jobs.reports.errors_csv import render_errors_csv
from jobs.reports.next_steps import with_next_steps
from jobs.reports.receipt_html import render_html
from jobs.reports.receipt_json import render_json
from jobs.reports.receipt_model import (
    Contact,
    Contacts,
    Counts,
    ErrorLine,
    FileFacts,
    Links,
    Listing,
    Named,
    Reason,
    Receipt,
)
from jobs.reports.resend import resend_csv
from jobs.reports.rule_texts import reason_texts
from jobs.reports.sentences import how, what
from jobs.storage.objects import put_new

HTML, HTML_EN, JSON, ERRORS = "receipt.html", "receipt.en.html", "receipt.json", "errors.csv"
TYPES = {HTML: "text/html; charset=utf-8", HTML_EN: "text/html; charset=utf-8", JSON: "application/json", ERRORS: "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Page:
    """A receipt with its error lines and, where rows are to be mended, the resend file."""

    receipt: Receipt
    errors: Sequence[ErrorLine]
    resend: bytes | None = None


def report_batches(pipeline: Pipeline, spark: SparkSession, work: Work, outcomes: Sequence[BatchOutcome], findings: Findings) -> None:
    """Write a receipt for every batch of the pass; one whose rows cannot be told says so and lists none."""
    for batch, outcome, page in pages(pipeline, spark, work, outcomes, findings):
        write_page(pipeline, batch.provider, outcome.receipt, page)


def pages(
    desk: Desk, spark: SparkSession, work: Work, outcomes: Sequence[BatchOutcome], findings: Findings
) -> Iterator[tuple[PassBatch, BatchOutcome, Page]]:
    """Each outcome's batch and receipt."""
    record, definition, untold = work.record, work.definition, work.splits.at("reporting")
    told = [outcome for outcome in outcomes if outcome.batch_id not in untold]
    bound = desk.settings.passes.reported_rows
    faulty = faulty_rows(desk, spark, definition.contract, told, bound) if findings.counts else {}
    batches = {batch.batch_id: batch for batch in record.batches}
    for outcome in outcomes:
        batch = batches[outcome.batch_id]
        yield batch, outcome, batch_page(desk, record, definition, batch, outcome, findings, faulty.get(batch.batch_id, []))


def batch_page(
    desk: Desk,
    record: Pass,
    definition: Definition,
    batch: PassBatch,
    outcome: BatchOutcome,
    findings: Findings,
    faulty: Sequence[FaultyRow],
) -> Page:
    """The receipt of one batch at the revision that this pass gives it."""
    contract, rules = definition.contract, {rule.rule_id: rule for rule in definition.rules}
    lines = error_lines(faulty, batch, contract, rules)
    critical = [row for row in faulty if row.is_critical]
    is_whole = outcome.counts is not None and len(critical) == outcome.counts.quarantined
    can_resend = outcome.state != "refused" and bool(critical) and is_whole
    resend_name = f"{batch.batch_id}.resend.csv"
    total = len(lines) if is_whole or outcome.counts is None else max(len(lines), sum(outcome.rule_counts.values()))
    receipt = Receipt(
        receipt_id=batch.batch_id,
        batch_id=batch.batch_id,
        drop_id=batch.drop_id,
        revision=batch.revision,
        state=outcome.state,
        provider=_provider(desk, batch.provider),
        resource=Named(id=record.resource, name=contract.title),
        period=batch.period,
        file=_file_facts(batch),
        counts=_counts(outcome),
        reasons=tuple(_reason(reason, rules, contract) for reason in outcome.reasons),
        rule_summary=rule_summary(findings, outcome, definition, batch),
        first_faults=tuple(lines[:3]) if lines else _landing_faults(findings.landed, batch),
        errors=Listing(listed=len(lines), total=total),
        contract_version=contract.version,
        suite=definition.suite_sha256,
        list_versions=dict(record.lists),
        pass_number=record.number,
        judged_at=record.created_at,
        quality_share_pct=round(quality_share_pct(outcome.counts), 2) if outcome.counts else None,
        quality_target_pct=batch.duty["quality_target_pct"],
        contacts=_contacts(desk, batch.duty),
        not_judged_yet=tuple(what(reason.code, reason.params) for reason in short_reasons(outcome.checks, contract)),
        links=Links(
            html=HTML,
            html_en=HTML_EN,
            json_=JSON,
            errors=ERRORS if lines else None,
            resend=resend_name if can_resend else None,
            data_doc=data_doc_key(batch_result(record.resource, batch.batch_id, batch.revision))
            if findings.counts.get(batch.batch_id)
            else None,
        ),
    )
    return Page(with_next_steps(receipt), lines, _resend(batch, contract.headers(batch.provider), critical) if can_resend else None)


def drop_page(desk: Desk, drop: Drop, state: str, reasons: Sequence[GateReason], resource: str | None, period: str | None) -> Page:
    """The receipt of a drop that no batch came of."""
    contract = desk.catalogue.contracts.get(resource or "")
    receipt = Receipt(
        receipt_id=drop.drop_id,
        drop_id=drop.drop_id,
        state=state,  # type: ignore[arg-type] # pydantic checks it
        provider=_provider(desk, drop.provider),
        resource=Named(id=resource, name=contract.title if contract else resource) if resource else None,
        period=period,
        file=FileFacts(
            name=drop.stored.key.rsplit("/", 1)[-1],
            key=drop.stored.key,
            size_bytes=drop.stored.size,
            etag=drop.stored.etag,
            received_at=drop.stored.modified_at,
        ),
        reasons=tuple(_reason(reason, {}, contract) for reason in reasons),
        contract_version=contract.version if contract else None,
        contacts=_contacts(desk, None),
        links=Links(html=HTML, html_en=HTML_EN, json_=JSON),
    )
    return Page(with_next_steps(receipt), ())


def with_header_doc(page: Page) -> Page:
    """The page of a drop whose header has a Data Doc, with its place."""
    links = page.receipt.links.model_copy(update={"data_doc": data_doc_key(header_result(page.receipt.drop_id))})
    return replace(page, receipt=page.receipt.model_copy(update={"links": links}))


def rendered(page: Page) -> dict[str, tuple[bytes, str]]:
    """File name -> (bytes, content type) of everything a receipt consists of."""
    receipt = page.receipt
    files = {JSON: render_json(receipt)}
    files[HTML] = render_html(receipt, page.errors, "zh").encode()
    files[HTML_EN] = render_html(receipt, page.errors, "en").encode()
    if page.errors:
        files[ERRORS] = render_errors_csv(page.errors)
    if page.resend is not None and receipt.links.resend:
        files[receipt.links.resend] = page.resend
    return {name: (body, TYPES.get(name, "text/csv")) for name, body in files.items()}


def write_page(pipeline: Pipeline, provider: str, folder: str, page: Page) -> None:
    """Put the receipt's files below `folder`, the page itself last; what stands there already is the same receipt."""
    files = rendered(page)
    bucket = pipeline.bucket(f"receipts-{provider}")
    for name in sorted(files, key=lambda name: name == HTML):
        body, content_type = files[name]
        try:
            put_new(pipeline.client, bucket, f"{folder}/{name}", body, content_type)
        except ObjectExists:
            continue


def _provider(desk: Desk, provider: str) -> Named:
    known = desk.catalogue.providers.get(provider)
    return Named(id=provider, name=known.name if known else provider)


def _file_facts(batch: PassBatch) -> FileFacts:
    return FileFacts(
        name=batch.key.rsplit("/", 1)[-1],
        key=batch.key,
        size_bytes=batch.size,
        sha256=batch.sha256,
        etag=batch.etag,
        encoding=batch.dialect.encoding,
        received_at=batch.received_at,
    )


def _counts(outcome: BatchOutcome) -> Counts | None:
    counts = outcome.counts
    return Counts(**counts.model_dump(exclude={"malformed"})) if counts else None


def _reason(reason: GateReason, rules: Mapping[str, Rule], contract: Contract | None) -> Reason:
    params: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in reason.params.items()}
    says, cure = reason_texts(reason.code, params, rules, contract)
    return Reason(code=reason.code, params=params, sentence=says, cure=cure)


def _contacts(desk: Desk, duty: Mapping[str, Any] | None) -> Contacts:
    own = Contact(name=duty["contact_name"], phone=duty["contact_phone"], office=duty["office"]) if duty else None
    return Contacts(data_centre=Contact(**desk.settings.centre.model_dump()), duty=own)


def _landing_faults(landed: Landed, batch: PassBatch) -> tuple[ErrorLine, ...]:
    """The first malformed lines of a file that was refused for them."""
    own = landed.batches.get(batch.batch_id)
    return tuple(
        ErrorLine(
            part=batch.part,
            spreadsheet_row=sample["record"],
            line=sample["row"],
            rule_id=f"malformed.{sample['code']}",
            severity="critical",
            what=what(sample["code"], sample["details"]),
            cure=how(sample["code"], sample["details"]),
        )
        for sample in (own.samples[:3] if own else ())
    )


def _resend(batch: PassBatch, names: Mapping[str, str], rows: Sequence[FaultyRow]) -> bytes:
    header = [name for name in batch.header if name in names]
    dialect = Dialect(**batch.dialect.model_dump())
    cells = ((batch.part, row.row, _cells(row, header, names)) for row in rows)
    # The mark tells Excel the charset; the readers take it or leave it.
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
    return resend_csv(header, cells, encoding, dialect.delimiter, dialect.quote)


def _cells(row: FaultyRow, header: Sequence[str], names: Mapping[str, str]) -> list[str] | bytes:
    if row.malformed is not None:
        return row.malformed
    return [row.raw[names[name]] or "" for name in header]
