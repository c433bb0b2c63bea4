"""A pass under way."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.catalogue.contract import Contract
from jobs.collect.definition import Definition
from jobs.collect.outcome import BatchOutcome
from jobs.lake.pass_record import Pass, PassBatch

# Kinds of pass that bring rows into bronze.
LANDING = frozenset({"collect", "resend"})


@dataclass(frozen=True, slots=True)
class Work:
    """A pass under way: the record, what it judges by, and the batches' outcomes before it (none for new batches)."""

    record: Pass
    definition: Definition
    before: Mapping[str, BatchOutcome]

    @property
    def contract(self) -> Contract:
        """The contract in force at the pass' creation."""
        return self.definition.contract


def judgements_after(work: Work, batch: PassBatch) -> dict[str, int]:
    """Part -> judgement in force once this pass is done."""
    before, number = work.before.get(batch.batch_id), work.record.number
    standing = dict(before.judgements) if before else {}
    if work.record.kind in LANDING:
        return {**standing, batch.landed_part: number}
    return dict.fromkeys(standing, number) if work.record.kind == "release" else standing
