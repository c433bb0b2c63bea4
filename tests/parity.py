"""Masks against plain Great Expectations on adversarial frames: every number of every result must be the same.

`python -m tests.parity --seed N --cases M` runs M cases of every expectation type and prints what differs.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import _parse_datatype_string

from jobs.catalogue.judged import BY_KEY, BY_MASK
from jobs.quality.conditions import RESULT_FORMAT, metric_configurations
from jobs.quality.engines import BATCH_ID, SparkDFExecutionEngine, expectation_of, quietly, validator
from jobs.quality.keys import BATCH, doubled_keys
from jobs.quality.masks import KeyRule, Masks, compile_masks
from jobs.quality.result import validation_result
from jobs.quality.rules import Rule
from jobs.quality.verdict import counts_of

SCHEMA = (
    "_batch_id string, _part string, _row bigint, _is_malformed boolean, _provider string, _received_date date, "
    "s string, t string, n bigint, m bigint, x double, c decimal(20,4), d date, e date, d__text string, at timestamp, b boolean"
)
# The example of GB 32100-2015 with a right and a wrong last character; a card number of the Luhn pages; the GB 11643 example.
CODES = ["91350100M000100Y43", "91350100M000100Y44", "4111111111111111", "4111111111111112", "11010519491231002X", "110105194912310021"]
TEXTS = [
    *[None] * 4, "", " ", "a", "A", "ab", "AB", "O'Brien", '"q"', "\\", "a,b", "x\ny", "%", "天津市", "河東區",
    "𠮷野家", "😀", "1", "01", "1.0", "13800138000", "电话13800138000请回电", "证件11010519491231002X。", "卡4111111111111111",
    "D2143569-X", "D21435690", *CODES,
]  # fmt: skip
NUMBERS = [None, None, 0, 1, 1, 2, 5, -1, 7, 100, 9_007_199_254_740_993, -(2**63), 2**63 - 1]
SMALL = [None, None, 0, 1, 1, 2, 5, -1, 7, 100]
FLOATS = [None, float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 0.1, 1.5, -3.0, 1e300]
DECIMALS = [None, Decimal("0"), Decimal("0.0001"), Decimal("0.1"), Decimal("-5"), Decimal("1234567890123456.7891")]
DATES = [
    None,
    None,
    date(1, 1, 1),
    date(1969, 12, 31),
    date(2021, 2, 8),
    date(2021, 2, 10),
    date(2021, 2, 18),
    date(2021, 3, 1),
    date(9999, 12, 31),
]
TIMES = [None, datetime(1900, 1, 1, tzinfo=UTC), datetime(2021, 2, 8, 16, tzinfo=UTC), datetime(2021, 2, 9, tzinfo=UTC)]
CONDITIONS: list[dict[str, Any]] = [
    {}, {}, {},
    {"row_condition": {"type": "comparison", "column": {"name": "s"}, "operator": "==", "parameter": "O'Brien"}},
    {"row_condition": {"type": "comparison", "column": {"name": "n"}, "operator": ">=", "parameter": 1}},
    {"row_condition": {"type": "comparison", "column": {"name": "t"}, "operator": "IN", "parameter": ["天津市", "a", "😀"]}},
    {"row_condition": {"type": "nullity", "column": {"name": "t"}, "is_null": True}},
    {"row_condition": {"type": "or", "conditions": [
        {"type": "nullity", "column": {"name": "n"}, "is_null": False},
        {"type": "comparison", "column": {"name": "t"}, "operator": "!=", "parameter": "a"},
    ]}},
    {"row_condition": "n > m OR t IS NULL", "condition_parser": "spark"},
    {"row_condition": "s LIKE '%a%' AND NOT b", "condition_parser": "spark"},
    {"row_condition": 'col("n") > 0', "condition_parser": "great_expectations"},
    {"row_condition": 'col("t").notnull()', "condition_parser": "great_expectations"},
]  # fmt: skip
PAIR_IGNORES = ["both_values_are_missing", "either_value_is_missing", "neither"]
LIST_IGNORES = ["all_values_are_missing", "any_value_is_missing", "never"]
VALUES = ".unexpected_values"
BATCHES = ("mixed", "other", "one", "nulls", "empty")
EXPRESSIONS = [
    ("n >= m", ["n", "m"]),
    ("s IS NULL OR length(t) > 1", ["s", "t"]),
    ("try_divide(n, m) > 1", ["n", "m"]),
    ("d <= e OR b", ["d", "e", "b"]),
]


@dataclass(frozen=True)
class Difference:
    """A result that is not plain Great Expectations'."""

    batch: str
    rule: Rule
    plain: Mapping[str, Any]
    masks: Mapping[str, Any]


