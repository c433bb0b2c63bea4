"""Rules of a suite about the whole batch: a critical one that is not met holds it, a warning is told, columns are judged before landing."""

from dataclasses import replace
from typing import Any

from jobs.catalogue.suite import Expectation
from tests.spark.collect.conftest import Lakehouse
from tests.spark.collect.test_penalties import PENALTY, _file, _of, _penalty

MEAN = "expect_column_mean_to_be_between"


def _with_rules(lakehouse: Lakehouse, *expectations: dict[str, Any]) -> Lakehouse:
    """The lakehouse with these beside the suite's own expectations of penalties."""
    pipeline = lakehouse.pipeline
    suite = pipeline.catalogue.suites[PENALTY]
    added = [Expectation.model_validate({"id": f"added-{place}", **one}) for place, one in enumerate(expectations)]
    wider = suite.model_copy(update={"expectations": (*suite.expectations, *added)})
    catalogue = pipeline.catalogue.model_copy(update={"suites": {**pipeline.catalogue.suites, PENALTY: wider}})
    return replace(lakehouse, pipeline=replace(pipeline, catalogue=catalogue))


def _drop(lakehouse: Lakehouse, provider: str, *fines: str) -> str:
    """A file of 21 penalties of 1.5, of which the first have these fines."""
    rows = [_penalty(provider, number, "2021-03-04") for number in range(21)]
    fined = [{**row, "fine_10k_yuan": fine} for row, fine in zip(rows, fines, strict=False)]
    return lakehouse.drop(provider, f"{PENALTY}/2021-03-04/p.csv", _file(lakehouse, provider, [*fined, *rows[len(fined) :]]))


def test_a_critical_rule_about_the_batch_holds_the_one_that_fails_it_and_lets_the_others_go(lakehouse: Lakehouse) -> None:
    mean = {"type": MEAN, "kwargs": {"column": "fine_10k_yuan", "max_value": 2}, "meta": {"rule": "mean_fine"}}
    rows = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 22}, "severity": "warning", "meta": {"rule": "rows"}}
    ruled = _with_rules(lakehouse, mean, rows)
    _drop(ruled, "human-resources")
    # 20 x 1.5 + 72 = 102 over 21 rows.
    _drop(ruled, "ecology-environment", "72")
    outcomes = {outcome.provider: outcome for outcome in ruled.collect(PENALTY)}
    assert {name: outcome.state for name, outcome in outcomes.items()} == {"human-resources": "published", "ecology-environment": "held"}
    held = ruled.told(outcomes["ecology-environment"])
    assert [(reason["code"], reason["params"]["rule"]) for reason in held["reasons"]] == [("batch_rule", "mean_fine")]
    assert held["counts"]["quarantined"] == 0
    assert _of(ruled, "ecology-environment") == []
    summary = {one["expectation_id"]: (one["is_met"], one["observed"]) for one in held["rule_summary"] if one["is_met"] is not None}
    assert summary == {"mean_fine": (False, "4.8571428571"), "rows": (False, "21")}
    passed = {one["expectation_id"]: one["is_met"] for one in ruled.told(outcomes["human-resources"])["rule_summary"]}
    assert (passed["mean_fine"], passed["rows"]) == (True, False)
    assert len(_of(ruled, "human-resources")) == 21


def test_a_rule_that_raises_on_one_batch_holds_that_batch_alone(lakehouse: Lakehouse) -> None:
    kwargs = {"unexpected_rows_query": "SELECT * FROM {batch} WHERE _provider LIKE 'e%' AND CAST(party_name AS INT) > 0"}
    ruled = _with_rules(lakehouse, {"type": "unexpected_rows_expectation", "kwargs": kwargs, "meta": {"rule": "numbered"}})
    for provider in ("human-resources", "ecology-environment"):
        _drop(ruled, provider)
    outcomes = {outcome.provider: outcome for outcome in ruled.collect(PENALTY)}
    assert {name: outcome.state for name, outcome in outcomes.items()} == {"human-resources": "published", "ecology-environment": "held"}
    told = ruled.told(outcomes["ecology-environment"])
    assert [reason["code"] for reason in told["reasons"]] == ["rule_error"]
    assert [one["expectation_id"] for one in told["rule_summary"] if one["is_rule_error"]] == ["numbered"]


def test_a_critical_rule_about_the_columns_refuses_the_file_before_a_byte_is_copied(lakehouse: Lakehouse) -> None:
    ruled = _with_rules(lakehouse, {"type": "expect_table_column_count_to_equal", "kwargs": {"value": 3}, "meta": {"rule": "three"}})
    drop_id = _drop(ruled, "human-resources")
    assert ruled.collect(PENALTY) == []
    outcome = ruled.drop_outcome("human-resources", drop_id)
    assert (outcome.state, outcome.reasons[0].code, outcome.reasons[0].params["rules"]) == ("refused", "header_rule", ["three"])
    assert ruled.version("bronze", ruled.pipeline.catalogue.contracts[PENALTY]) == -1
