"""How a receipt stands, in a word and in a headline: shared by the page and the terminal."""

from typing import Literal

from jobs.reports.receipt_model import Language, Receipt
from jobs.reports.sentences import phrase

Tone = Literal["good", "partly", "held", "refused", "neutral"]


def tone(receipt: Receipt) -> Tone:
    """What colour the receipt has."""
    if receipt.state == "published":
        return "partly" if receipt.counts and receipt.counts.quarantined else "good"
    if receipt.state in ("held", "refused"):
        return receipt.state
    if receipt.state == "test_ok":
        return "good"
    return "neutral"


def headline(receipt: Receipt, language: Language) -> str:
    """The outcome in one line."""
    name = "published_partly" if tone(receipt) == "partly" else str(receipt.state)
    if receipt.is_check and receipt.state in ("published", "held", "refused"):
        name = f"check_{name}"
    return phrase("headlines", name, receipt.counts.model_dump() if receipt.counts else {}, language)
