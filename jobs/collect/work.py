"""A pass under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.catalogue.contract import Contract
from jobs.collect.definition import Definition
from jobs.collect.outcome import BatchOutcome
from jobs.collect.splitting import Splits
from jobs.lake.pass_record import Pass, PassBatch

# Kinds of pass that bring rows into bronze.
LANDING = frozenset({"collect", "resend"})


@dataclass(frozen=True, slots=True)
class Work:
    """A pass under way: the record, what it judges by, the batches' outcomes before it (none for new batches), what was split off."""

    record: Pass
    definition: Definition
    before: Mapping[str, BatchOutcome]
    splits: Splits = field(default_factory=Splits)

    @property
    def contract(self) -> Contract:
        """The contract in force at the pass' creation."""
        return self.definition.contract

    @property
    def lands(self) -> tuple[PassBatch, ...]:
        """The batches of which this pass brings rows into bronze; a batch that never landed does so on its release, as the drop itself."""
        if self.record.kind in LANDING:
            return self.record.batches
        if self.record.kind != "release":
            return ()
        waiting = [batch for batch in self.record.batches if self.before[batch.batch_id].awaits == "landing"]
        return tuple(batch.model_copy(update={"revision": 0}) for batch in waiting)

    def is_judged_first(self, batch: PassBatch) -> bool:
        """Whether no judgement of the batch was in force before; then a person's release asks the gate."""
        before = self.before.get(batch.batch_id)
        return before is None or before.awaits is not None


def judgements_after(work: Work, batch: PassBatch) -> dict[str, int]:
    """Part -> judgement in force once this pass is done."""
    before, number = work.before.get(batch.batch_id), work.record.number
    standing = dict(before.judgements) if before else {}
    if work.record.kind in LANDING:
        return {**standing, batch.landed_part: number}
    return dict.fromkeys(standing or [batch.part], number) if work.record.kind == "release" else standing
