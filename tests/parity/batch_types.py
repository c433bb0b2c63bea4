"""Random arguments for the expectation types that look at a batch as a whole: its aggregates, queries, columns, and order."""

import random
from collections.abc import Mapping
from typing import Any

from tests.parity.frames import COLUMNS, SMALL, TEXTS
from tests.parity.row_types import Arguments, some

NUMERIC = ["n", "m", "x", "c"]
ANY = ["s", "n", "m", "x", "c", "d", "e", "at", "b"]
SPARK_TYPES = ["StringType", "LongType", "DoubleType", "DecimalType", "DateType", "TimestampType", "BooleanType"]
QUERIES = [
    "SELECT * FROM {batch} WHERE n > m",
    "SELECT s, count(*) AS times FROM {batch} WHERE s IS NOT NULL GROUP BY s HAVING count(*) > 1",
    "SELECT * FROM {batch} WHERE t = '天津市' OR t = 'O\\'Brien' OR t RLIKE '^a{{1,2}}$'",
    "SELECT max(e) AS latest FROM {batch} HAVING max(e) > date'2021-03-01'",
    "SELECT a.s FROM {batch} a JOIN {batch} b ON a.m = b.m AND a._row <> b._row;",
    "SELECT try_divide(n, m) AS share FROM {batch} WHERE m IS NOT NULL ORDER BY share LIMIT 3",
    "SELECT 1 / m AS share FROM {batch}",
    "SELECT cast(s AS int) AS number FROM {batch}",
    "SELECT nowhere FROM {batch}",
]
_HOLDOUTS = ("tail_weight_holdout", "internal_weight_holdout")
PARTITIONS: list[dict[str, Any]] = [
    {"column": "s", "partition_object": {"values": ["a", "A", "天津市"], "weights": [0.5, 0.25, 0.25]}},
    {"column": "s", "partition_object": {"values": ["a", "b"], "weights": [0.5, 0.5]}, "tail_weight_holdout": 0.1},
    {"column": "b", "partition_object": {"values": [True, False], "weights": [0.5, 0.5]}},
    {"column": "m", "partition_object": {"values": [0, 1, 5], "weights": [0.2, 0.5, 0.3]}, "bucketize_data": False},
    {"column": "m", "partition_object": {"bins": [0, 1, 5, 100], "weights": [0.3, 0.3, 0.4]}},
    {
        "column": "m",
        "partition_object": {"bins": [0, 1, 5], "weights": [0.5, 0.5]},
        "tail_weight_holdout": 0.1,
        "internal_weight_holdout": 0.1,
    },
    {"column": "x", "partition_object": {"bins": [-5, 0, 1, 2], "weights": [0.3, 0.3, 0.4]}, "tail_weight_holdout": 0.1},
]


def _bounds(dice: random.Random, *values: float) -> dict[str, Any]:
    low, high = sorted(dice.sample(values, 2))
    given = dice.choice([{"min_value": low}, {"max_value": high}, {"min_value": low, "max_value": high}])
    strict = {name: dice.choice([True, False]) for name in ("strict_min", "strict_max") if dice.random() < 0.4}
    return {**given, **strict}


def _extreme(dice: random.Random) -> dict[str, Any]:
    column = dice.choice([*NUMERIC, "e", "at"])
    if column in NUMERIC:
        return {"column": column, **_bounds(dice, -5, 0, 7, 100, 1e6)}
    return {"column": column, **dice.choice([{"min_value": "1900-01-01"}, {"max_value": "9999-12-31"}, {"min_value": "2021-02-08"}])}


def _aggregate(dice: random.Random) -> dict[str, Any]:
    # Now and then of a column that has no such aggregate: then the rule is one that cannot be judged.
    return {"column": dice.choice([*NUMERIC * 4, "s"]), **_bounds(dice, -5, 0, 0.1, 7, 100, 1e6)}


def _share(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice(ANY), **_bounds(dice, 0, 0.1, 0.5, 0.9, 1)}


def _distinct_count(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice(ANY), **_bounds(dice, 0, 1, 3, 7, 100)}


def _distinct_set(dice: random.Random) -> dict[str, Any]:
    sets: list[dict[str, Any]] = [
        {"column": "s", "value_set": dice.choice([some(dice, TEXTS), sorted({text for text in TEXTS if text is not None})])},
        {"column": "m", "value_set": dice.choice([some(dice, SMALL), sorted({one for one in SMALL if one is not None})])},
        {"column": "b", "value_set": dice.choice([[True], [True, False]])},
        {"column": "e", "value_set": ["2021-02-08", "9999-12-31"]},
        {"column": "x", "value_set": [0.0, 1.5]},
    ]
    return dice.choice(sets)


def _most_common(dice: random.Random) -> dict[str, Any]:
    return {**_distinct_set(dice), **({"ties_okay": dice.choice([True, False])} if dice.random() < 0.7 else {})}


def _divergence(dice: random.Random) -> dict[str, Any]:
    return {**dice.choice(PARTITIONS), "threshold": dice.choice([0.1, 1.0, 10])}


def _quantiles(dice: random.Random) -> dict[str, Any]:
    ranges = dice.choice([[[0, 5], [None, 5], [1, None]], [[-1, 0], [0, 7], [100, 1e300]]])
    error = dice.choice([*[{}] * 5, {"allow_relative_error": False}, {"allow_relative_error": 0.1}])
    return {"column": dice.choice([*NUMERIC * 4, "s"]), "quantile_ranges": {"quantiles": [0.1, 0.5, 1.0], "value_ranges": ranges}, **error}


