"""What the collection board shows, as frozen values: no clock, no store, no value of any row."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from jobs.catalogue.frozen import Frozen

# Of a duty's period, what an officer looks for first, first.
State = Literal["never", "refused", "held", "late", "pending", "came", "awaited"]
STATES: tuple[State, ...] = ("never", "refused", "held", "late", "pending", "came", "awaited")
LISTED_PERIODS = 31
LAYERS = ("raw", "bronze", "verdicts", "vault", "silver", "silver-restricted", "gold")


class Cell(Frozen):
    """One period of one duty. `due_at` is None for a period that was not watched; counts are of the batch that the state is of.

    `days_overdue`: working days since the cut-off, None for what is not overdue. `receipt` and `page` are places of receipt and Data Doc;
    `is_page_aged`: its Data Doc was removed with age.
    """

    provider: str
    resource: str
    period: str
    period_end: date
    state: State
    due_at: datetime | None = None
    days_overdue: int | None = None
    received_at: datetime | None = None
    batch_id: str | None = None
    rows_read: int | None = None
    rows_accepted: int | None = None
    reasons: tuple[str, ...] = ()
    receipt: str | None = None
    page: str | None = None
    is_page_aged: bool = False


class Whom(Frozen):
    """Whom to ask about a duty; `emails` is how many addresses mail about it goes to."""

    office: str
    name: str
    phone: str
    emails: int = 0


class DutyLine(Frozen):
    """A duty with its periods, newest first."""

    duty_id: str
    resource: str
    title: str
    cycle: str
    cutoff: str
    lag_working_days: int
    whom: Whom
    cells: tuple[Cell, ...]

    @property
    def newest(self) -> Cell | None:
        """The newest period of which there is something to say; one that is only awaited where there is no other."""
        return next((cell for cell in self.cells if cell.state != "awaited"), self.cells[0] if self.cells else None)

    @property
    def listed(self) -> tuple[Cell, ...]:
        """The newest periods, and of the older ones those about which something is to be done."""
        older = (cell for cell in self.cells[LISTED_PERIODS:] if cell.state in ("never", "refused", "held"))
        return (*self.cells[:LISTED_PERIODS], *older)

    @property
    def overdue(self) -> tuple[Cell, ...]:
        """Periods past their cut-off without a batch."""
        return tuple(cell for cell in self.cells if cell.days_overdue is not None)


class Onboarding(Frozen):
    """The last step of a provider's onboarding."""

    state: str
    at: str
    by: str


class ProviderLine(Frozen):
    """A provider with its duties, by resource."""

    provider_id: str
    name: str
    kind: str
    onboarding: Onboarding | None
    duties: tuple[DutyLine, ...]

    @cached_property
    def by_resource(self) -> Mapping[str, DutyLine]:
        """Resource -> its duty."""
        return {duty.resource: duty for duty in self.duties}

    @cached_property
    def rows(self) -> tuple[int, int]:
        """Rows read and accepted in the periods shown."""
        cells = [cell for duty in self.duties for cell in duty.cells if cell.rows_read is not None]
        return sum(cell.rows_read or 0 for cell in cells), sum(cell.rows_accepted or 0 for cell in cells)

    @cached_property
    def states(self) -> Mapping[State, int]:
        """Periods shown by state."""
        return Counter(cell.state for duty in self.duties for cell in duty.cells)

    @cached_property
    def overdue(self) -> int:
        """Periods past their cut-off without a batch."""
        return sum(len(duty.overdue) for duty in self.duties)


class Waiting(Frozen):
    """A batch that waits for a person's decision."""

    provider_name: str
    title: str
    cell: Cell
    whom: Whom | None


class Overdue(Frozen):
    """A duty with periods past their cut-off without a batch: the longest overdue of them, and how many they are.

    `told` names the channels by which people were told of that longest one.
    """

    provider_name: str
    title: str
    cell: Cell
    whom: Whom
    periods: int
    told: tuple[str, ...] = ()


class Day(Frozen):
    """What was received on one day in the city. A drop refused before it became a batch counts as refused."""

    day: date
    published: int = 0
    held: int = 0
    refused: int = 0
    rows_accepted: int = 0

    @property
    def came(self) -> int:
        """Batches and refused drops."""
        return self.published + self.held + self.refused


class Documented(Frozen):
    """A batch or a refused drop with a Data Doc. `received_at` in UTC, without a zone."""

    page: str
    provider: str
    resource: str | None
    period: str | None
    state: Literal["published", "held", "refused"]
    received_at: datetime


class Figures(Frozen):
    """The city's own figures; None: there is no source for it yet. Bytes are of raw objects, else of files in tables' newest versions."""

    providers: int
    providers_connected: int
    rows_collected: int
    rows_exchanged: int | None
    interface_calls: int | None
    layer_bytes: Mapping[str, int | None]


class Board(Frozen):
    """The whole board as of one day in the city. `days` are ninety, oldest first; `channels` are those by which notices go out."""

    as_of: date
    providers: tuple[ProviderLine, ...]
    resources: tuple[tuple[str, str], ...]
    overdue: tuple[Overdue, ...]
    held: tuple[Waiting, ...]
    days: tuple[Day, ...]
    figures: Figures
    channels: tuple[str, ...]
    periods_watched: int
    calendar_known_to: int

    @property
    def overdue_periods(self) -> int:
        """Periods past their cut-off without a batch."""
        return sum(one.periods for one in self.overdue)

    @property
    def newest_day(self) -> Day | None:
        """The last day on which anything came."""
        return next((day for day in reversed(self.days) if day.came), None)

    @property
    def rows(self) -> tuple[int, int]:
        """Rows read and accepted in the periods shown."""
        return sum(line.rows[0] for line in self.providers), sum(line.rows[1] for line in self.providers)
