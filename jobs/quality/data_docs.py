"""A validation result as Great Expectations' own page."""

from collections.abc import Mapping
from typing import Any

from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

# Registers the types that results name.
from jobs.quality import expectations as _own  # noqa: F401


def validation_page(result: Mapping[str, Any]) -> str:
    """The HTML page of one `validation_result` or header result; it holds numbers and rules, no value of any row."""
    loaded = expectationSuiteValidationResultSchema.load(dict(result))
    page = ValidationResultsPageRenderer().render(loaded)
    html: str = DefaultJinjaPageView().render(page)  # type: ignore[no-untyped-call]
    return html
