"""Sending: whoever was not told yet is told, by each channel on its own, and marked. Told at least once; not again by the next run.

A mark is written after the message was taken, so a crash between the two repeats one message rather than losing it.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jobs.collect.pipeline import Pipeline
from jobs.collect.standing import Standing
from jobs.errors import NoticeFailed
from jobs.notices.channels import MAIL, WEBHOOK, channels, post, send_mail
from jobs.notices.event import Event, events_of, overdue_folder
from jobs.notices.message import mail, payload

log = logging.getLogger(__name__)
NOTICES = "notices/"
# Events a webhook is given at once.
POSTED = 200


@dataclass(frozen=True)
class Sent:
    """Events told by each channel in this run, and what is wrong with the channels that could not tell all."""

    told: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


def send_notices(pipeline: Pipeline, standing: Standing) -> Sent:
    """Tell everybody what they were not told yet; the channels do not wait for each other, and one that is down stops none."""
    names = channels(pipeline.settings)
    if not names:
        return Sent()
    events, marks = events_of(pipeline, standing), frozenset(pipeline.control.keys(NOTICES))
    ways: Mapping[str, Callable[[], int]] = {
        MAIL: lambda: _mail_all(pipeline, standing, events, marks),
        WEBHOOK: lambda: _post_all(pipeline, standing, events, marks),
    }
    told, failed = {}, {}
    with ThreadPoolExecutor(len(ways)) as pool:
        running = {name: pool.submit(ways[name]) for name in names}
    for name, future in running.items():
        try:
            told[name] = future.result()
        except NoticeFailed as error:
            failed[name] = str(error)
            log.warning("notices_down channel=%s error=%s", name, error)
    return Sent(told, failed)


def told_of(pipeline: Pipeline, standing: Standing) -> dict[str, tuple[str, ...]]:
    """`<provider>/<resource>/<period>` of each overdue period -> the channels by which somebody was told."""
    marks = pipeline.control.keys(f"{NOTICES}overdue/")
    by_folder: dict[str, set[str]] = defaultdict(set)
    for key in marks:
        folder, name = key.rsplit("/", 1)
        by_folder[f"{folder}/"].add(name.removesuffix(".json").split("-")[0])
    folders = {f"{cell.provider}/{cell.resource}/{cell.period}": overdue_folder(pipeline, cell, standing) for cell in standing.overdue}
    return {name: tuple(sorted(by_folder[folder])) for name, folder in folders.items() if folder in by_folder}


def _mail_all(pipeline: Pipeline, standing: Standing, events: Sequence[Event], marks: frozenset[str]) -> int:
    """Events that at least one person was mailed about; each person gets one message with all that is new to them."""
    settings = pipeline.settings
    desk = [address.strip() for address in settings.notices.desk.split(",") if address.strip()]
    new: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        for address in sorted({*event.emails, *desk}):
            if _mail_mark(event, address) not in marks:
                new[address].append(event)
    told: set[str] = set()
    for address, own in sorted(new.items()):
        if not send_mail(settings, mail(own, settings.notices.sender, address, settings.centre)):
            log.warning("notices_refused address=%s events=%d", address, len(own))
            continue
        _mark(pipeline, standing, MAIL, address, [_mail_mark(event, address) for event in own])
        told.update(event.folder for event in own)
    return len(told)


def _post_all(pipeline: Pipeline, standing: Standing, events: Sequence[Event], marks: frozenset[str]) -> int:
    new = [event for event in events if f"{event.folder}{WEBHOOK}.json" not in marks]
    for first in range(0, len(new), POSTED):
        some = new[first : first + POSTED]
        post(pipeline.settings, payload(some))
        # The rest of the address may hold a key.
        host = urlsplit(pipeline.settings.notices.webhook_url or "").hostname or ""
        _mark(pipeline, standing, WEBHOOK, host, [f"{event.folder}{WEBHOOK}.json" for event in some])
    return len(new)


def _mail_mark(event: Event, address: str) -> str:
    return f"{event.folder}{MAIL}-{hashlib.sha256(address.encode()).hexdigest()[:12]}.json"


def _mark(pipeline: Pipeline, standing: Standing, channel: str, to: str, keys: Sequence[str]) -> None:
    record = {"channel": channel, "to": to, "at": standing.now.isoformat()}
    for key in keys:
        pipeline.control.create(key, record)
