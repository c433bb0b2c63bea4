"""A notice in words: one short plain text for a person with everything that is new to them, and the same as JSON for a machine."""

from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from jobs.catalogue.due import CUTOFF_ZONE
from jobs.notices.event import Event, What
from jobs.reports.plain_text import shortened, visible
from jobs.reports.sentences import sentence
from jobs.settings import CentreSettings

KINDS: tuple[What, ...] = ("overdue", "held", "refused")
# A person reads so many; the rest is on the board.
LISTED = 20
LONGEST = 80


def mail(events: Sequence[Event], sender: str, recipient: str, centre: CentreSettings) -> EmailMessage:
    """The message about these events, without any value of a row."""
    message = EmailMessage()
    message["Subject"] = _text("subject").format(counts=_counts(events))
    message["From"], message["To"] = sender, recipient
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body(events, centre))
    return message


def body(events: Sequence[Event], centre: CentreSettings) -> str:
    """What happened, until when, why, whom to call and where the receipt is; at most so many events are listed."""
    shown = sorted(events, key=lambda event: KINDS.index(event.what))[:LISTED]
    parts = [_paragraph(kind, [event for event in shown if event.what == kind]) for kind in KINDS]
    rest = [_text("more").format(number=len(events) - len(shown))] if len(events) > len(shown) else []
    return "\n\n".join([*filter(None, parts), *rest, _text("desk").format(**centre.model_dump())]) + "\n"


def payload(events: Sequence[Event]) -> dict[str, Any]:
    """The events as the webhook is given them; without addresses."""
    return {"events": [event.model_dump(mode="json", exclude={"emails", "contact"}) for event in events]}


def _paragraph(kind: What, events: Sequence[Event]) -> str:
    if not events:
        return ""
    return "\n".join([f"【{_text('headings')[kind]}】", *(line for event in events for line in _lines(event))])


def _lines(event: Event) -> list[str]:
    said = _text(event.what).format(
        provider=_plain(event.provider_name),
        title=_plain(event.title or _text("unplaced")),
        period=_plain(event.period or ""),
        at=event.at.astimezone(CUTOFF_ZONE).strftime("%Y-%m-%d %H:%M"),
    )
    reasons = "；".join(sentence(code, {}, "zh") for code in event.reasons)
    given = {"reason": reasons, "contact": event.contact, "receipt": event.receipt}
    keys = {"reason": "reasons", "contact": "contact", "receipt": "receipt"}
    return [f"· {said}", *(f"  {_text(name).format(**{keys[name]: value})}" for name, value in given.items() if value)]


def _counts(events: Sequence[Event]) -> str:
    numbers = Counter(event.what for event in events)
    said = (_text("counts")[kind].format(number=numbers[kind]) for kind in KINDS if numbers[kind])
    return str(_text("joint")).join(said)


def _plain(text: str) -> str:
    return shortened(visible(text), LONGEST)


def _text(name: str) -> Any:
    return _texts()[name]


@cache
def _texts() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("jobs.notices").joinpath("texts.yaml").read_text(encoding="utf-8"))
    return loaded
