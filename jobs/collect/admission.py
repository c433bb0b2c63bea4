"""May this provider supply this resource, now, with these columns? Decided from the key, the lists and the file's head alone.

First the lists, then the negative list, then the contract; nothing is copied before all three have agreed.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract
from jobs.catalogue.contract import Dialect as ContractDialect
from jobs.catalogue.lists import Duty, Negative
from jobs.catalogue.period import Period
from jobs.collect.drops import Drop
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.testing import tested
from jobs.errors import DropRefused
from jobs.intake.dialect import Dialect
from jobs.intake.keys import DropKey, unplaced
from jobs.intake.manifest import Manifest, parse_manifest, place
from jobs.intake.peek import Peek, header_difference, peek
from jobs.lake.pass_record import CutColumn
from jobs.quality.header import judge_header
from jobs.storage.objects import read_bytes

HEAD_BYTES = 256 * 1024
MEGABYTE = 1 << 20
# A part of a key is a file's name on the embedded store's disk; a receipt's key repeats it.
KEY_PART_BYTES = 255


@dataclass(frozen=True, slots=True)
class Admitted:
    """A drop that may be archived. `header` is as sent, without a resend's own columns; `cut` are the columns to be cut from it."""

    drop: Drop
    contract: Contract
    period: Period
    duty: Duty
    list_versions: dict[str, str]
    manifest: Manifest | None
    dialect: Dialect
    header: tuple[str, ...]
    cut: tuple[CutColumn, ...]
    header_result: dict[str, Any]
    business_date: date


def admit(pipeline: Pipeline, drop: Drop, today: date) -> Admitted:
    """The drop with everything that decided about it.

    Raises: DropRefused with the code of docs/batch-states.md; ObjectChanged when the object was replaced meanwhile.
    """
    if drop.key and drop.key.is_test:
        raise tested(pipeline, drop)
    if drop.refusal:
        raise drop.refusal
    manifest = read_manifest(pipeline, drop)
    resource, period = placed(pipeline, drop, manifest)
    head = partial(read_bytes, pipeline.client, drop.stored.bucket, drop.stored.key, etag=drop.stored.etag, length=HEAD_BYTES)
    return examine(pipeline.catalogue, drop, resource, period, manifest, today, head)


def examine(
    catalogue: Catalogue, drop: Drop, resource: str, period: Period, manifest: Manifest | None, today: date, head: Callable[[], bytes]
) -> Admitted:
    """What lists, negative list and contract say of a drop whose head can be read. Raises: DropRefused."""
    contract = catalogue.contracts[resource]
    received = city_date(drop.stored.modified_at)
    business_date = min(period.end, received)
    duty = _duty(catalogue, drop.provider, resource, period, business_date)
    negatives = catalogue.negatives(drop.provider, resource, business_date, today)
    dialect = intake_dialect(contract.dialect(drop.provider))
    seen = peek(head(), drop.stored.size, dialect, tuple(contract.headers(drop.provider)))
    header, cut, result = _judged_header(catalogue, seen, contract, drop, negatives)
    return Admitted(
        drop=drop,
        contract=contract,
        period=period,
        duty=duty,
        list_versions=catalogue.list_versions(business_date, today),
        manifest=manifest,
        dialect=dialect,
        header=header,
        cut=cut,
        header_result=result,
        business_date=business_date,
    )


def read_manifest(pipeline: Pipeline, drop: Drop) -> Manifest | None:
    """The manifest beside the drop, if there is one. Raises: DropRefused `manifest_invalid`."""
    if drop.manifest is None:
        return None
    raw = read_bytes(pipeline.client, drop.manifest.bucket, drop.manifest.key, etag=drop.manifest.etag)
    return parse_manifest(raw, drop.manifest.key)


