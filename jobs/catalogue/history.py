"""What of a batch is held against the earlier batches of its duty, and how far off it may be; a part of the contract."""

from decimal import Decimal
from typing import Literal

from pydantic import Field as Attribute
from pydantic import model_validator

from jobs.catalogue.frozen import Frozen

Measure = Literal["rows", "null_share", "sum"]


class HistoryRule(Frozen):
    """One measure of a batch and its parameters; `jobs.quality.history` says by which formula.

    `rows` counts the rows landed, lines that do not parse among them; `null_share` is of `column`, in per cent of the rows that parse;
    `sum` is of `column` over the accepted rows. `window` is the number of earlier batches looked at, `least` the fewest that tell
    anything. `spreads` is how many spreads a batch may lie off the median, `floor_pct` how far it may lie off in any case: in per cent
    of the median, of a null share in percentage points.
    """

    measure: Measure
    column: str | None = None
    window: int = Attribute(default=20, ge=1)
    least: int = Attribute(default=8, ge=2)
    spreads: Decimal = Attribute(default=Decimal(5), ge=0)
    floor_pct: Decimal = Attribute(default=Decimal(10), ge=0)

    @property
    def name(self) -> str:
        """The measure's name among a batch's measures: `rows`, `usage_kwh.sum`."""
        return f"{self.column}.{self.measure}" if self.column else self.measure

    @property
    def rule_id(self) -> str:
        """The rule's id in results: `history.rows`, `history.usage_kwh.sum`."""
        return f"history.{self.name}"

    @model_validator(mode="after")
    def _can_be_judged(self) -> "HistoryRule":
        if (self.measure == "rows") != (self.column is None):
            raise ValueError("rows is about the table, null_share and sum are about a column")
        if self.least > self.window:
            raise ValueError(f"least {self.least} is more than window {self.window}, so nothing would ever be judged")
        return self
