"""Batches that make their pass fail again and again: found by trying each by itself, split off, and held for a person.

A split is a finding in the pass log, `<N>.split-<k>.json`. The pass itself stays as it was created; what counts is what stands of it: a
batch split off before it landed is in no `<N>.landed.json`, one split off before it was judged is not among the judgement's batches.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from jobs.catalogue.frozen import Frozen
from jobs.collect.gate import Reason
from jobs.collect.outcome import BatchOutcome
from jobs.errors import BatchFailed, PassBusy, StoreUnavailable
from jobs.lake.control import Control
from jobs.lake.pass_record import Pass, PassBatch
from jobs.lake.passes import add_finding, findings
from jobs.lake.spark_errors import SPARK_ERRORS, is_from_elsewhere, spark_cause

log = logging.getLogger(__name__)
Step = Literal["landing", "judging", "publishing", "reporting"]
KIND = "split"
# Whatever a batch holds: the store, the network or the machine failed.
ELSEWHERE = (StoreUnavailable, PassBusy, OSError, MemoryError)


class Split(Frozen):
    """Batches split off a pass together: the step that each fails by itself, and batch id -> cause, in which no value stands."""

    step: Step
    causes: Mapping[str, str]


class Splits(Frozen):
    """All splits of a pass, in their order."""

    splits: tuple[Split, ...] = ()

    def at(self, step: Step) -> dict[str, str]:
        """Batch id -> cause of the batches that fail at this step."""
        return {batch_id: cause for split in self.splits if split.step == step for batch_id, cause in split.causes.items()}

    def reason(self, batch_id: str) -> Reason:
        """Why the batch is held, as its receipt says it: the last step at which it was split off."""
        step, cause = [(split.step, split.causes[batch_id]) for split in self.splits if batch_id in split.causes][-1]
        return Reason(code="pass_failed", params={"step": step, "cause": cause})


def splits_of(control: Control, record: Pass) -> Splits:
    """What was split off the pass until now."""
    found = findings(control, record.resource, record.number, KIND)
    return Splits(splits=tuple(Split.model_validate(value) for value in found))


def split_off(control: Control, record: Pass, step: Step, causes: Mapping[str, str]) -> None:
    """Write down that these batches are split off the pass. A person must act, so it is a warning."""
    add_finding(control, record.resource, record.number, KIND, Split(step=step, causes=causes).model_dump(mode="json"))
    for batch_id, cause in causes.items():
        log.warning("batch_split_off resource=%s pass=%d batch=%s step=%s cause=%s", record.resource, record.number, batch_id, step, cause)


def culprits(batches: Sequence[PassBatch], trial: Callable[[PassBatch], object]) -> dict[str, str]:
    """Batch id -> cause of each batch whose trial fails twice; none if it says nothing of a batch.

    That is so when all of several fail with one cause, or when it is store, network or machine that fails for all.
    """
    failed = {batch.batch_id: error for batch in batches if (error := _failure(batch, trial)) and _failure(batch, trial)}
    causes = {batch_id: cause_of(error) for batch_id, error in failed.items()}
    if len(failed) < len(batches):
        return causes
    is_all_alike = len(batches) > 1 and len(set(causes.values())) == 1
    return {} if is_all_alike or any(lies_elsewhere(error) for error in failed.values()) else causes


def lies_elsewhere(error: Exception) -> bool:
    """Whether it is the store, the network or the machine that failed."""
    return isinstance(error, ELSEWHERE) or (isinstance(error, SPARK_ERRORS) and is_from_elsewhere(error))


def cause_of(error: Exception) -> str:
    """The error without a value of any row: our own code for it, Spark's condition, or the exception's class."""
    if isinstance(error, BatchFailed):
        return error.code
    return spark_cause(error) if isinstance(error, SPARK_ERRORS) else type(error).__name__


def held_back(
    outcomes: Sequence[BatchOutcome], splits: Splits, causes: Mapping[str, str], before: Mapping[str, BatchOutcome]
) -> list[BatchOutcome]:
    """The outcomes, in which the batches of `causes` bring nothing to silver: held, and where a resend is split off as they were before."""
    return [_held(one, splits.reason(one.batch_id), before) if one.batch_id in causes else one for one in outcomes]


def _held(outcome: BatchOutcome, reason: Reason, before: Mapping[str, BatchOutcome]) -> BatchOutcome:
    if outcome.state != "published":
        return outcome
    standing = before.get(outcome.batch_id) if outcome.kind == "resend" else None
    kept = (
        standing.model_dump(include={"state", "counts", "judgements", "rule_counts", "measures", "awaits"})
        if standing
        else {"state": "held"}
    )
    return BatchOutcome.model_validate({**outcome.model_dump(), **kept, "reasons": (reason, *outcome.reasons)})


def _failure(batch: PassBatch, trial: Callable[[PassBatch], object]) -> Exception | None:
    try:
        trial(batch)
    except Exception as error:  # noqa: BLE001 (the boundary at which a batch's failure becomes the cause of its split)
        return error
    return None
