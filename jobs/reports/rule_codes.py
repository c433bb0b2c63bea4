"""Which sentence tells of a Great Expectations expectation, by its type and kwargs. Great Expectations itself is not needed here."""

from jobs.reports.sentences import Params

# A type whose sentence hangs on its kwargs is not here but in `rule_code`.
BY_TYPE = {
    "expect_column_values_to_be_null": "must_be_empty",
    "expect_column_values_to_be_in_set": "code_set",
    "expect_column_values_to_not_be_in_set": "forbidden_value",
    "expect_column_values_to_match_regex": "pattern",
    "expect_column_values_to_match_regex_list": "pattern",
    "expect_column_values_to_not_match_regex": "forbidden_pattern",
    "expect_column_values_to_not_match_regex_list": "forbidden_pattern",
    "expect_column_value_lengths_to_equal": "exact_length",
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
    "expect_column_pair_values_to_be_equal": "pair_equal",
    "expect_column_pair_values_to_be_in_set": "pair_in_set",
    "expect_column_pair_working_days_to_be_at_most": "working_days",
    "expect_multicolumn_values_to_be_equal": "all_equal",
    "expect_multicolumn_sum_to_equal": "sum_equation",
    "expect_multicolumn_expression_to_hold": "expression",
    "expect_table_columns_to_match_set": "columns_match",
    "expect_table_columns_to_hold_none_of": "columns_forbidden",
    "expect_table_row_count_to_be_between": "rows_between",
    # Ours alone: neither shows in the frame of a batch.
    "key_in_lake": "unique_in_lake",
    "malformed": "malformed",
}
PARSED = frozenset({"integer", "number", "boolean", "date", "timestamp"})


def rule_code(expectation_type: str, kwargs: Params) -> str:
    """The code of the sentence; the type itself where there is none, which `sentence` tells by type and parameters."""
    match expectation_type:
        case "expect_column_values_to_not_be_null":
            return "required_if" if kwargs.get("row_condition") else "required"
        case "expect_column_values_to_parse":
            return _parse_code(kwargs)
        case "expect_column_values_to_be_between":
            return _range_code(kwargs)
        case "expect_column_value_lengths_to_be_between":
            return _length_code(kwargs)
        case "expect_column_pair_values_a_to_be_greater_than_b":
            return "pair_order" if kwargs.get("or_equal") else "pair_order_strict"
    return BY_TYPE.get(expectation_type, expectation_type)


def _parse_code(kwargs: Params) -> str:
    wanted = kwargs.get("logical_type")
    return f"parse_{wanted}" if wanted in PARSED else "parse"


def _range_code(kwargs: Params) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        return "between"
    if low is not None:
        return "minimum_strict" if kwargs.get("strict_min") else "minimum"
    return "maximum_strict" if kwargs.get("strict_max") else "maximum"


def _length_code(kwargs: Params) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        return "length_between"
    return "min_length" if low is not None else "max_length"