def differences(spark: SparkSession, seed: int, cases: int) -> tuple[list[Difference], int]:
    """What differs among `cases` rules of every type on every batch, judged in one pass, and how many results were compared."""
    dice = random.Random(seed)  # noqa: S311 (a seeded test)
    rules = list(generated_rules(dice, cases))
    rows = [row for batch in BATCHES for row in generated_rows(dice, batch)]
    frame = local_frame(spark, rows)
    masks = compile_masks(frame.limit(0), rules)
    if masks.errors:
        raise AssertionError([(fault.rule.kwargs, fault.cause) for fault in masks.errors])
    judged = mask_results(frame, masks)
    found, compared = [], 0
    for batch in BATCHES:
        own = local_frame(spark, [row for row in rows if row[0] == batch and not row[3]])
        for rule_id, plain in plain_results(own, rules).items():
            compared += 1
            if plain != judged[batch][rule_id]:
                rule = next(rule for rule in rules if rule.rule_id == rule_id)
                found.append(Difference(batch, rule, plain, judged[batch][rule_id]))
    return found, compared


def local_frame(spark: SparkSession, rows: Sequence[tuple[Any, ...]]) -> DataFrame:
    """A frame held by the driver: filters and limits on it are folded into the plan, so that plain Great Expectations runs fewer jobs."""
    schema = _parse_datatype_string(SCHEMA)
    columns = zip(*rows, strict=True) if rows else [()] * len(schema.fields)
    arrays = [
        pa.array(column, type=to_arrow_type(field.dataType, timezone="UTC")) for column, field in zip(columns, schema.fields, strict=True)
    ]
    return spark.createDataFrame(pa.Table.from_arrays(arrays, names=schema.names))


