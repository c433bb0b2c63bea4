"""Rules that raise on rows: found, named without a value, and left out while every other bit stays where it was."""

import logging

from pyspark.logger import PySparkLogger
from pyspark.sql import functions as F

from jobs.quality.broken import MOVED, placed, rules_that_raise, without
from jobs.quality.masks import compile_masks
from tests.spark.quality.test_masks import BETWEEN, EXPRESSION, Frames, Rules, failing


def test_a_rule_found_broken_by_the_rows_is_named_without_a_value_and_can_be_left_out(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "a", 1), ("b", 2, False, "secret", 2**62))
    guarded = "case when n > 100 then cast(k as int) = 1 else true end"
    rules = [rule("late", EXPRESSION, column_list=["n", "k"], expression=guarded), rule("n.maximum", BETWEEN, column="n", max_value=9)]
    masks = compile_masks(rows, rules)
    broken = rules_that_raise(rows, masks, {})
    assert broken == {"late": "raises CAST_INVALID_INPUT on rows of this pass"}
    again = without(masks, broken)
    assert [fault.cause for fault in again.errors] == ["raises CAST_INVALID_INPUT on rows of this pass"]
    assert again.layout.flags == masks.layout.flags
    assert failing(rows, again) == [(), ("n.maximum",)]


def test_a_condition_that_raises_breaks_every_rule_that_looks_there_and_no_other(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "5", 50), ("b", 2, False, "secret", 60), ("b", 3, True, None, None))
    where = {"row_condition": "n > 55 and cast(k as int) = 1", "condition_parser": "spark"}
    rules = [
        rule("n.minimum", BETWEEN, column="n", min_value=1, **where),
        rule("k.doubled", "expect_column_values_to_be_unique", method="key", column="k", **where),
        rule("n.maximum", BETWEEN, column="n", max_value=55),
    ]
    masks = compile_masks(rows.limit(0), rules)
    assert masks.errors == ()
    broken = rules_that_raise(rows, masks, {"k.doubled": F.lit(False)})
    assert broken == dict.fromkeys(("n.minimum", "k.doubled"), "raises CAST_INVALID_INPUT on rows of this pass")
    left = without(masks, broken)
    assert (left.keys, left.awaited) == ((), ())
    assert failing(rows, left) == [(), ("n.maximum",), ("malformed",)]


def test_a_java_exception_that_spark_has_no_name_for_is_told_by_its_class(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "secret", 50))
    guarded = "case when n > 9 then length(format_string('%d', k)) > 0 else true end"
    masks = compile_masks(rows, [rule("late", EXPRESSION, column_list=["n", "k"], expression=guarded)])
    assert rules_that_raise(rows, masks, {}) == {"late": "raises IllegalFormatConversionException on rows of this pass"}


def test_a_judgement_begun_by_another_version_is_finished_at_its_bits(frame: Frames, rule: Rules) -> None:
    rows = frame(("b", 1, False, "a", 50), ("b", 2, False, None, 5))
    required = rule("k.required", "expect_column_values_to_not_be_null", column="k")
    maximum, minimum = rule("n.maximum", BETWEEN, column="n", max_value=9), rule("n.minimum", BETWEEN, column="n", min_value=9)
    begun = compile_masks(rows, [minimum, maximum, required]).layout
    now, moved = placed(compile_masks(rows, [required, maximum]), begun)
    assert moved == {"n.minimum": MOVED}
    left = without(now, moved)
    assert left.layout.flags == begun.flags
    assert [fault.rule.rule_id for fault in left.errors] == ["n.minimum"]
    assert failing(rows, left) == [("n.maximum",), ("k.required",)]


def test_what_a_rule_may_quote_does_not_reach_the_log(frame: Frames, rule: Rules) -> None:
    heard: list[logging.LogRecord] = []
    ear = logging.Handler()
    ear.emit = heard.append  # type: ignore[method-assign]
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).addHandler(ear)
    rows = frame(("b", 1, False, "secret", 1))
    guarded = rule("late", EXPRESSION, column_list=["n", "k"], expression="case when n > 0 then cast(k as int) = 1 else true end")
    bare = rule("bare", EXPRESSION, column_list=["n", "k"], expression="cast(k as int) = 1")
    assert set(rules_that_raise(rows, compile_masks(rows, [guarded, bare]), {})) == {"late"}
    assert heard == []
