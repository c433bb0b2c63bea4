"""The tables of silver and gold at a glance: rows from their Delta logs, freshness and quality from the projection in gold."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from rich.table import Table

from jobs.analysis.desk import AnalystDesk
from jobs.analysis.projection import CATALOGUE
from jobs.analysis.shelf import READERS, standing_tables
from jobs.catalogue.frozen import Frozen
from jobs.lake.derived import read_rows
from jobs.lake.snapshot import read_extent, read_snapshot
from jobs.reports.plain_text import visible

HEADINGS = ("table", "name", "rows", "as of", "accepted", "quarantined", "grain", "key")
NUMBERS = frozenset({"rows", "accepted", "quarantined"})


class TableListing(Frozen):
    """One table. None: the Delta log has no such statistics, or `haihe report` has not projected the table (it knows silver alone)."""

    layer: str
    table: str
    title: str | None
    rows: int | None
    as_of_period: str | None
    accepted: int | None
    quarantined: int | None
    accepted_pct: float | None
    grain: str | None
    key: str | None
    version: int
    changed_at: datetime


def list_tables(desk: AnalystDesk) -> list[TableListing]:
    """Every table that the analyst reads, by layer and name."""
    known = {(row["layer"], row["table_name"]): row for row in read_rows(desk.lake, CATALOGUE)}
    keys = standing_tables(desk)
    with ThreadPoolExecutor(READERS) as pool:
        snapshots = pool.map(lambda key: read_snapshot(desk.lake, *key), keys)
        extents = pool.map(lambda key: read_extent(desk.lake, *key), keys)
        pairs = [(snapshot, extent) for snapshot, extent in zip(snapshots, extents, strict=True) if snapshot and extent]
    listings = []
    for snapshot, extent in pairs:
        row = known.get((snapshot.layer, snapshot.name), {})
        listings.append(
            TableListing(
                layer=snapshot.layer,
                table=snapshot.name,
                title=row.get("title") or snapshot.title,
                rows=extent.rows,
                as_of_period=row.get("as_of_period") or extent.latest_period,
                accepted=row.get("rows_accepted"),
                quarantined=row.get("rows_quarantined"),
                accepted_pct=row.get("accepted_pct"),
                grain=row.get("grain"),
                key=row.get("key"),
                version=snapshot.version,
                changed_at=extent.changed_at,
            )
        )
    return listings


def listing_table(listings: Sequence[TableListing]) -> Table:
    """One row a table."""
    table = Table(title="haihe tables", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in NUMBERS else "left", overflow="fold", no_wrap=heading == "table")
    for one in listings:
        counts = ["" if number is None else f"{number:,}" for number in (one.rows, one.accepted, one.quarantined)]
        texts = [visible(text or "") for text in (one.title, one.as_of_period, one.grain, one.key)]
        table.add_row(f"{one.layer}.{one.table}", texts[0], counts[0], texts[1], *counts[1:], *texts[2:])
    return table
