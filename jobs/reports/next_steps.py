"""What the clerk does next, from the receipt's own facts."""

from jobs.reports.receipt_model import Receipt, Text
from jobs.reports.sentences import phrase

# Held for our own fault: the clerk has nothing to mend and nobody to convince.
OURS = frozenset({"rule_error", "pass_failed"})
# Told whatever came of the batch; no reason for its state.
TOLD = frozenset({"columns_cut", "report_failed"})
RESEND_REFUSED = frozenset({"resend_unknown_batch", "resend_row_not_quarantined"})


def with_next_steps(receipt: Receipt) -> Receipt:
    """`receipt` with the steps that follow from its state, counts, reasons and links."""
    params = {
        "place": f"{receipt.resource.id}/{receipt.period}/" if receipt.resource and receipt.period else None,
        "batch_id": receipt.batch_id,
        "errors": receipt.links.errors,
        "resend": receipt.links.resend,
    }
    steps = tuple(Text(zh=phrase("steps", name, params, "zh"), en=phrase("steps", name, params, "en")) for name in _names(receipt))
    return receipt.model_copy(update={"next_steps": steps})


def _names(receipt: Receipt) -> tuple[str, ...]:
    if receipt.is_check:
        return ("check_good",) if receipt.state == "published" and not _has_rows_to_mend(receipt) else ("check_then_drop",)
    if receipt.state == "published":
        return _published(receipt)
    if receipt.state == "held":
        return _held(receipt)
    if receipt.state == "refused":
        return _refused(receipt)
    return {"awaiting_manifest": ("drop_manifest",), "read_again": ("wait_reading",), "test_ok": ("test_done",)}.get(
        receipt.state, ("nothing",)
    )


def _published(receipt: Receipt) -> tuple[str, ...]:
    if _has_rows_to_mend(receipt):
        return _mend(receipt)
    return ("read_warnings",) if receipt.counts and receipt.counts.warned else ("nothing",)


def _held(receipt: Receipt) -> tuple[str, ...]:
    codes = {reason.code for reason in receipt.reasons} - TOLD
    if codes <= OURS:
        return ("held_wait",)
    if "quality_below_target" in codes and receipt.links.resend:
        return (*_mend(receipt), "held_call")
    return ("held_wait", "held_call")


def _refused(receipt: Receipt) -> tuple[str, ...]:
    codes = {reason.code for reason in receipt.reasons}
    return ("mend_resend", "drop_resend") if codes & RESEND_REFUSED else ("mend_file", "drop_again")


def _mend(receipt: Receipt) -> tuple[str, ...]:
    return ("mend_resend", "numbers_as_text", "drop_resend") if receipt.links.resend else ("open_errors",)


def _has_rows_to_mend(receipt: Receipt) -> bool:
    return bool(receipt.counts and receipt.counts.quarantined)
