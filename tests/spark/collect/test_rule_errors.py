"""A rule that cannot be judged holds the batch and names its cause, and every other rule is judged; each cause through the whole pass."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.suite import Expectation
from jobs.collect import judging
from jobs.collect.deciding import decide_held
from jobs.collect.outcome import BatchOutcome
from jobs.collect.pipeline import Pipeline
from jobs.first_run import fingerprint
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
WRONG = {"seller_uscc": "91120101MA05TEX083"}
SECRET = "某某某的名字"
EXPRESSION = "expect_multicolumn_expression_to_hold"
NAMES = ["invoice_no", "seller_name"]
BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "bad_regex": ("expect_column_values_to_match_regex", {"column": "seller_name", "regex": "([海"}, "PATTERN"),
    "wrong_type": ("expect_column_values_to_be_between", {"column": "seller_name", "min_value": 1}, "StringType"),
    "missing_column": ("expect_column_values_to_match_regex", {"column": "colour", "regex": "红"}, "colour"),
    "raises_half_way": (
        EXPRESSION,
        {"column_list": NAMES, "expression": "case when invoice_no = '00000029' then cast(seller_name as int) > 0 else true end"},
        "raises CAST_INVALID_INPUT on rows of this pass",
    ),
    "java_exception_half_way": (
        EXPRESSION,
        {"column_list": NAMES, "expression": "case when invoice_no = '00000029' then format_string('%d', seller_name) > '' else true end"},
        "raises IllegalFormatConversionException on rows of this pass",
    ),
}
ROWS = [invoice(1, **WRONG), *(invoice(number) for number in range(2, 29)), invoice(29, seller_name=SECRET), invoice(30)]


def with_rules(pipeline: Pipeline, *rules: str) -> Pipeline:
    """The pipeline, whose suite of invoices holds these bad rules too."""
    suite = pipeline.catalogue.suites[VAT]
    bad = [Expectation(type=BAD[name][0], id=name, kwargs=BAD[name][1], meta={"rule": name}) for name in rules]
    changed = suite.model_copy(update={"expectations": (*suite.expectations, *bad)})
    return replace(pipeline, catalogue=pipeline.catalogue.model_copy(update={"suites": {**pipeline.catalogue.suites, VAT: changed}}))


def drop(lakehouse: Lakehouse, rows: list[dict[str, str]]) -> None:
    """Drop these invoices for 5 March."""
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/三月.csv", csv_bytes(lakehouse.pipeline.catalogue.contracts[VAT], TAX, rows))


@dataclass(frozen=True)
class Held:
    """A pass in which no bad rule could be judged."""

    lakehouse: Lakehouse
    outcome: BatchOutcome

    @property
    def result(self) -> dict[str, Any]:
        """Great Expectations' result by rule."""
        result = self.lakehouse.pipeline.control.read(f"results/{VAT}/{self.outcome.batch_id}/0000.json")
        return {one["expectation_config"]["meta"]["rule"]: one for one in result["results"]} | {"": result}


@pytest.fixture(scope="module")
def held(new_pipeline: Callable[[], Pipeline], spark: SparkSession) -> Held:
    """Thirty invoices, one of them wrong, under all bad rules at once."""
    lakehouse = Lakehouse(with_rules(new_pipeline(), *BAD), spark)
    drop(lakehouse, ROWS)
    [outcome] = lakehouse.collect(VAT)
    return Held(lakehouse, outcome)


@pytest.mark.parametrize("name", BAD)
def test_a_rule_that_cannot_be_judged_is_told_with_its_cause_and_never_counts_as_passed(held: Held, name: str) -> None:
    [reason] = held.lakehouse.told(held.outcome)["reasons"]
    assert (held.outcome.state, reason["code"]) == ("held", "rule_error")
    assert name in reason["params"]["rules"]
    [cause] = [one for one in reason["params"]["causes"] if one.startswith(f"{name}: ")]
    assert BAD[name][2] in cause
    assert all(name in reason["sentence"][language] for language in ("zh", "en"))
    [summary] = [one for one in held.lakehouse.told(held.outcome)["rule_summary"] if one["expectation_id"] == name]
    assert summary["is_rule_error"]
    one = held.result[name]
    assert (one["success"], one["exception_info"]["raised_exception"]) == (False, True)
    assert BAD[name][2] in one["exception_info"]["exception_message"]


def test_the_other_rules_are_judged_and_nothing_is_published(held: Held) -> None:
    counts = held.outcome.counts
    assert (counts.read, counts.accepted, counts.quarantined) == (30, 29, 1)
    assert held.lakehouse.errors(held.outcome) == [(2, "seller_uscc.uscc")]
    uscc = held.result["seller_uscc.uscc"]
    assert (uscc["success"], uscc["result"]["element_count"], uscc["result"]["unexpected_count"]) == (False, 30, 1)
    assert held.result[""]["statistics"]["unsuccessful_expectations"] == len(BAD) + 1
    assert held.lakehouse.silver(held.lakehouse.pipeline.catalogue.contracts[VAT]) == []
    # One commit, although the first write failed.
    assert held.lakehouse.version("verdicts", held.lakehouse.pipeline.catalogue.contracts[VAT]) == 1


def test_no_cause_quotes_a_value_and_a_second_run_changes_nothing(held: Held) -> None:
    control = held.lakehouse.pipeline.control
    told = [key for key in control.keys("") if not key.startswith(("heartbeats/", "definitions/"))]
    assert [key for key in told if SECRET in str(control.read(key))] == []
    before = fingerprint(held.lakehouse.pipeline)
    assert held.lakehouse.collect(VAT) == []
    assert fingerprint(held.lakehouse.pipeline) == before


class Killed(BaseException):
    """The process ends here."""


def test_a_run_that_ends_once_the_broken_rule_is_known_is_finished_without_it(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Lakehouse(with_rules(lakehouse.pipeline, "raises_half_way"), lakehouse.spark)
    drop(broken, ROWS)
    found = judging.add_finding

    def killed(*args: Any) -> None:
        found(*args)
        raise Killed

    monkeypatch.setattr(judging, "add_finding", killed)
    with pytest.raises(Killed):
        broken.collect(VAT)
    monkeypatch.undo()
    # Not found a second time: with the rule still in, the write would fail again.
    monkeypatch.setattr(judging, "broken_rules", lambda *_: {})
    [outcome] = broken.collect(VAT)
    assert (outcome.state, [reason.code for reason in outcome.reasons]) == ("held", ["rule_error"])
    assert (outcome.counts.accepted, outcome.counts.quarantined) == (29, 1)

    # The suite is mended, and a person lets the batch in.
    released = decide_held(lakehouse.pipeline, lambda: lakehouse.spark, outcome.batch_id, "release", "值班员", "规则已改正")
    assert (released.state, released.counts.accepted, released.counts.quarantined) == ("published", 29, 1)
    assert len(lakehouse.silver(lakehouse.pipeline.catalogue.contracts[VAT])) == 29
