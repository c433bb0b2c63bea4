"""docs/validation.md tells of every expectation type, in the way in which it is judged."""

import re
from pathlib import Path

from jobs.catalogue.judged import BY_GX, BY_HEADER, BY_KEY, BY_MASK, NOT_ON_SPARK

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
WAYS = {
    "masks": BY_MASK,
    "keys": BY_KEY,
    "the header": BY_HEADER,
    "Great Expectations itself": BY_GX,
    "not on Spark": frozenset(NOT_ON_SPARK),
}


def _told() -> dict[str, set[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| **")]
    return {cells[0].strip("* "): set(re.findall(r"`(\w+)`", cells[-1])) for cells in rows}


def test_the_table_of_ways_names_every_type_under_its_own() -> None:
    assert _told() == {way: {type_.removeprefix("expect_") for type_ in types} for way, types in WAYS.items()}


def test_every_link_leads_somewhere() -> None:
    for page in ("validation.md", "compared.md"):
        links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "docs" / page).read_text(encoding="utf-8"))
        assert [link for link in links if not link.startswith("http") and not (ROOT / "docs" / link).exists()] == []
