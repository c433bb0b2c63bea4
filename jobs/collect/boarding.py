"""The collection board, gathered from the standing and the ledger, and written as pages that change only where their content does."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from jobs.catalogue.lists import Duty
from jobs.catalogue.working_calendar import LAST_KNOWN_YEAR
from jobs.collect.board_rows import batches_of, days, refused_drops, sums
from jobs.collect.documenting import first_documented_day
from jobs.collect.paging import page_keys, replace_pages
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.results import DATA_DOCS, batch_result, data_doc_key, header_result
from jobs.collect.standing import SHOWN_DAYS, Standing
from jobs.lake.ledger import find_ledger
from jobs.lake.tables import layer_bytes
from jobs.reports.board_html import render_board, render_index
from jobs.reports.board_model import LAYERS, Board, Cell, Day, Documented, DutyLine, Figures, Overdue, ProviderLine, Waiting, Whom


def write_board(pipeline: Pipeline, standing: Standing, told: Mapping[str, Sequence[str]], channels: Sequence[str]) -> int:
    """Write the board's pages; how many of them differ from those that stood.

    `told` maps `<provider>/<resource>/<period>` of overdue periods to the channels by which somebody was told.
    """
    board = board_of(pipeline, standing, told, channels)
    pages = {**render_board(board), **render_index(board, _documented(pipeline, standing))}
    return replace_pages(pipeline, "board", pages)


def board_of(pipeline: Pipeline, standing: Standing, told: Mapping[str, Sequence[str]], channels: Sequence[str]) -> Board:
    """The board as of the standing's day."""
    docs = {key.removeprefix(DATA_DOCS).removesuffix(".html") for key in page_keys(pipeline, DATA_DOCS)}
    first_day = first_documented_day(pipeline.settings, standing.today)
    cells = {pair: tuple(_with_page(cell, docs, first_day) for cell in found) for pair, found in standing.cells.items()}
    providers = tuple(_provider_line(pipeline, standing, name, cells) for name in pipeline.catalogue.providers)
    lines = {(line.provider_id, duty.resource): duty for line in providers for duty in line.duties}
    resources = sorted({duty.resource for duty in lines.values()})
    return Board(
        as_of=standing.today,
        providers=providers,
        resources=tuple((name, _title(pipeline, name)) for name in resources),
        overdue=tuple(_overdue(pipeline, cells, lines, told) for cells in _by_duty(standing.overdue)),
        held=tuple(_waiting(pipeline, _with_page(cell, docs, first_day), lines) for cell in standing.held),
        days=_days(standing),
        figures=figures_of(pipeline, standing),
        channels=tuple(channels),
        periods_watched=pipeline.settings.watch.periods,
        calendar_known_to=LAST_KNOWN_YEAR,
    )


def _documented(pipeline: Pipeline, standing: Standing) -> list[Documented]:
    """Batches and refused drops with a Data Doc, received in the days that the board shows, newest first."""
    docs = page_keys(pipeline, DATA_DOCS)
    first_day = standing.today - timedelta(days=SHOWN_DAYS)
    batches = [(row, batch_result(row["resource"], row["batch_id"], row["revision"])) for row in batches_of(standing.ledger, first_day, [])]
    drops = [
        ({**row, "received_at": row["decided_at"]}, header_result(row["drop_id"])) for row in refused_drops(standing.ledger, first_day)
    ]
    shown = [(row, name) for row, name in [*batches, *drops] if data_doc_key(name) in docs]
    names = ("provider", "resource", "period", "state", "received_at")
    found = [Documented(page=name, **{key: row[key] for key in names}) for row, name in shown]
    return sorted(found, key=lambda one: (one.received_at, one.page), reverse=True)


def figures_of(pipeline: Pipeline, standing: Standing) -> Figures:
    """The article's own figures, from tables alone; None for what no table holds yet."""
    summed, deliveries = sums(standing.ledger), find_ledger(pipeline.lake, "deliveries")
    layers = {layer: layer_bytes(pipeline.lake, layer) for layer in LAYERS if layer != "raw"}
    return Figures(
        providers=len(pipeline.catalogue.providers),
        providers_connected=summed["providers_connected"],
        rows_collected=summed["rows_collected"],
        rows_exchanged=None if deliveries is None else sum(rows or 0 for rows in deliveries["rows"].to_pylist()),
        interface_calls=None,
        layer_bytes={"raw": summed["raw_bytes"], **layers},
    )


