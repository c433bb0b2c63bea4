"""Which sentence tells of a Great Expectations expectation, by its type and kwargs. Great Expectations itself is not needed here."""

from collections.abc import Callable, Mapping

from jobs.reports.sentences import Params

# A type whose sentence hangs on its kwargs is not here but in `BY_KWARGS`.
BY_TYPE = {
    "expect_column_values_to_be_null": "must_be_empty",
    "expect_column_values_to_not_be_in_set": "forbidden_value",
    "expect_column_values_to_match_regex": "pattern",
    "expect_column_values_to_not_match_regex": "forbidden_pattern",
    "expect_column_values_to_not_match_regex_list": "forbidden_patterns",
    "expect_column_values_to_match_like_pattern": "like",
    "expect_column_values_to_not_match_like_pattern": "not_like",
    "expect_column_values_to_not_match_like_pattern_list": "not_like_any",
    "expect_column_values_to_match_strftime_format": "strftime",
    "expect_column_values_to_be_dateutil_parseable": "dateutil",
    "expect_column_values_to_be_json_parseable": "json",
    "expect_column_values_to_match_json_schema": "json_schema",
    "expect_column_values_to_be_of_type": "column_type",
    "expect_column_values_to_be_in_type_list": "column_types",
    "expect_column_value_lengths_to_equal": "exact_length",
    "expect_column_values_to_not_be_outliers": "outlier",
    "expect_column_values_to_be_valid_uscc": "uscc",
    "expect_column_values_to_be_valid_resident_id": "resident_id",
    "expect_column_values_to_be_valid_organisation_code": "organisation_code",
    "expect_column_values_to_be_valid_bank_card": "bank_card",
    "expect_column_values_to_be_valid_mobile": "mobile",
    "expect_column_values_to_be_valid_vat_invoice": "vat_invoice",
    "expect_column_values_to_hold_no_identifier": "personal_identifier",
    "expect_column_values_to_be_unique": "unique_in_file",
    "expect_compound_columns_to_be_unique": "unique_in_file",
    "expect_select_column_values_to_be_unique_within_record": "unique_within_record",
    "expect_multicolumn_values_to_be_unique": "unique_within_record",
    "expect_column_pair_values_to_be_equal": "pair_equal",
    "expect_column_pair_values_to_be_in_set": "pair_in_set",
    "expect_column_pair_working_days_to_be_at_most": "working_days",
    "expect_multicolumn_values_to_be_equal": "all_equal",
    "expect_multicolumn_sum_to_equal": "sum_equation",
    "expect_multicolumn_expression_to_hold": "expression",
    # About the whole batch.
    "expect_column_distinct_values_to_be_in_set": "distinct_in_set",
    "expect_column_distinct_values_to_contain_set": "distinct_contain_set",
    "expect_column_distinct_values_to_equal_set": "distinct_equal_set",
    "expect_column_most_common_value_to_be_in_set": "most_common",
    "expect_column_max_to_be_between": "column_max",
    "expect_column_min_to_be_between": "column_min",
    "expect_column_mean_to_be_between": "column_mean",
    "expect_column_median_to_be_between": "column_median",
    "expect_column_stdev_to_be_between": "column_stdev",
    "expect_column_sum_to_be_between": "column_sum",
    "expect_column_unique_value_count_to_be_between": "distinct_count",
    "expect_column_proportion_of_unique_values_to_be_between": "distinct_share",
    "expect_column_proportion_of_non_null_values_to_be_between": "filled_share",
    "expect_column_quantile_values_to_be_between": "quantiles",
    "expect_column_kl_divergence_to_be_less_than": "divergence",
    "expect_column_to_exist": "column_exists",
    "expect_column_type_to_be": "column_type",
    "expect_table_column_count_to_be_between": "column_count_range",
    "expect_table_column_count_to_equal": "column_count",
    "expect_table_columns_to_match_ordered_list": "columns_ordered",
    "expect_table_columns_to_hold_none_of": "columns_forbidden",
    "expect_table_row_count_to_equal": "row_count",
    "expect_table_row_count_to_equal_other_table": "row_count_of_other",
    "expect_query_results_to_match_comparison": "query_comparison",
    "unexpected_rows_expectation": "unexpected_rows",
    # Ours alone: neither shows in the frame of a batch.
    "key_in_lake": "unique_in_lake",
    "malformed": "malformed",
}
PARSED = frozenset({"integer", "number", "boolean", "date", "timestamp"})


def rule_code(expectation_type: str, kwargs: Params) -> str:
    """The code of the sentence; the type itself where there is none, which `sentence` tells by type and parameters."""
    if expectation_type in BY_KWARGS:
        return BY_KWARGS[expectation_type](kwargs)
    return BY_TYPE.get(expectation_type, expectation_type)


def _either(name: str, code: str, otherwise: str) -> Callable[[Params], str]:
    """`code` if the kwarg of that name is given and true."""
    return lambda kwargs: code if kwargs.get(name) else otherwise


def _matched(code: str) -> Callable[[Params], str]:
    return lambda kwargs: f"{code}_all" if kwargs.get("match_on") == "all" else f"{code}_any"


def _parse_code(kwargs: Params) -> str:
    wanted = kwargs.get("logical_type")
    return f"parse_{wanted}" if wanted in PARSED else "parse"


def _range_code(kwargs: Params) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        return "range" if _is_strict(kwargs) else "between"
    if low is not None:
        return "minimum_strict" if kwargs.get("strict_min") else "minimum"
    return "maximum_strict" if kwargs.get("strict_max") else "maximum"


def _length_code(kwargs: Params) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if _is_strict(kwargs):
        return "length_range"
    if low is not None and high is not None:
        return "length_between"
    return "min_length" if low is not None else "max_length"


def _is_strict(kwargs: Params) -> bool:
    return bool(kwargs.get("strict_min") or kwargs.get("strict_max"))


BY_KWARGS: Mapping[str, Callable[[Params], str]] = {
    "expect_column_values_to_not_be_null": _either("row_condition", "required_if", "required"),
    "expect_column_values_to_parse": _parse_code,
    "expect_column_values_to_be_in_set": _either("code_set", "code_set", "value_set"),
    "expect_column_values_to_be_between": _range_code,
    "expect_column_value_lengths_to_be_between": _length_code,
    "expect_column_values_to_match_regex_list": _matched("pattern"),
    "expect_column_values_to_match_like_pattern_list": _matched("like"),
    "expect_column_values_to_be_increasing": _either("strictly", "increasing_strict", "increasing"),
    "expect_column_values_to_be_decreasing": _either("strictly", "decreasing_strict", "decreasing"),
    "expect_column_value_z_scores_to_be_less_than": _either("double_sided", "z_score", "z_score_above"),
    "expect_column_pair_values_a_to_be_greater_than_b": _either("or_equal", "pair_order", "pair_order_strict"),
    "expect_table_columns_to_match_set": lambda kwargs: "columns_contain" if kwargs.get("exact_match") is False else "columns_match",
    "expect_table_row_count_to_be_between": lambda kwargs: "row_count_range" if _is_strict(kwargs) else "rows_between",
}
