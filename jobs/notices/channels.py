"""The two ways out: a mail server and a webhook. Each call tries a few times, then says that the channel is down."""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from jobs.errors import NoticeFailed
from jobs.settings import NoticeSettings, Settings
from jobs.storage.secrets import has_secret, secret

MAIL, WEBHOOK = "mail", "webhook"
SMTP_SECRET, WEBHOOK_SECRET = "notices-smtp", "notices-webhook"
LONGEST_PAUSE_SECONDS = 10
TRY_AGAIN = (408, 425, 429)


def channels(settings: Settings) -> tuple[str, ...]:
    """The channels that are configured."""
    notices = settings.notices
    return tuple(name for name, is_set in ((MAIL, notices.smtp_host), (WEBHOOK, notices.webhook_url)) if is_set)


def send_mail(settings: Settings, message: EmailMessage) -> bool:
    """Whether the server took the message; False if it refuses this recipient for good.

    Raises: NoticeFailed, if the server cannot be reached or refuses us.
    """
    try:
        _repeated(settings.notices, lambda: _submit(settings, message))
    except smtplib.SMTPRecipientsRefused:
        return False
    except (OSError, smtplib.SMTPException) as error:
        notices = settings.notices
        raise _down(f"mail server {notices.smtp_host}:{notices.smtp_port}", error) from error
    return True


def post(settings: Settings, payload: Mapping[str, Any]) -> None:
    """Hand the payload to the webhook. Raises: NoticeFailed, if it cannot be reached or answers anything but 2xx."""
    try:
        _repeated(settings.notices, lambda: _post(settings, json.dumps(payload, ensure_ascii=False).encode()))
    except OSError as error:
        raise _down("the webhook", error) from error


def _repeated(notices: NoticeSettings, call: Callable[[], None]) -> None:
    retrying = Retrying(
        stop=stop_after_attempt(notices.attempts),
        wait=wait_exponential(multiplier=notices.pause_seconds, max=LONGEST_PAUSE_SECONDS),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )
    retrying(call)


def _may_pass(error: BaseException) -> bool:
    """Whether trying again may help."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code >= 500 or error.code in TRY_AGAIN
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code < 500 for code, _ in error.recipients.values())
    return isinstance(error, OSError)


def _submit(settings: Settings, message: EmailMessage) -> None:
    notices = settings.notices
    with smtplib.SMTP(notices.smtp_host or "", notices.smtp_port, timeout=notices.timeout_seconds) as server:
        if notices.starttls:
            server.starttls(context=ssl.create_default_context())
        if notices.user:
            server.login(notices.user, _password(settings))
        server.send_message(message)


def _password(settings: Settings) -> str:
    if not has_secret(settings, SMTP_SECRET):
        raise NoticeFailed(
            f"notices.user is set, but {settings.secrets_dir / SMTP_SECRET} is not there. No mail was sent. "
            "Write its password into that file."
        )
    return secret(settings, SMTP_SECRET)


def _post(settings: Settings, body: bytes) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if has_secret(settings, WEBHOOK_SECRET):
        headers["Authorization"] = f"Bearer {secret(settings, WEBHOOK_SECRET)}"
    request = urllib.request.Request(settings.notices.webhook_url or "", body, headers, method="POST")  # noqa: S310 (settings allow http and https)
    with urllib.request.urlopen(request, timeout=settings.notices.timeout_seconds):  # noqa: S310 (as above)
        pass


def _down(what: str, error: Exception) -> NoticeFailed:
    # The address of a webhook often carries its key, so only the kind of error is told.
    said = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
    return NoticeFailed(f"{what}: not to be had after all attempts ({said}). Who was not told is told by the next `haihe report`.")
