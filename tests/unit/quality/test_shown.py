"""What of Great Expectations' own results may be stored: results of the real judge over rows with a person in them."""

import json
from collections.abc import Callable
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from jobs.catalogue.contract import Contract
from jobs.quality.shown import without_values

# The identity number is the example of GB 11643-1999.
PERSON, NAME, NOTE = "11010519491231002X", "欧阳娜娜", "住在卫津路 94 号"
COMPLETE = {"result_format": "COMPLETE", "unexpected_index_column_names": ["person_id", "age"]}
Judge = Callable[[Expectation], dict[str, Any]]


def contract(protection: str = "token") -> Contract:
    fields = [
        {"name": "person_id", "protection": protection, "kind": "resident_id", "classification": "L3"},
        {"name": "name", "protection": "mask" if protection == "token" else "clear", "kind": "person_name", "classification": "L3"},
        {"name": "note", "is_narrative": protection == "token", "classification": "L2"},
        {"name": "age", "type": "integer", "classification": "L2"},
        {"name": "visits", "type": "integer", "classification": "L1"},
    ]
    return Contract.model_validate({
        "resource": "health.visit", "version": "1.0.0", "title": "就诊", "purpose": "核验", "grain": "一行一次", "catalogue_code": "307",
        "load": "append", "fields": [{"header": one["name"], "title": one["name"], **one} for one in fields],
        "dialects": [{}], "sha256": "0" * 64,
    })  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> Judge:
    """The real result of an expectation over four rows, as JSON."""
    rows = {"person_id": [PERSON, PERSON, "x", None], "name": [NAME, "a", "b", "c"], "note": [NOTE, None, "d", "d"]}
    frame = pd.DataFrame({**rows, "age": [71, 72, 222, 73], "visits": [80, 1, 5, 6]})
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})

    def judge(expectation: Expectation) -> dict[str, Any]:
        told: dict[str, Any] = batch.validate(expectation, result_format=COMPLETE).to_json_dict()
        return told

    return judge


def of(result: dict[str, Any]) -> str:
    """Everything a result shows, but for what the rule itself asks."""
    return json.dumps({**result, "expectation_config": None}, ensure_ascii=False)


CLOSED = [
    gxe.ExpectColumnDistinctValuesToBeInSet(column="person_id", value_set=["a"]),
    gxe.ExpectColumnDistinctValuesToEqualSet(column="name", value_set=["a"]),
    gxe.ExpectColumnMostCommonValueToBeInSet(column="person_id", value_set=["a"]),
    gxe.ExpectColumnValuesToMatchRegex(column="person_id", regex="^a"),
    gxe.ExpectColumnValuesToBeInSet(column="note", value_set=["d"]),
    gxe.ExpectColumnPairValuesToBeEqual(column_A="person_id", column_B="age"),
    gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["person_id", "visits"]),
    gxe.ExpectColumnMeanToBeBetween(column="person_id", min_value=0, max_value=1),
    gxe.ExpectColumnValuesToMatchStrftimeFormat(column="name", strftime_format="%Y"),
]


@pytest.mark.parametrize("expectation", CLOSED, ids=lambda one: f"{one.expectation_type}-{getattr(one, 'column', '')}")
def test_no_value_of_a_protected_or_narrative_column_is_left(judged: Judge, expectation: Expectation) -> None:
    result = judged(expectation)
    shown = of(without_values(result, contract()))
    assert not any(value in shown for value in (PERSON, NAME, NOTE))
    # The contract that shows everything is told everything.
    assert without_values(result, contract("clear")) == result


def test_the_real_results_hold_the_values_that_are_hidden(judged: Judge) -> None:
    told = [of(judged(one)) for one in CLOSED]
    assert [any(value in text for value in (PERSON, NAME, NOTE)) for text in told].count(True) >= 7