def _provider_line(
    pipeline: Pipeline, standing: Standing, provider: str, cells: Mapping[tuple[str, str], tuple[Cell, ...]]
) -> ProviderLine:
    known = pipeline.catalogue.providers[provider]
    duties = _duties(pipeline, provider, standing.today)
    lines = tuple(_duty_line(pipeline, duty, cells.get((provider, duty.resource), ())) for duty in duties)
    return ProviderLine(provider_id=provider, name=known.name, kind=known.kind, onboarding=standing.onboarding.get(provider), duties=lines)


def _duties(pipeline: Pipeline, provider: str, today: date) -> list[Duty]:
    _, rows = pipeline.catalogue.responsibility.in_force(today)
    return sorted((duty for duty in rows if duty.provider_id == provider), key=lambda duty: duty.resource)


def _duty_line(pipeline: Pipeline, duty: Duty, cells: tuple[Cell, ...]) -> DutyLine:
    return DutyLine(
        duty_id=duty.duty_id,
        resource=duty.resource,
        title=_title(pipeline, duty.resource),
        cycle=duty.cycle,
        cutoff=duty.cutoff_time,
        lag_working_days=duty.lag_working_days,
        whom=Whom(
            office=duty.office,
            name=duty.contact_name,
            phone=duty.contact_phone,
            emails=len(addresses(pipeline, duty.provider_id, duty.resource)),
        ),
        cells=cells,
    )


def addresses(pipeline: Pipeline, provider: str, resource: str | None) -> list[str]:
    """Addresses that mail about the provider's duty goes to (about all of its duties for no resource)."""
    found = (one for one in pipeline.catalogue.contacts if one.provider_id == provider and one.resource in (None, resource))
    return sorted({one.email for one in found})


def _title(pipeline: Pipeline, resource: str) -> str:
    contract = pipeline.catalogue.contracts.get(resource)
    return contract.title if contract else resource


def _with_page(cell: Cell, docs: set[str], first_day: date | None) -> Cell:
    """The cell without a link to a Data Doc that does not stand: it aged out, or a file refused while it landed has no verdict."""
    if cell.page is None or cell.page in docs:
        return cell
    is_old = first_day is not None and cell.received_at is not None and city_date(cell.received_at) < first_day
    return cell.model_copy(update={"page": None, "is_page_aged": is_old})


def _by_duty(overdue: Sequence[Cell]) -> list[list[Cell]]:
    """The overdue periods of each duty together; order is kept."""
    grouped: dict[tuple[str, str], list[Cell]] = {}
    for cell in overdue:
        grouped.setdefault((cell.provider, cell.resource), []).append(cell)
    return list(grouped.values())


def _overdue(
    pipeline: Pipeline, cells: Sequence[Cell], lines: Mapping[tuple[str, str], DutyLine], told: Mapping[str, Sequence[str]]
) -> Overdue:
    longest = cells[0]
    line = lines.get((longest.provider, longest.resource))
    return Overdue(
        provider_name=_name(pipeline, longest.provider),
        title=_title(pipeline, longest.resource),
        cell=longest,
        whom=line.whom if line else Whom(office="", name="", phone=""),
        periods=len(cells),
        told=tuple(told.get(f"{longest.provider}/{longest.resource}/{longest.period}", ())),
    )


def _waiting(pipeline: Pipeline, cell: Cell, lines: Mapping[tuple[str, str], DutyLine]) -> Waiting:
    line = lines.get((cell.provider, cell.resource))
    return Waiting(
        provider_name=_name(pipeline, cell.provider), title=_title(pipeline, cell.resource), cell=cell, whom=line.whom if line else None
    )


def _name(pipeline: Pipeline, provider: str) -> str:
    known = pipeline.catalogue.providers.get(provider)
    return known.name if known else provider


def _days(standing: Standing) -> tuple[Day, ...]:
    found = {row["day"]: Day(**row) for row in days(standing.ledger, standing.today, SHOWN_DAYS)}
    every = (standing.today - timedelta(days=back) for back in range(SHOWN_DAYS - 1, -1, -1))
    return tuple(found.get(day) or Day(day=day) for day in every)
