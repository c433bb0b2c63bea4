"""A row of the table: work against something else, the ratio's bound, and whether it holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import Any, Self


@dataclass(frozen=True)
class BenchRow:
    """Seconds are wall time; `ratio` is work over against, `bound` None where the row is told and not bounded."""

    work: str
    against: str
    work_seconds: tuple[float, ...]
    against_seconds: tuple[float, ...]
    bound: float | None

    @property
    def ratio(self) -> float | None:
        """Median over median; None where there is nothing to compare with."""
        return median(self.work_seconds) / median(self.against_seconds) if self.against_seconds else None

    @property
    def holds(self) -> bool | None:
        """Whether the ratio is within the bound; None without a bound."""
        return None if self.bound is None or self.ratio is None else self.ratio <= self.bound

    def as_json(self) -> dict[str, Any]:
        """The row with its medians."""
        against = median(self.against_seconds) if self.against_seconds else None
        medians = {"work_median": median(self.work_seconds), "against_median": against}
        return {**asdict(self), **medians, "ratio": self.ratio, "holds": self.holds}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The row that `as_json` told."""
        return cls(**{field.name: told[field.name] for field in fields(cls)})