def test_counts_of_a_protected_column_stay(judged: Judge) -> None:
    result = without_values(judged(gxe.ExpectColumnValuesToMatchRegex(column="person_id", regex="^1")), contract())["result"]
    assert (result["element_count"], result["unexpected_count"], result["missing_count"]) == (4, 1, 1)
    assert result["partial_unexpected_list"] == ["…"]
    assert result["partial_unexpected_counts"] == [{"value": "…", "count": 1}]
    assert result["unexpected_index_list"] == [{"age": 222, "person_id": "…"}]
    many = without_values(judged(gxe.ExpectColumnUniqueValueCountToBeBetween(column="person_id", max_value=1)), contract())
    assert many["result"]["observed_value"] == 2


def test_values_of_a_column_in_clear_stay_but_for_those_of_others_in_the_same_row(judged: Judge) -> None:
    result = without_values(judged(gxe.ExpectColumnValuesToBeBetween(column="age", max_value=120)), contract())["result"]
    assert result["unexpected_list"] == [222]
    assert result["unexpected_index_list"] == [{"age": 222, "person_id": "…"}]
    assert (
        without_values(judged(gxe.ExpectColumnMaxToBeBetween(column="age", max_value=120)), contract())["result"]["observed_value"] == 222
    )
    ranges = {"quantiles": [0.5], "value_ranges": [[1, 2]]}
    quantiles = without_values(judged(gxe.ExpectColumnQuantileValuesToBeBetween(column="age", quantile_ranges=ranges)), contract())
    assert quantiles["result"]["observed_value"] == {"quantiles": [0.5], "values": [73]}


def test_the_table_s_own_shape_stays(judged: Judge) -> None:
    columns = judged(gxe.ExpectTableColumnsToMatchSet(column_set=["person_id"]))
    assert without_values(columns, contract())["result"] == columns["result"]
    assert without_values(judged(gxe.ExpectTableRowCountToEqual(value=3)), contract())["result"]["observed_value"] == 4


def by_hand(type_: str, kwargs: dict[str, Any], result: dict[str, Any], **info: Any) -> dict[str, Any]:
    return {"success": False, "expectation_config": {"type": type_, "kwargs": kwargs}, "result": result, "exception_info": info}


def test_rows_that_a_query_found_are_not_shown() -> None:
    found = {"observed_value": 1, "details": {"unexpected_rows": [{"who": PERSON, "age": 71}]}}
    shown = without_values(by_hand("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT 1"}, found), contract())
    assert shown["result"] == {"observed_value": 1, "details": {"unexpected_rows": [{"who": "…", "age": "…"}]}}


def test_what_an_unknown_type_observed_is_shown_of_columns_in_clear_alone() -> None:
    observed = {"observed_value": PERSON, "details": {"weights": [0.5]}}
    for kwargs in ({}, {"column": "person_id"}, {"column_list": ["age", "person_id__text"]}):
        assert without_values(by_hand("expect_mine", kwargs, observed), contract())["result"]["observed_value"] == "…"
    assert without_values(by_hand("expect_mine", {"column": "age"}, observed), contract())["result"] == observed


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            f'[CAST_INVALID_INPUT] The value \'{PERSON}\' of the type "STRING" cannot be cast to "INT"',
            '[CAST_INVALID_INPUT] The value \'…\' of the type "…" cannot be cast to "…"',
        ),
        ("column 'age' is no column", "column 'age' is no column"),
        (f"could not convert {PERSON} of {NAME}", "could not convert … of …"),
    ],
)
def test_an_exception_quotes_no_value(message: str, shown: str) -> None:
    raised = {"raised_exception": True, "exception_message": message, "exception_traceback": f"Traceback\n{message}"}
    told = without_values(by_hand("expect_mine", {"column": "age"}, {}, **raised), contract())["exception_info"]
    assert told == {"raised_exception": True, "exception_message": shown, "exception_traceback": shown}
    nested = without_values(by_hand("expect_mine", {"column": "age"}, {}, metric=raised), contract())["exception_info"]
    assert nested["metric"]["exception_message"] == shown
