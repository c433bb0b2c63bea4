"""A pass as it stands in control: immutable, and enough to finish it on any machine at any time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from jobs.catalogue.frozen import Frozen
from jobs.lake.typed import BatchFacts

# Withdraw, purge and replay keep their names here until they are built.
Kind = Literal["collect", "resend", "release", "refuse", "withdraw", "purge", "replay"]


class FileDialect(Frozen):
    """How the archived object is written."""

    encoding: Literal["utf-8", "gb18030"]
    delimiter: str
    quote: str | None
    skip_lines: int


class FileRange(Frozen):
    """A stretch of whole records of the archived object (see jobs/intake/scan.py)."""

    offset: int
    length: int
    first_line: int
    first_record: int


class CutColumn(Frozen):
    """A column that was cut before the archive, and the entry of the negative list that says so."""

    header: str
    negative_id: str
    basis: str


class PassBatch(Frozen):
    """One batch of a pass: where its bytes lie, how they are read, what decided about it.

    `header` names the columns of the raw object in order as sent; `revision` is 0 for the drop itself, one more for every later change.
    `sha256` is of the bytes as dropped, `raw_key` of what was archived (another hash after a cut).
    """

    batch_id: str
    drop_id: str
    provider: str
    period: str
    period_start: date
    period_end: date
    revision: int = 0
    part: str
    bucket: str
    key: str
    etag: str
    size: int
    received_at: datetime
    received_date: date
    sha256: str
    raw_key: str
    dialect: FileDialect
    header: tuple[str, ...]
    ranges: tuple[FileRange, ...]
    duty: Mapping[str, Any]
    manifest_rows: int | None = None
    cut: tuple[CutColumn, ...] = ()

    @property
    def landed_part(self) -> str:
        """The part that its rows land as: that of the drop, or the part and the revision of a resend."""
        return f"{self.part}#{self.revision}" if self.revision else self.part

    def facts(self) -> BatchFacts:
        """What the typed view adds to each of its rows."""
        return BatchFacts(
            batch_id=self.batch_id,
            provider=self.provider,
            period=self.period,
            period_start=self.period_start.isoformat(),
            period_end=self.period_end.isoformat(),
            received_date=self.received_date.isoformat(),
            received_at=self.received_at.isoformat(),
        )


class Pass(Frozen):
    """Pass `number` of a resource. `definition` is the hash under which contract and rules stand in control (`definitions/`)."""

    resource: str
    number: int
    kind: Kind
    created_at: datetime
    today: date
    definition: str
    lists: Mapping[str, str]
    batches: tuple[PassBatch, ...]
    by: str | None = None
    reason: str | None = None
    created_by: Mapping[str, Any] = {}


class LandedBatch(Frozen):
    """What landing found in one batch; `refusal` names why none of its rows stands in bronze."""

    rows: int
    malformed: int
    refusal: Mapping[str, Any] | None = None
    samples: tuple[Mapping[str, Any], ...] = ()


class Landed(Frozen):
    """What landing a pass came to, written before the commit: the files to commit, and each batch's counts.

    A batch that was split off before is not in it, and no row of it in bronze.
    """

    batches: Mapping[str, LandedBatch]
    files: tuple[Mapping[str, Any], ...] = ()

    def rows_by_batch(self) -> dict[str, int]:
        """Rows in bronze of every batch that is not refused."""
        return {batch: landed.rows for batch, landed in self.batches.items() if landed.refusal is None}
