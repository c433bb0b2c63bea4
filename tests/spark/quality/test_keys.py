from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.quality.keys import doubled_keys
from jobs.quality.masks import compile_masks
from jobs.quality.rules import Rule

Frames = Callable[..., DataFrame]


def found(frame: DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in doubled_keys(frame, columns).collect()), key=str)


def test_a_key_is_doubled_within_its_batch_alone(frame: Frames) -> None:
    rows = frame(("b1", 1, False, "x", 1), ("b1", 2, False, "x", 2), ("b1", 3, False, "y", 1), ("b2", 1, False, "y", 1))
    assert found(rows, "k") == [("b1", "x")]


def test_a_null_is_no_key_but_a_key_of_several_columns_may_hold_one(frame: Frames) -> None:
    rows = frame(*[("b", row, False, None, 1) for row in (1, 2)], *[("b", row, False, None, None) for row in (3, 4)])
    assert found(rows, "k") == []
    assert found(rows, "k", "n") == [("b", None, 1)]


def test_a_malformed_row_doubles_nothing(frame: Frames) -> None:
    assert found(frame(("b", 1, False, "x", 1), ("b", 2, True, "x", 1)), "k") == []


def test_a_row_condition_says_among_which_rows_a_key_must_be_unique(frame: Frames, rule: Callable[..., Rule]) -> None:
    rows = frame(("b", 1, False, "x", 1), ("b", 2, False, "x", 9), ("b", 3, False, "y", 9), ("b", 4, False, "y", 9))
    unique = rule("key", "expect_column_values_to_be_unique", method="key", column="k", row_condition="n > 5", condition_parser="spark")
    (key,) = compile_masks(rows, [unique]).keys
    assert [tuple(row) for row in doubled_keys(rows, key.columns, key.within).collect()] == [("b", "y")]
    assert rows.where(key.within & F.lit(True)).count() == 3
