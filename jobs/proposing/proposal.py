"""A sample and the catalogue -> a whole proposed resource: draft contract, suite and draft duty."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import RESOURCE, TO_BE_CONFIRMED, Contract, Dialect, Field
from jobs.catalogue.lists import Cycle, Duty
from jobs.catalogue.suite import Suite
from jobs.errors import ProposalError
from jobs.proposing.fields import propose_field
from jobs.proposing.keys import key_of
from jobs.proposing.naming import known_by, known_headers, names_of
from jobs.proposing.sample import Sample
from jobs.quality.names import plain_form

# The quality target and the room above the sample's rows that a duty begins with; both are the officer's to set.
QUALITY_TARGET_PCT = 90.0
ROWS_ABOVE = 10
DELIMITER_NAMES = {",": "comma", "\t": "tab", "|": "bar", ";": "semicolon"}
NOT_SHARED: Literal["3"] = "3"


@dataclass(frozen=True)
class Request:
    """What is to be proposed, as far as a person says it; the rest comes from the sample."""

    resource: str
    provider: str
    system: str | None = None
    cycle: Cycle = "daily"
    title: str = TO_BE_CONFIRMED


@dataclass(frozen=True)
class Proposal:
    """A resource as it would be written. `list_version` is the version of the responsibility list that gets the duty."""

    contract: Contract
    suite: Suite
    duty: Duty
    list_version: date


def propose(sample: Sample, request: Request, catalogue: Catalogue) -> Proposal:
    """The proposed resource; it loads beside the others, and no batch of it is accepted before a person signs.

    Raises: ProposalError for a name, provider or system that cannot be, and for a resource that there is.
    """
    refuse_request(request, catalogue)
    version, _ = catalogue.responsibility.versions[-1]
    known = known_headers(contract for name, contract in catalogue.contracts.items() if name != request.resource)
    names = names_of(sample.header, known)
    proposed = [
        propose_field(column, name, known_by(column.header, known), catalogue.code_sets, request.resource)
        for column, name in zip(sample.columns, names, strict=True)
    ]
    fields = [one.field for one in proposed]
    key, why = key_of(sample, fields)
    contract = Contract(
        resource=request.resource,
        version="0.1.0",
        title=request.title,
        purpose=TO_BE_CONFIRMED,
        grain=TO_BE_CONFIRMED,
        catalogue_code=TO_BE_CONFIRMED,
        load="upsert" if key else "append",
        null_tokens=sample.null_tokens,
        fields=tuple(_keyed(field, key) for field in fields),
        dialects=(_dialect(sample),),
        is_draft=True,
        proposals=(*_told(sample), f"key {' and '.join(key) or 'none'}: {why}", *_forbidden(sample, request, catalogue)),
        sha256="",
    )
    suite = Suite(name=request.resource, expectations=tuple(wish for one in proposed for wish in one.expectations))
    return Proposal(contract, suite, _duty(sample, request, catalogue, version), version)


def refuse_request(request: Request, catalogue: Catalogue) -> None:
    """Raise ProposalError for a name, provider or system that cannot be, and for a resource that there is; no sample is needed."""
    resource, provider = request.resource, request.provider
    if not re.fullmatch(RESOURCE, resource):
        raise ProposalError(f"{resource}: not the name of a resource. Nothing was written. Write it as domain.resource, in a-z, 0-9 and _.")
    if resource in catalogue.contracts:
        raise ProposalError(
            f"{resource}: has a contract already. Nothing was written. How another provider writes it is for a server of its own in there."
        )
    if provider not in catalogue.providers:
        known = ", ".join(sorted(catalogue.providers))
        raise ProposalError(f"{provider}: no such provider. Nothing was written. Known are {known}.")
    _system(request, catalogue)


def _keyed(field: Field, key: tuple[str, ...]) -> Field:
    if field.name not in key:
        return field
    return field.model_copy(update={"key_position": key.index(field.name) + 1, "required": True})


def _dialect(sample: Sample) -> Dialect:
    dialect = sample.dialect
    return Dialect(encoding=dialect.encoding, delimiter=dialect.delimiter, quote=dialect.quote, skip_lines=dialect.skip_lines)


def _told(sample: Sample) -> tuple[str, ...]:
    dialect, rows = sample.dialect, sample.rows
    read = f"{rows:,} rows read{'' if sample.is_whole else ', the first of more'}, {sample.malformed:,} lines malformed"
    return (
        f"dialect {dialect.encoding}, {DELIMITER_NAMES[dialect.delimiter]}, {dialect.skip_lines} lines above the header: {read}",
        f"null tokens: {len(sample.null_tokens) - 1} of the usual ones stand in the sample, and the empty text",
        "load: upsert where there is a key, else append; a sample cannot tell",
        "classification: L2 where nothing speaks of a person; L1 where anybody may see it",
    )


def _forbidden(sample: Sample, request: Request, catalogue: Catalogue) -> list[str]:
    """A line for each column that the negative list's last version forbids, whatever the contract will say."""
    rows = catalogue.negative.versions[-1][1]
    forbidden = {plain_form(row.field): row for row in rows if row.kind == "field" and row.status == "in_force"}
    found = ((header, forbidden.get(plain_form(header))) for header in sample.header)
    return [
        f"negative list: {header} is forbidden by {row.negative_id} ({row.action}); take the column out"
        for header, row in found
        if row and row.resource in ("*", request.resource) and row.provider_id in ("*", request.provider)
    ]


def _duty(sample: Sample, request: Request, catalogue: Catalogue, version: date) -> Duty:
    provider = catalogue.providers[request.provider]
    return Duty(
        duty_id=_next_duty_id(catalogue),
        provider_id=provider.provider_id,
        resource=request.resource,
        office=TO_BE_CONFIRMED,
        contact_name=provider.contact_name,
        contact_phone=provider.contact_phone,
        legal_basis=TO_BE_CONFIRMED,
        system_id=_system(request, catalogue),
        cycle=request.cycle,
        cutoff_time="18:00",
        lag_working_days=1,
        expected_rows_min=1,
        expected_rows_max=_room_above(sample.rows),
        quality_target_pct=QUALITY_TARGET_PCT,
        share_type=NOT_SHARED,
        status="draft",
        valid_from=version,
    )


def _system(request: Request, catalogue: Catalogue) -> str:
    """The system that is named, else the provider's only one."""
    version, _ = catalogue.responsibility.versions[-1]
    systems = {row.system_id: row.owner_id for row in catalogue.system.in_force(version)[1]}
    own = sorted(system for system, owner in systems.items() if owner == request.provider)
    chosen = request.system or (own[0] if len(own) == 1 else None)
    if chosen in systems:
        return chosen
    asked = f"{chosen} is not in the system list" if chosen else f"{request.provider} has {len(own)} systems in the system list"
    known = ", ".join(own) or "none of its own yet, enter it in conf/lists/system first"
    raise ProposalError(f"{request.resource}: {asked}. Nothing was written. Name one with --system: {known}.")


def _next_duty_id(catalogue: Catalogue) -> str:
    ids = {duty.duty_id for _, duties in catalogue.responsibility.versions for duty in duties}
    numbers = [int(found[1]) for duty_id in ids if (found := re.fullmatch(r"DUTY-(\d+)", duty_id))]
    return f"DUTY-{max(numbers, default=0) + 1:04d}"


def _room_above(rows: int) -> int:
    """A round number at least so many times the sample's rows."""
    return int(10 ** len(str(rows * ROWS_ABOVE)))
