"""The collection board as pages without script or external assets: an overview and a page a provider, in Chinese and in English."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from jobs.reports.board_model import LISTED_PERIODS, STATES, Board, Cell, Documented, ProviderLine
from jobs.reports.plain_text import visible
from jobs.reports.receipt_model import Language
from jobs.reports.sentences import LANGUAGES, sentence

# China has had one zone and no summer time since 1992.
BEIJING = timezone(timedelta(hours=8))
KINDS = ("department", "district", "agency", "ministry", "national_system")
LISTED = 7
INDEXED = 1000
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
MARKS = {"never": "✕", "refused": "↩", "held": "!", "late": "◷", "pending": "…", "came": "✓", "awaited": "·"}


def render_board(board: Board) -> dict[str, str]:
    """Key in the docs bucket -> page, of all pages in every language."""
    pages = {}
    for language in LANGUAGES:
        pages[overview_key(language)] = _rendered("board.html.j2", language, board, root="..")
        for line in board.providers:
            pages[provider_key(line.provider_id, language)] = _rendered("board_provider.html.j2", language, board, root="../..", line=line)
    return pages


def render_index(board: Board, documented: Sequence[Documented]) -> dict[str, str]:
    """The index of the Data Docs in every language: the newest of them, by the thousand at most."""
    shown = documented[:INDEXED]
    return {
        f"data-docs/index{_suffix(language)}.html": _rendered("data_docs.html.j2", language, board, root="..", documented=shown)
        for language in LANGUAGES
    }


def overview_key(language: Language) -> str:
    """Where the overview stands."""
    return f"board/index{_suffix(language)}.html"


def provider_key(provider: str, language: Language) -> str:
    """Where a provider's page stands."""
    return f"board/providers/{provider}{_suffix(language)}.html"


@cache
def board_texts(language: Language) -> dict[str, Any]:
    """Every word of the board in that language."""
    source = files("jobs.reports").joinpath("texts", "board", f"{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(source)
    return loaded


def _rendered(
    template: str, language: Language, board: Board, *, root: str, line: ProviderLine | None = None, documented: Sequence[Documented] = ()
) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            board=board,
            line=line,
            documented=documented,
            indexed=INDEXED,
            root=root,
            language=language,
            suffix=_suffix(language),
            other=_suffix("en" if language == "zh" else "zh"),
            say=_sayer(language),
            why=lambda cell: "; ".join(sentence(code, {}, language) for code in cell.reasons),
            named=lambda provider_id, name: name if language == "zh" else provider_id,
            titled=lambda resource, title: title if language == "zh" else resource,
            kinds=KINDS,
            states=STATES,
            marks=MARKS,
            listed=LISTED,
            listed_periods=LISTED_PERIODS,
            peak=max((day.came for day in board.days), default=0),
        )
    )


def _sayer(language: Language) -> Callable[..., str]:
    def say(name: str, *within: str, **params: object) -> str:
        text = board_texts(language)[name]
        for key in within:
            text = text.get(key, key) if isinstance(text, Mapping) else text
        return str(text).format(**{key: visible(str(value)) for key, value in params.items()})

    return say


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("jobs.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        visible=visible, beijing=_beijing, grouped=_grouped, sized=_sized, receipt=_receipt, percent=_percent, brief=_brief
    )
    return environment


def _suffix(language: Language) -> str:
    return "" if language == "zh" else f".{language}"


def _beijing(moment: datetime) -> str:
    """A moment without a zone is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _brief(period: str) -> str:
    """A day without its year; any other period whole."""
    return visible(period[5:] if len(period) == len("2021-03-05") else period)


def _grouped(number: int) -> str:
    return f"{number:,}"


def _percent(part: int, whole: int) -> str:
    """Rounded down to a hundredth: what is not whole never reads as 100."""
    return f"{part * 10_000 // whole / 100:.2f}%"


def _sized(number: int) -> str:
    size, unit = float(number), UNITS[0]
    for unit in UNITS:
        if size < 1024 or unit == UNITS[-1]:
            break
        size /= 1024
    return f"{number} B" if unit == UNITS[0] else f"{size:.1f} {unit}"


def _receipt(cell: Cell, root: str) -> str:
    return f"{root}/receipts/{cell.provider}/{cell.receipt}/receipt.html"
