"""`receipt.html`: one page without script or external assets, whose first screen answers what a clerk asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from jobs.reports.plain_text import visible
from jobs.reports.receipt_model import ErrorLine, Language, Receipt, Text
from jobs.reports.sentences import phrase
from jobs.reports.standing import headline, tone

ERRORS_SHOWN = 200
# China has had one zone and no summer time since 1992.
BEIJING = timezone(timedelta(hours=8))


def render_html(receipt: Receipt, errors: Sequence[ErrorLine], language: Language) -> str:
    """The page in `language`; of `errors` it shows the first 200."""

    def label(name: str, **params: object) -> str:
        return phrase("labels", name, params, language)

    def term(name: str) -> str:
        return phrase("terms", name, {}, language)

    def told(text: Text) -> str:
        return visible(text.of(language))

    return (
        _environment()
        .get_template("receipt.html.j2")
        .render(
            receipt=receipt,
            errors=errors[:ERRORS_SHOWN],
            rules=sorted(receipt.rule_summary, key=lambda rule: (not rule.is_rule_error, rule.is_met is not False, -rule.failing_rows)),
            language=language,
            tone=tone(receipt),
            headline=headline(receipt, language),
            error_note=_error_note(receipt, len(errors), language),
            label=label,
            term=term,
            told=told,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("jobs.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(visible=visible, beijing=beijing, grouped=grouped)
    return environment


def beijing(moment: datetime) -> str:
    """The moment on the city's clocks, to the minute."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def grouped(number: int) -> str:
    """The number with its thousands parted."""
    return f"{number:,}"


def _error_note(receipt: Receipt, given: int, language: Language) -> str:
    total = max(receipt.errors.total, given)
    shown = min(given, ERRORS_SHOWN)
    name = "error_list_part" if shown < total else "error_list_all"
    if receipt.errors.is_truncated:
        name = "error_list_truncated"
    return phrase("labels", name, {"total": total, "shown": shown, "listed": receipt.errors.listed}, language)
