"""Validation results in control, and where each one's Data Doc stands. A result is named by its batch and revision, or by its drop."""

from collections.abc import Mapping
from typing import Any

from jobs.lake.control import Control
from jobs.quality.result_store import keep_result

UNDOCUMENTED, DATA_DOCS = "undocumented/", "data-docs/"


def batch_result(resource: str, batch_id: str, revision: int) -> str:
    """Name of a batch's result at a revision."""
    return f"{resource}/{batch_id}/{revision:04d}"


def header_result(drop_id: str) -> str:
    """Name of the result on a drop's header."""
    return f"_headers/{drop_id}"


def store_result(control: Control, name: str, result: Mapping[str, Any]) -> None:
    """Write the result down, once, and before it that its Data Doc is to be made: `haihe report` then need not look for it."""
    control.create(f"{UNDOCUMENTED}{name}.json", {})
    keep_result(control, name, result)


def result_names(keys: list[str], folder: str) -> list[str]:
    """Names of the results behind keys of that folder."""
    return [key.removeprefix(folder).removesuffix(".json") for key in keys]


def data_doc_key(name: str) -> str:
    """Where the page of the result of that name stands in the docs bucket."""
    return f"{DATA_DOCS}{name}.html"
