"""A validation result as Great Expectations' own page, made to stand alone: no script, nothing fetched from another host."""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

# Registers the types that results name.
from jobs.quality import expectations as _own  # noqa: F401

# Great Expectations' page loads its style from six hosts, which a government network does not reach, and a dated logo from a seventh.
# With them go the scripts, the filter that needs them, the invitation to a newsletter, and the bar with links to pages never written.
_FOREIGN = re.compile(r"<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>|<img\b[^>]*>|<footer\b.*?</footer>", re.DOTALL)
_NAVIGATION = re.compile(r"<nav class=\"navbar.*?</nav>\s*</div>\s*</nav>", re.DOTALL)
_ACTIONS = re.compile(
    r"<div class=\"card mb-3\">\s*<div class=\"card-header p-2\">\s*<strong>Actions</strong>.*?</label>(?:\s*</div>){5}", re.DOTALL
)
_LINK = re.compile(r"<a\b[^>]*href=\"(?!#)[^\"]*\"[^>]*>(.*?)</a>", re.DOTALL)
_LEAD = re.compile(r"<p class=\"lead\">.*?</p>", re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
# What a result's `meta` says of its batch or drop.
TITLE = ("suite_name", "provider", "period", "batch_id", "drop_id")


def validation_page(result: Mapping[str, Any]) -> str:
    """The HTML page of one `validation_result` or header result; it holds numbers and rules, no value of any row."""
    loaded = expectationSuiteValidationResultSchema.load(dict(result))
    page = ValidationResultsPageRenderer().render(loaded)
    html: str = _view().render(page)
    return _alone(html, " · ".join(str(_said(result)[name]) for name in TITLE if _said(result).get(name)))


@cache
def _view() -> Any:
    """One for all pages: it compiles its templates, which costs more than a page does."""
    return DefaultJinjaPageView()


def _said(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"suite_name": result.get("suite_name"), **result["meta"]}


def _alone(html: str, title: str) -> str:
    style = files("jobs.quality").joinpath("data_docs.css").read_text(encoding="utf-8")
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    bare = _LINK.sub(r"\1", _FOREIGN.sub("", _ACTIONS.sub("", _NAVIGATION.sub("", html))))
    head = f"{policy}<title>{escape(title)}</title><style>\n{style}</style>\n</head>"
    return _LEAD.sub(lambda _: f'<p class="lead">{escape(title)}</p>', _TITLE.sub("", bare).replace("</head>", head, 1), count=1)
