"""What judging a pass found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.lake.pass_record import Landed
from jobs.quality.by_gx import NO_RULES, JudgedByGx
from jobs.quality.layout import Layout, RuleFault
from jobs.quality.verdict import BatchCounts


@dataclass(frozen=True, slots=True)
class Findings:
    """What judging a pass found: the masks' layout, counts by batch, what landing saw, and what Great Expectations itself judged."""

    layout: Layout
    counts: Mapping[str, BatchCounts]
    landed: Landed
    by_gx: Mapping[str, JudgedByGx] = field(default_factory=dict)

    def faults_of(self, batch_id: str) -> tuple[RuleFault, ...]:
        """The rules that could not be judged on the batch."""
        return (*self.layout.errors, *self.by_gx.get(batch_id, NO_RULES).faults)
