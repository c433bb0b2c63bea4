"""Which expectation types of Great Expectations are judged, and how. A type on no list is refused: an unknown rule must never pass.

Data alone: the catalogue is read without Great Expectations. `jobs.quality` judges by it.
"""

# The condition depends on the row alone, so it can be read off an empty frame as a Column (a mask).
BY_MASK = frozenset(
    {
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_match_regex_list",
        "expect_column_values_to_not_match_regex_list",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_pair_values_to_be_equal",
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_in_set",
        "expect_multicolumn_sum_to_equal",
        "expect_multicolumn_values_to_be_equal",
        "expect_select_column_values_to_be_unique_within_record",
        # Python functions in Great Expectations, a value at a time: right, and slower than the others.
        "expect_column_values_to_match_strftime_format",
        "expect_column_values_to_be_json_parseable",
        "expect_column_values_to_match_json_schema",
        # Ours, over the functions of jobs/standards.
        "expect_column_values_to_parse",
        "expect_column_values_to_be_valid_uscc",
        "expect_column_values_to_be_valid_resident_id",
        "expect_column_values_to_be_valid_organisation_code",
        "expect_column_values_to_be_valid_bank_card",
        "expect_column_values_to_be_valid_mobile",
        "expect_column_values_to_hold_no_identifier",
        "expect_column_pair_working_days_to_be_at_most",
        "expect_multicolumn_expression_to_hold",
    }
)

# Of these, those whose Python function raises on a value it cannot read: it must not meet rows outside the row condition.
RAISING = frozenset({"expect_column_values_to_match_json_schema"})

# Judged by our own grouping over (_batch_id, key): Great Expectations' window knows no batch.
BY_KEY = frozenset(
    {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
    }
)

# About the columns alone: judged on an empty frame of the header, by the pandas engine, before a byte is archived.
BY_HEADER = frozenset(
    {
        "expect_column_to_exist",
        "expect_table_column_count_to_be_between",
        "expect_table_column_count_to_equal",
        "expect_table_columns_to_match_ordered_list",
        "expect_table_columns_to_match_set",
        "expect_table_columns_to_hold_none_of",
    }
)

# Judged by Great Expectations itself on the rows of each batch: the verdict hangs on more than a row, and is about the batch.
BY_GX = frozenset(
    {
        "expect_column_distinct_values_to_be_in_set",
        "expect_column_distinct_values_to_contain_set",
        "expect_column_distinct_values_to_equal_set",
        "expect_column_kl_divergence_to_be_less_than",
        "expect_column_max_to_be_between",
        "expect_column_mean_to_be_between",
        "expect_column_median_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_most_common_value_to_be_in_set",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_proportion_of_unique_values_to_be_between",
        "expect_column_quantile_values_to_be_between",
        "expect_column_stdev_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_type_to_be",
        "expect_column_unique_value_count_to_be_between",
        "expect_column_value_z_scores_to_be_less_than",
        "expect_column_values_to_be_decreasing",
        "expect_column_values_to_be_in_type_list",
        "expect_column_values_to_be_increasing",
        "expect_column_values_to_be_of_type",
        "expect_column_values_to_not_be_outliers",
        "expect_table_row_count_to_be_between",
        "expect_table_row_count_to_equal",
        "unexpected_rows_expectation",
    }
)

# Plain Great Expectations raises on Spark, whatever the arguments; the catalogue refuses them with the reason.
NOT_ON_SPARK = {
    "expect_column_values_to_be_dateutil_parseable": "Great Expectations has it for pandas alone",
    "expect_column_values_to_match_like_pattern": "Great Expectations has it for SQL databases alone",
    "expect_column_values_to_match_like_pattern_list": "Great Expectations has it for SQL databases alone",
    "expect_column_values_to_not_match_like_pattern": "Great Expectations has it for SQL databases alone",
    "expect_column_values_to_not_match_like_pattern_list": "Great Expectations has it for SQL databases alone",
    "expect_query_results_to_match_comparison": "Great Expectations compares queries of SQL data sources alone",
    "expect_table_row_count_to_equal_other_table": "Great Expectations looks the other table up in an SQL data source",
}

JUDGED = BY_MASK | BY_KEY | BY_HEADER | BY_GX
