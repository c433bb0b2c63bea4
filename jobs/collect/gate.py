"""The gate: published, held or refused, decided per batch from its counts and the duty it falls under."""

from collections.abc import Mapping
from typing import Any, Literal

from jobs.catalogue.frozen import Frozen

State = Literal["published", "held", "refused"]


class Counts(Frozen):
    """Rows in force of one batch; `read = accepted + quarantined`, always."""

    read: int
    accepted: int
    quarantined: int
    warned: int = 0
    malformed: int = 0
    replaced: int = 0


class Reason(Frozen):
    """Why a batch is in its state: a stable code and the numbers that its sentence shows."""

    code: str
    params: Mapping[str, Any] = {}


class Decision(Frozen):
    """What the gate says of a batch."""

    state: State
    reasons: tuple[Reason, ...] = ()


def decide(
    counts: Counts,
    duty: Mapping[str, Any],
    *,
    rule_errors: Mapping[str, str] | None = None,
    failed_rules: Mapping[str, str | None] | None = None,
    second_content_of: str | None = None,
) -> Decision:
    """Held for every bound of the duty that the counts break, for a rule that could not be judged, for a second content; else published.

    Shares are per cent of the rows read. `duty` is the row as it stands in the pass; `rule_errors` are rule ids with their causes.
    `failed_rules`: critical rules about the whole batch that it does not meet, with what was observed; each of them holds it.
    """
    reasons = [*_by_count(counts, duty), *_by_share(counts, duty)]
    reasons += [Reason(code="batch_rule", params={"rule": rule, "observed": seen}) for rule, seen in (failed_rules or {}).items()]
    if rule_errors:
        causes = [f"{rule_id}: {cause}" for rule_id, cause in rule_errors.items()]
        reasons.append(Reason(code="rule_error", params={"rules": list(rule_errors), "causes": causes}))
    if second_content_of:
        reasons.append(Reason(code="second_content", params={"batch_id": second_content_of}))
    return Decision(state="held" if reasons else "published", reasons=tuple(reasons))


def also_held(decision: Decision, reasons: tuple[Reason, ...]) -> Decision:
    """The decision with further reasons to hold the batch, if there are any; what spoke for publishing it is not among them."""
    if not reasons:
        return decision
    return Decision(state="held", reasons=(*decision.reasons, *reasons) if decision.state == "held" else reasons)


def quality_share_pct(counts: Counts) -> float:
    """Accepted rows in per cent of the rows read; 100 where none was read."""
    return 100.0 if counts.read == 0 else 100.0 * counts.accepted / counts.read


def _by_count(counts: Counts, duty: Mapping[str, Any]) -> list[Reason]:
    if counts.read < duty["expected_rows_min"]:
        return [Reason(code="rows_below_expected", params={"rows": counts.read, "expected": duty["expected_rows_min"]})]
    if counts.read > duty["expected_rows_max"]:
        return [Reason(code="rows_above_expected", params={"rows": counts.read, "expected": duty["expected_rows_max"]})]
    return []


def _by_share(counts: Counts, duty: Mapping[str, Any]) -> list[Reason]:
    share, target = quality_share_pct(counts), duty["quality_target_pct"]
    if share >= target:
        return []
    return [Reason(code="quality_below_target", params={"quality_pct": round(share, 2), "target_pct": target})]