def placed(pipeline: Pipeline, drop: Drop, manifest: Manifest | None) -> tuple[str, Period]:
    """Resource and period that key and manifest say together. Raises: DropRefused `key_grammar`, `unknown_resource`, `key_too_long`."""
    key = drop.stored.key
    if drop.key is None or drop.key.resend_of:
        raise unplaced(drop.key or DropKey(None, None, key), key)
    resource, period = place(drop.key, key, manifest)
    known = pipeline.catalogue.contracts
    if resource not in known:
        near = difflib.get_close_matches(resource, known, n=1)
        message = f"{key}: no resource {resource!r}. Nothing was read. " + (
            f"Perhaps {near[0]!r} is meant." if near else "See the responsibility list."
        )
        raise DropRefused("unknown_resource", message, resource=resource, suggestion=near[0] if near else None)
    if any(len(part.encode()) > KEY_PART_BYTES for part in key.split("/")):
        raise DropRefused(
            "key_too_long", f"{key}: a name is over {KEY_PART_BYTES} bytes. Drop it under a shorter name.", limit=KEY_PART_BYTES
        )
    return resource, period


def intake_dialect(dialect: ContractDialect) -> Dialect:
    """The contract's dialect as the readers take it."""
    return Dialect(encoding=dialect.encoding, delimiter=dialect.delimiter, quote=dialect.quote, skip_lines=dialect.skip_lines)


def _duty(catalogue: Catalogue, provider: str, resource: str, period: Period, business_date: date) -> Duty:
    duty = catalogue.duty(provider, resource, business_date)
    where = f"{provider} x {resource}"
    if duty is None:
        raise DropRefused(
            "no_duty",
            f"{where}: no row of the responsibility list in force on {business_date}. Nothing was read.",
            provider=provider,
            resource=resource,
        )
    is_over = duty.valid_to is not None and duty.valid_to < business_date
    if duty.status != "signed" or business_date < duty.valid_from or is_over:
        raise DropRefused(
            "duty_suspended", f"{where}: {duty.duty_id} is {duty.status}. Nothing was read.", duty_id=duty.duty_id, status=duty.status
        )
    systems = {row.system_id: row for row in catalogue.system.in_force(business_date)[1]}
    if systems[duty.system_id].state == "retired":
        raise DropRefused("system_retired", f"{where}: system {duty.system_id} is retired. Nothing was read.", system_id=duty.system_id)
    if period.cycle != duty.cycle:
        message = f"{where}: period {period.text} is {period.cycle}, duty {duty.duty_id} is {duty.cycle}. Nothing was read."
        raise DropRefused("period_not_in_cycle", message, period=period.text, cycle=duty.cycle)
    return duty


def _judged_header(
    catalogue: Catalogue, seen: Peek, contract: Contract, drop: Drop, negatives: tuple[Negative, ...]
) -> tuple[tuple[str, ...], tuple[CutColumn, ...], dict[str, Any]]:
    """Header, the columns to be cut from it, and Great Expectations' result on it."""
    headers = contract.headers(drop.provider)
    meta = {"suite_name": contract.resource, "drop_id": drop.drop_id, "provider": drop.provider}
    suite = catalogue.suites[contract.resource]
    verdict = judge_header(seen.header, headers, negatives, meta, suite.expectations, suite.suite_parameters)
    result = dict(verdict.result)
    refused = [entry for entry in verdict.forbidden if entry.action != "cut"]
    if refused:
        names, entry = tuple(one.header for one in refused), refused[0]
        details = {
            "columns": names,
            "negative_id": entry.negative_id,
            "basis": entry.basis,
            "alternative": entry.alternative,
            "result": result,
        }
        message = (
            f"column {names} is on the negative list ({entry.negative_id}: {entry.basis}). Not a byte was copied. Drop the file without it."
        )
        raise DropRefused("forbidden_column", message, **details)
    cut = tuple(CutColumn(**entry.model_dump(include={"header", "negative_id", "basis"})) for entry in verdict.forbidden)
    gone = {column.header for column in cut}
    difference = header_difference([name for name in seen.header if name not in gone], list(headers))
    if difference:
        missing, unknown, twice = (list(names) for names in (difference.missing, difference.unknown, difference.duplicated))
        message = f"columns differ from the contract: missing {missing}, unknown {unknown}, twice {twice}. Nothing was landed."
        details = {"missing": missing, "unknown": unknown, "duplicated": twice, "renamed": dict(difference.renamed), "result": result}
        raise DropRefused("header_differs", message, **details)
    if verdict.failed:
        message = f"the header does not meet the suite's rules {list(verdict.failed)}. Nothing was landed."
        raise DropRefused("header_rule", message, rules=list(verdict.failed), result=result)
    return seen.header, cut, result
