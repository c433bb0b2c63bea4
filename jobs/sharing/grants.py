"""Grants: rows of the demand list that are live today, with the columns, rows and conditions that they come to."""

from collections.abc import Sequence
from datetime import date

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.lists import Demand, Duty
from jobs.sharing.masks import Left, Shown, shown_fields

ANSWERED = ("met", "partly")
NOT_SHARED = "3"


class Grant(Frozen):
    """What one demand comes to today. `refusal` says why nothing may be delivered; null for a live grant."""

    demand: Demand
    list_version: str
    refusal: str | None
    shown: tuple[Shown, ...] = ()
    left_out: tuple[Left, ...] = ()
    providers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def terms(self) -> dict[str, object]:
        """What a delivery hangs on beside the data: fields, masks, rows and format; equal terms deliver equal files."""
        return {
            "columns": [[column.name, column.source, column.mask, list(column.identifiers)] for column in self.shown],
            "providers": list(self.providers),
            "row_scope": self.demand.row_scope,
            "format": self.demand.file_format,
        }

    def rows_within(self) -> dict[str, Sequence[str]]:
        """The values that rows must have, by silver's column."""
        scope = dict(pair.split("=", 1) for pair in (self.demand.row_scope or "").split())
        return {"_provider": self.providers, **{name: [value] for name, value in scope.items()}}


def grants_of(catalogue: Catalogue, today: date) -> list[Grant]:
    """Every demand of the version in force today, as a grant or with its refusal."""
    version, demands = catalogue.demand.in_force(today)
    return [grant_of(catalogue, demand, version, today, today) for demand in demands]


def grant_of(catalogue: Catalogue, demand: Demand, version: str, business_date: date, today: date) -> Grant:
    """The demand as a grant; the negative list of both days counts, the stricter wins."""
    contract = catalogue.contracts[demand.resource]
    duties = _shareable(catalogue, demand.resource, today)
    shown, left_out = shown_fields(catalogue, contract, demand, business_date, today)
    return Grant(
        demand=demand,
        list_version=version,
        refusal=_refusal(demand, contract, duties, shown, today),
        shown=shown,
        left_out=left_out,
        providers=tuple(sorted(duty.provider_id for duty in duties)),
        conditions=tuple(sorted({duty.share_condition for duty in duties if duty.share_condition})),
    )


def _shareable(catalogue: Catalogue, resource: str, today: date) -> list[Duty]:
    """Duties whose rows may be shared: signed, in force, and not of share type 3."""
    _, duties = catalogue.responsibility.in_force(today)
    return [
        duty
        for duty in duties
        if duty.resource == resource and duty.status == "signed" and duty.share_type != NOT_SHARED and _is_within(duty, today)
    ]


def _is_within(row: Demand | Duty, today: date) -> bool:
    return row.valid_from <= today and (row.valid_to is None or today <= row.valid_to)


def _refusal(demand: Demand, contract: Contract, duties: Sequence[Duty], shown: Sequence[Shown], today: date) -> str | None:
    if demand.reply not in ANSWERED:
        return f"需求答复为 {demand.reply}，未同意提供"
    if not _is_within(demand, today):
        return f"需求有效期为 {demand.valid_from} 至 {demand.valid_to or '长期'}，今日不在其内"
    if not duties:
        return f"{contract.title}没有可共享的责任条目"
    return None if shown else "负面清单之后没有可提供的字段"