@contextmanager
def interpreted(spark: SparkSession) -> Iterator[None]:
    """Without code generation, which costs more than a frame of a few rows."""
    settings = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    before = {name: spark.conf.get(name) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            spark.conf.set(name, str(value))


def mask_results(frame: DataFrame, masks: Masks) -> dict[str, dict[str, Any]]:
    """Batch -> rule id -> result, all batches judged in one pass over `frame`."""
    flagged, flags = with_doubled_keys(frame, masks.keys)
    names = masks.layout.masks
    rows = flagged.select(BATCH, *masks.columns(flags)).groupBy(BATCH, *names).count().collect()
    results = {}
    for batch in BATCHES:
        groups = [(tuple(row[name] for name in names), row["count"]) for row in rows if row[BATCH] == batch]
        whole = validation_result(masks.layout, counts_of(batch, groups, masks.layout), {"suite_name": "parity"})
        results[batch] = {one["expectation_config"]["meta"]["rule"]: told(one) for one in whole["results"]}
    return results


def with_doubled_keys(frame: DataFrame, keys: Sequence[KeyRule]) -> tuple[DataFrame, dict[str, Column]]:
    """The frame with a boolean for each key rule, and these by rule id."""
    flags = {}
    for index, key in enumerate(keys):
        name = f"_doubled_{index}"
        hits = doubled_keys(frame, key.columns, key.within)
        renamed = hits.select(*[F.col(column).alias(f"{name}_{column}") for column in hits.columns], F.lit(True).alias(name))
        same = [F.col(column).eqNullSafe(F.col(f"{name}_{column}")) for column in hits.columns]
        frame = frame.join(F.broadcast(renamed), reduce(lambda left, right: left & right, same), "left").select(*frame.columns, name)
        flags[key.rule.rule_id] = F.col(name) & key.within
    return frame, flags


def plain_results(frame: DataFrame, rules: Sequence[Rule]) -> dict[str, dict[str, Any]]:
    """Each rule judged by plain Great Expectations on the whole of `frame`, but for the sample of unexpected values, a Spark job each."""
    engine = SparkDFExecutionEngine(persist=False, spark=frame.sparkSession)
    engine.load_batch_data(BATCH_ID, frame)
    expectations = {rule.rule_id: expectation_of(rule) for rule in rules}
    wanted = {rule_id: metric_configurations(expectation).values() for rule_id, expectation in expectations.items()}
    counts = [one for metrics in wanted.values() for one in metrics if not one.metric_name.endswith(VALUES)]
    with quietly(), interpreted(frame.sparkSession):
        resolved, aborted = validator(engine).compute_metrics(counts)
    if aborted:
        raise AssertionError(aborted)
    results = {}
    for rule_id, expectation in expectations.items():
        metrics = {one.id: None if one.metric_name.endswith(VALUES) else resolved[one.id] for one in wanted[rule_id]}
        judged = expectation.metrics_validate(metrics, runtime_configuration={"result_format": RESULT_FORMAT}, execution_engine=engine)
        results[rule_id] = told(judged.to_json_dict())
    return results


def told(result: Mapping[str, Any]) -> dict[str, Any]:
    """What must be equal: the verdict, every number, and whether an exception was raised; not the sample of values."""
    numbers = {name: value for name, value in result["result"].items() if name != "partial_unexpected_list"}
    return {"success": result["success"], **numbers, "raised": result["exception_info"].get("raised_exception")}


def generated_rows(dice: random.Random, batch: str) -> list[tuple[Any, ...]]:
    """Rows of one batch: few values, so that they repeat, and every kind of oddity."""
    if batch == "empty":
        return []
    count = {"mixed": 40, "other": 15, "one": 1, "nulls": 4}[batch]
    return [_row(dice, batch, number) for number in range(1, count + 1)]


def _row(dice: random.Random, batch: str, number: int) -> tuple[Any, ...]:
    lineage = (batch, "", number, batch in ("mixed", "other") and dice.random() < 0.1, dice.choice(["p1", "p2"]), date(2021, 3, 1))
    if batch == "nulls":
        return (*lineage, *[None] * 11)
    text = dice.choice(["2021-03-05", "2021-02-30", "x", "", None])
    parsed = date(2021, 3, 5) if text == "2021-03-05" else None
    pools = [TEXTS, TEXTS, NUMBERS, SMALL, FLOATS, DECIMALS]
    return (
        *lineage,
        *[dice.choice(pool) for pool in pools],
        parsed,
        dice.choice(DATES),
        text,
        dice.choice(TIMES),
        dice.choice([None, True, False]),
    )


def generated_rules(dice: random.Random, cases: int) -> Iterator[Rule]:
    """`cases` rules of every type that is judged by masks or by key, with random arguments, row conditions and `mostly`."""
    for type_ in sorted(BY_MASK | BY_KEY):
        for case in range(cases):
            kwargs = {**ARGUMENTS[type_](dice), "mostly": dice.choice([1, 1, 0.9, 0.5, 0])}
            if type_ != "expect_column_pair_values_to_be_in_set":
                kwargs |= dice.choice(CONDITIONS)
            yield Rule(
                rule_id=f"{type_}.{case}",
                type=type_,
                kwargs=kwargs,
                severity="critical",
                origin="suite",
                code=type_,
                columns=(),
                method="key" if type_ in BY_KEY else "mask",
            )


def _some(dice: random.Random, pool: Sequence[Any]) -> list[Any]:
    return dice.sample(sorted({value for value in pool if value is not None}, key=str), 3)


def _text(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice("st")}


def _any_column(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice(["s", "n", "x", "c", "d", "e", "at", "b", "d__text"])}


def _set(dice: random.Random) -> dict[str, Any]:
    return dice.choice([{"column": "s", "value_set": _some(dice, TEXTS)}, {"column": "n", "value_set": _some(dice, SMALL)}])


def _between(dice: random.Random) -> dict[str, Any]:
    low, high = sorted([dice.choice([-1, 0, 1]), dice.choice([1, 5, 7, 1e6])])
    dates = ("2021-02-08", "2021-02-18")
    column, bounds = dice.choice(
        [("n", (low, high)), ("x", (low, high)), ("c", (low, high)), ("e", dates), ("at", ("2021-02-08T16:00:00+00:00", None))]
    )
    given = {"min_value": bounds[0], "max_value": bounds[1]}
    kept = dice.choice([["min_value"], ["max_value"], ["min_value", "max_value"]]) if bounds[1] is not None else ["min_value"]
    strict = {"strict_min": dice.random() < 0.5, "strict_max": dice.random() < 0.5}
    return {"column": column, **{name: given[name] for name in kept}, **strict}


def _length(dice: random.Random) -> dict[str, Any]:
    bounds = dice.choice([{"min_value": 1}, {"max_value": 3}, {"min_value": 1, "max_value": 2}])
    return {**_text(dice), **bounds}


def _regex(dice: random.Random) -> dict[str, Any]:
    return {**_text(dice), "regex": dice.choice([r"^[a-z]+$", r"^\p{IsHan}+$", r"'", r"^.{1}$", r"\\"])}


def _regexes(dice: random.Random) -> dict[str, Any]:
    return {**_text(dice), "regex_list": dice.choice([["^a", "^A"], [r"\d", "^$"]]), "match_on": dice.choice(["any", "all"])}


def _pair(dice: random.Random) -> dict[str, Any]:
    first, second = dice.choice([("s", "t"), ("n", "m"), ("d", "e"), ("x", "x")])
    return {"column_A": first, "column_B": second, "ignore_row_if": dice.choice(PAIR_IGNORES)}


def _columns(dice: random.Random, *lists: list[str]) -> dict[str, Any]:
    return {"column_list": dice.choice(lists), "ignore_row_if": dice.choice(LIST_IGNORES)}


def _expression(dice: random.Random) -> dict[str, Any]:
    expression, columns = dice.choice(EXPRESSIONS)
    return {**_columns(dice, columns), "expression": expression}


ARGUMENTS = {
    "expect_column_values_to_not_be_null": _any_column,
    "expect_column_values_to_be_null": _any_column,
    "expect_column_values_to_be_in_set": _set,
    "expect_column_values_to_not_be_in_set": _set,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_match_regex": _regex,
    "expect_column_values_to_not_match_regex": _regex,
    "expect_column_values_to_match_regex_list": _regexes,
    "expect_column_values_to_not_match_regex_list": lambda dice: {**_text(dice), "regex_list": ["^a", "b$"]},
    "expect_column_value_lengths_to_be_between": _length,
    "expect_column_value_lengths_to_equal": lambda dice: {**_text(dice), "value": dice.choice([0, 1, 2, 18])},
    "expect_column_pair_values_to_be_equal": _pair,
    "expect_column_pair_values_a_to_be_greater_than_b": lambda dice: {**_pair(dice), "or_equal": dice.choice([True, False, None])},
    "expect_column_pair_values_to_be_in_set": lambda dice: {
        **{**_pair(dice), "column_A": "n", "column_B": "m"},
        "value_pairs_set": dice.choice([[[1, 1], [0, 5]], [[None, 1], [2, None]]]),
    },
    "expect_multicolumn_sum_to_equal": lambda dice: {**_columns(dice, ["n", "m"], ["m", "m"]), "sum_total": dice.choice([0, 2, 7])},
    "expect_multicolumn_values_to_be_equal": lambda dice: _columns(dice, ["s", "t"], ["n", "m"]),
    "expect_select_column_values_to_be_unique_within_record": lambda dice: _columns(dice, ["s", "t"], ["n", "m"]),
    "expect_compound_columns_to_be_unique": lambda dice: _columns(dice, ["s", "m"], ["n", "m"], ["x", "b"], ["s", "t", "b"]),
    "expect_column_values_to_be_unique": _any_column,
    "expect_column_values_to_parse": lambda _: {"column": "d__text", "typed_column": "d", "logical_type": "date"},
    "expect_column_values_to_be_valid_uscc": _text,
    "expect_column_values_to_be_valid_resident_id": _text,
    "expect_column_values_to_be_valid_organisation_code": _text,
    "expect_column_values_to_be_valid_bank_card": _text,
    "expect_column_values_to_be_valid_mobile": _text,
    "expect_column_values_to_hold_no_identifier": lambda dice: {
        **_text(dice),
        "identifiers": dice.sample(["resident_id", "mobile", "bank_card"], dice.choice([1, 2, 3])),
    },
    "expect_column_pair_working_days_to_be_at_most": lambda dice: {
        "column_A": "d",
        "column_B": "e",
        "maximum": dice.choice([0, 3, 7]),
        "ignore_row_if": dice.choice(PAIR_IGNORES),
    },
    "expect_multicolumn_expression_to_hold": _expression,
}


def main(arguments: Sequence[str]) -> int:
    """Print the differences of a seed; 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=10)
    asked = parser.parse_args(arguments)
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    found, compared = differences(spark, asked.seed, asked.cases)
    for one in found:
        sys.stdout.write(f"{one.batch} {one.rule.type} {dict(one.rule.kwargs)}\n  plain {one.plain}\n  masks {one.masks}\n")
    sys.stdout.write(f"seed={asked.seed} compared={compared} different={len(found)}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
