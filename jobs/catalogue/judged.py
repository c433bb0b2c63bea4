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

# Judged by our own grouping over (_batch_id, key): Great Expectations' window knows no batch.
BY_KEY = frozenset(
    {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
    }
)

# Judged on an empty frame of the header, by the pandas engine, before a byte is archived.
BY_HEADER = frozenset(
    {
        "expect_table_columns_to_match_set",
        "expect_table_columns_to_hold_none_of",
    }
)

JUDGED = BY_MASK | BY_KEY | BY_HEADER