def _z_score(dice: random.Random) -> dict[str, Any]:
    column = dice.choice([*NUMERIC * 4, "s"])
    return {"column": column, "threshold": dice.choice([0.5, 1, 2.5]), "double_sided": dice.choice([True, False])}


def _outliers(dice: random.Random) -> dict[str, Any]:
    multiplier = dice.choice([{}, {"multiplier": dice.choice([0.5, 1, 3])}])
    return {"column": dice.choice([*NUMERIC * 4, "s"]), "method": dice.choice(["iqr", "std"]), **multiplier}


def _ordered(dice: random.Random) -> dict[str, Any]:
    strictly = {"strictly": dice.choice([True, False])} if dice.random() < 0.7 else {}
    return {"column": dice.choice([*NUMERIC, *NUMERIC, "d", "e", "at", "s"]), **strictly}


def _type(dice: random.Random) -> dict[str, Any]:
    # `string` and `decimal(20,4)` are none of the names that Great Expectations knows.
    return {"column": dice.choice(ANY), "type_": dice.choice([*SPARK_TYPES, *SPARK_TYPES, "string"])}


def _type_list(dice: random.Random) -> dict[str, Any]:
    return {"column": dice.choice(ANY), "type_list": dice.choice([*[dice.sample(SPARK_TYPES, 3)] * 5, SPARK_TYPES, ["decimal(20,4)"]])}


def _exists(dice: random.Random) -> dict[str, Any]:
    column = dice.choice([*COLUMNS, "nowhere"])
    return {"column": column, **({"column_index": dice.choice([0, 6, COLUMNS.index("s")])} if dice.random() < 0.5 else {})}


def _column_set(dice: random.Random) -> dict[str, Any]:
    columns = dice.choice([list(COLUMNS), ["s", "t"], [*COLUMNS, "天"], [name.upper() for name in COLUMNS]])
    return {"column_set": columns, **({"exact_match": dice.choice([True, False])} if dice.random() < 0.7 else {})}


def _column_order(dice: random.Random) -> dict[str, Any]:
    return {"column_list": dice.choice([list(COLUMNS), list(reversed(COLUMNS)), ["s", "t"], [*COLUMNS, "天"]])}


def _row_count(dice: random.Random) -> dict[str, Any]:
    return _bounds(dice, 0, 1, 4, 6, 30)


def _like(dice: random.Random) -> dict[str, Any]:
    return {"column": "s", "like_pattern": dice.choice(["a%", "%市", "_"])}


def _likes(dice: random.Random) -> dict[str, Any]:
    return {"column": "s", "like_pattern_list": dice.choice([["a%", "%市"], ["_"]])}


ARGUMENTS: Mapping[str, Arguments] = {
    "expect_column_distinct_values_to_be_in_set": _distinct_set,
    "expect_column_distinct_values_to_contain_set": _distinct_set,
    "expect_column_distinct_values_to_equal_set": _distinct_set,
    "expect_column_kl_divergence_to_be_less_than": _divergence,
    "expect_column_max_to_be_between": _extreme,
    "expect_column_min_to_be_between": _extreme,
    "expect_column_mean_to_be_between": _aggregate,
    "expect_column_median_to_be_between": _aggregate,
    "expect_column_stdev_to_be_between": _aggregate,
    "expect_column_sum_to_be_between": _aggregate,
    "expect_column_most_common_value_to_be_in_set": _most_common,
    "expect_column_proportion_of_non_null_values_to_be_between": _share,
    "expect_column_proportion_of_unique_values_to_be_between": _share,
    "expect_column_unique_value_count_to_be_between": _distinct_count,
    "expect_column_quantile_values_to_be_between": _quantiles,
    "expect_column_value_z_scores_to_be_less_than": _z_score,
    "expect_column_values_to_not_be_outliers": _outliers,
    "expect_column_values_to_be_increasing": _ordered,
    "expect_column_values_to_be_decreasing": _ordered,
    "expect_column_type_to_be": _type,
    "expect_column_values_to_be_of_type": _type,
    "expect_column_values_to_be_in_type_list": _type_list,
    "expect_column_to_exist": _exists,
    "expect_table_columns_to_match_set": _column_set,
    "expect_table_columns_to_match_ordered_list": _column_order,
    "expect_table_columns_to_hold_none_of": lambda dice: {"columns": dice.choice([["S", "nowhere"], ["nowhere"], ["d-text"]])},
    "expect_table_column_count_to_be_between": lambda dice: {
        name: value for name, value in _bounds(dice, 1, len(COLUMNS), 40).items() if name in ("min_value", "max_value")
    },
    "expect_table_column_count_to_equal": lambda dice: {"value": dice.choice([len(COLUMNS), 3])},
    "expect_table_row_count_to_be_between": _row_count,
    "expect_table_row_count_to_equal": lambda dice: {"value": dice.choice([0, 1, 4, 6])},
    "unexpected_rows_expectation": lambda dice: {"unexpected_rows_query": dice.choice(QUERIES)},
    # Great Expectations has no way to these on Spark.
    "expect_table_row_count_to_equal_other_table": lambda _: {"other_table_name": "other"},
    "expect_query_results_to_match_comparison": lambda _: {
        "base_query": "SELECT s FROM {batch}",
        "comparison_data_source_name": "other",
        "comparison_query": "SELECT s FROM other",
    },
    "expect_column_values_to_be_dateutil_parseable": lambda _: {"column": "d__text"},
    "expect_column_values_to_match_like_pattern": _like,
    "expect_column_values_to_not_match_like_pattern": _like,
    "expect_column_values_to_match_like_pattern_list": _likes,
    "expect_column_values_to_not_match_like_pattern_list": _likes,
}
