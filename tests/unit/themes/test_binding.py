"""A theme's values in its statements: as literals, and only where a parameter stands."""

from datetime import date
from decimal import Decimal

import pytest

from jobs.catalogue.cells import Cell, CellType
from jobs.themes.statements import bound


def test_a_name_in_a_text_a_comment_or_a_cast_is_no_parameter() -> None:
    sql = "SELECT ':day', '’it''s :day', x::day, -- :day's\n/* :day */ :day, :days"
    assert bound(sql, {"day": 1, "days": 7}) == "SELECT ':day', '’it''s :day', x::day, -- :day's\n/* :day */ (1L), (7L)"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (date(2021, 2, 12), "DATE'2021-02-12'"),
        (Decimal("0.50"), "(0.50BD)"),
        (-30, "(-30L)"),
        ("津'\\", "'津\\'\\\\'"),
    ],
)
def test_a_value_becomes_a_literal_of_its_type(value: Cell, literal: str) -> None:
    assert bound("-:x", {"x": value}) == f"-{literal}"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("integer", "1.5"),
        ("number(5, 2)", "1.005"),
        ("number(5, 2)", "1000"),
        ("boolean", "yes"),
        ("date", "2021-02-30"),
        ("timestamp", "x"),
    ],
)
def test_a_cell_that_its_type_cannot_hold_is_refused_and_never_rounded(words: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"is no"):
        CellType.of_words(words).parse(text)
    assert CellType.of_words(words).parse("") is None
