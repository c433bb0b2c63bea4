"""The four lists (责任、系统、需求、负面清单): versioned rows; a version is named by the first day on which it is in force.

Source: the city's practice of collection by four lists (DOMAIN.md, 3).
"""

from datetime import date
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel
from pydantic import Field as Attribute

from jobs.catalogue.contract import RESOURCE
from jobs.catalogue.frozen import Frozen, read_rows, refuse

Cycle = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]


class Duty(Frozen):
    """A row of the responsibility list: provider x resource, when and how many, at what quality. Counts are rows a period."""

    duty_id: str
    provider_id: str
    resource: str = Attribute(pattern=RESOURCE)
    office: str
    contact_name: str
    contact_phone: str
    legal_basis: str
    system_id: str
    cycle: Cycle
    cutoff_time: str = Attribute(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    lag_working_days: int = Attribute(ge=0)
    expected_rows_min: int = Attribute(ge=0)
    expected_rows_max: int = Attribute(ge=0)
    quality_target_pct: float = Attribute(ge=0, le=100)
    share_type: Literal["1", "2", "3"]
    share_condition: str | None = None
    status: Literal["draft", "signed", "suspended", "ended"]
    valid_from: date
    valid_to: date | None = None


class System(Frozen):
    """A row of the system list: an information system that data come from."""

    system_id: str
    name: str
    owner_id: str
    state: Literal["in_use", "retired", "to_be_merged", "national", "municipal"]
    deployment: Literal["government_cloud", "own", "national"]
    mlps_grade: int = Attribute(ge=1, le=5)
    database: str
    go_live_date: date


class Demand(Frozen):
    """A row of the demand list: who wants which fields of a resource for what; `fields` is `*` or names joined by blanks.

    `file_format` is that of the delivered extract. `row_scope` limits its rows, as `field=value` joined by blanks, all of which
    must hold (null: every row). `join_key` yes adds tokens of identifiers under the recipient's own key.
    """

    demand_id: str
    recipient_id: str = Attribute(pattern=r"^[a-z0-9][a-z0-9-]*$")
    resource: str = Attribute(pattern=RESOURCE)
    fields: str
    scenario: str
    purpose: str
    legal_basis: str
    share_mode: Literal["table", "file", "interface"]
    cycle: Cycle
    reply: Literal["met", "partly", "refused", "open"]
    negative_id: str | None = None
    file_format: Literal["csv", "xlsx", "parquet"] = "csv"
    row_scope: str | None = Attribute(default=None, pattern=r"^[a-z0-9_]+=\S+( [a-z0-9_]+=\S+)*$")
    join_key: Literal["yes", "no"] = "no"
    valid_from: date
    valid_to: date | None = None


class Negative(Frozen):
    """A row of the negative list. `kind` field acts on the header, `kind` content on the rows; `*` means every provider, resource or field.

    An entry past `review_date` stays in force: the list fails closed. Only `status` withdrawn ends one.
    """

    negative_id: str
    kind: Literal["field", "content"]
    provider_id: str = "*"
    resource: str = "*"
    field: str
    identifier: Literal["resident_id", "mobile", "bank_card"] | None = None
    restriction: Literal["not_collected", "not_gathered", "not_shared", "not_opened", "masked_only", "verify_only"]
    action: Literal["refuse", "cut", "quarantine", "mask"]
    reason_class: str
    basis: str
    alternative: str
    valid_from: date
    review_date: date
    status: Literal["in_force", "withdrawn"]


Row = TypeVar("Row", bound=BaseModel)


class ListVersions(Frozen, Generic[Row]):
    """Every version of one list, oldest first, as (version, rows)."""

    versions: tuple[tuple[date, tuple[Row, ...]], ...]

    def in_force(self, day: date) -> tuple[str, tuple[Row, ...]]:
        """Name and rows of the version in force on `day`; before the first version, the first (a list never lapses into none)."""
        started = [entry for entry in self.versions if entry[0] <= day] or [self.versions[0]]
        version, rows = started[-1]
        return version.isoformat(), rows


def read_list(folder: Path, model: type[Row]) -> ListVersions[Row]:
    """All versions in `folder`. Raises: CatalogueError for a folder without any, or a file not named `YYYY-MM-DD.csv`."""
    versions = []
    for path in sorted(folder.glob("*.csv")):
        try:
            day = date.fromisoformat(path.stem)
        except ValueError:
            raise refuse(path, ["a list's file is named by the first day in force, YYYY-MM-DD.csv"]) from None
        versions.append((day, read_rows(path, model)))
    if not versions:
        raise refuse(folder, ["no version of this list"])
    return ListVersions[model](versions=tuple(versions))  # type: ignore[valid-type]
