from decimal import Decimal

from jobs.catalogue.history import HistoryRule
from jobs.quality.data_docs import validation_page
from jobs.quality.history import compared
from jobs.quality.history_result import history_results, not_judged_yet
from jobs.quality.result import suite_result

ROWS = HistoryRule(measure="rows", least=2)
NULLS = HistoryRule(measure="null_share", column="uscc", least=2)
SUM = HistoryRule(measure="sum", column="usage_kwh", least=2)


def test_checks_are_ordinary_results_with_bounds_and_observed_values() -> None:
    checks = [
        compared(ROWS, Decimal(12), [Decimal(100), Decimal(100)]),
        compared(NULLS, Decimal("12.50"), [Decimal("5.00"), Decimal("5.00")]),
        compared(SUM, Decimal("1050.5000"), [Decimal("1000.0000"), Decimal("1000.0000")]),
    ]
    told = [one.to_json_dict() for one in history_results(checks)]
    assert [(one["expectation_config"]["type"], one["success"], one["result"]["observed_value"]) for one in told] == [
        ("expect_table_row_count_to_be_between", False, 12),
        ("expect_column_proportion_of_non_null_values_to_be_between", True, 0.875),
        ("expect_column_sum_to_be_between", True, 1050.5),
    ]
    assert [one["expectation_config"]["kwargs"] for one in told] == [
        {"min_value": 90, "max_value": 110},
        # 5 % empty, ten points either way: none to 15 % empty.
        {"column": "uscc", "min_value": 0.85, "max_value": 1.0},
        {"column": "usage_kwh", "min_value": 900.0, "max_value": 1100.0},
    ]
    assert [one["expectation_config"]["meta"]["rule"] for one in told] == [
        "history.rows",
        "history.uscc.null_share",
        "history.usage_kwh.sum",
    ]


def test_a_check_with_too_short_a_past_is_no_result_but_is_named() -> None:
    checks = [compared(ROWS, Decimal(12), [Decimal(100)])]
    assert history_results(checks) == []
    assert not_judged_yet(checks) == {"not_judged_yet": ["history.rows"]}
    assert not_judged_yet([]) == {}


def test_data_docs_show_the_bounds() -> None:
    results = history_results([compared(ROWS, Decimal(12), [Decimal(1034), Decimal(1034)])])
    page = validation_page(suite_result(results, {"suite_name": "power.daily_electricity"}, "b1"))
    assert "930" in page
    assert "1138" in page.replace(",", "")
