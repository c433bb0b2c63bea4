"""The data dictionary: a page a table in Chinese and English side by side, without script or external assets; and its index."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from jobs.catalogue.frozen import Frozen
from jobs.reports.plain_text import shortened, visible
from jobs.reports.receipt_html import beijing, grouped

TOKEN_SUFFIX = "_token"  # noqa: S105 (a column's name)
TOKEN_SHOWN = 12
CELL_SHOWN = 60


class ColumnLine(Frozen):
    """A column as it stands in the table; what the contract says of it where the column comes from one of its fields."""

    name: str
    title: str
    type: str
    english: str
    source_header: str | None = None
    classification: str | None = None
    protection: str | None = None
    code_set: str | None = None
    codes: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    is_key: bool = False
    is_required: bool = False
    note: str | None = None


class ProviderLine(Frozen):
    """Who supplies the resource, by the responsibility list in force."""

    provider_id: str
    name: str
    cycle: str
    system: str


class QualityLine(Frozen):
    """A provider's delivery for a period, all of its batches together."""

    provider: str
    period: str
    state: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    accepted_pct: float | None


class Freshness(Frozen):
    """How far the table has come; None before anything was published."""

    as_of_period: str | None
    last_received_at: datetime | None
    providers: int
    batches_published: int
    batches_held: int
    rows_accepted: int
    rows_quarantined: int
    accepted_pct: float | None


class DictionaryPage(Frozen):
    """All that is told of one table; resource, purpose and what follows from them are None for a table without a contract."""

    layer: str
    table: str
    title: str
    grain: str | None
    key: tuple[str, ...]
    rows: int | None
    version: int | None
    resource: str | None
    contract_version: str | None
    catalogue_code: str | None
    purpose: str | None
    load: str | None
    classification: str | None
    is_restricted: bool
    columns: tuple[ColumnLine, ...]
    providers: tuple[ProviderLine, ...]
    lineage: tuple[str, ...]
    themes: tuple[str, ...]
    freshness: Freshness | None
    quality: tuple[QualityLine, ...]
    sample: tuple[tuple[str, ...], ...]

    @property
    def file_name(self) -> str:
        """The page's file beside the index."""
        return f"{self.layer}.{self.table}.html"


def sample_cell(column: str, value: Any) -> str:
    """A value as the sample shows it: tokens and long texts shortened, nothing that is not in the table already."""
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return shortened(visible(str(value)), TOKEN_SHOWN if column.endswith(TOKEN_SUFFIX) else CELL_SHOWN)


def render_page(page: DictionaryPage) -> str:
    """The table's page."""
    return _environment().get_template("dictionary_page.html.j2").render(page=page)


def render_index(pages: Sequence[DictionaryPage]) -> str:
    """The list of all tables."""
    return _environment().get_template("dictionary_index.html.j2").render(pages=pages)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("jobs.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(visible=visible, beijing=beijing, grouped=grouped)
    return environment
