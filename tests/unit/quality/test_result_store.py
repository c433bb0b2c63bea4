"""Great Expectations' own store over the records in control, on the real store."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier, ValidationResultIdentifier
from great_expectations.exceptions import InvalidKeyError, StoreBackendError

from jobs.lake.control import ControlRoom, StoreControl
from jobs.notebook import batch_results
from jobs.quality.header import judge_header
from jobs.quality.layout import JudgedRule, Layout, Metric
from jobs.quality.result import validation_result
from jobs.quality.result_store import batch_key, header_key, keep_result, validation_results_store
from jobs.quality.rules import Rule
from jobs.quality.verdict import counts_of
from jobs.settings import load_settings
from jobs.storage import embedded
from jobs.storage.accounts import bucket, pipeline_endpoint, provision
from jobs.storage.client import s3_client

ROOMS = itertools.count(1)
ROOT = Path(__file__).resolve().parents[3]
PENALTY, INVOICE = "credit.administrative_penalty", "tax.vat_invoice"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def control(home: str) -> Iterator[StoreControl]:
    """Control on a store of the module's own."""
    settings = load_settings(ROOT, {"HAIHE_HOME": home})
    embedded.ensure_running(settings)
    provision(settings, [])
    yield StoreControl(s3_client(pipeline_endpoint(settings)), bucket(settings, "control"))
    embedded.stop(settings)


@pytest.fixture
def standing(control: StoreControl) -> ControlRoom:
    """Two results of one batch, one of another resource's, and one of a refused header."""
    room = ControlRoom(control, f"room{next(ROOMS)}")
    keep_result(room, f"{PENALTY}/b1/0000", batch_result(PENALTY, "b1", wrong=3))
    keep_result(room, f"{PENALTY}/b1/0001", batch_result(PENALTY, "b1", wrong=0))
    keep_result(room, f"{INVOICE}/b2/0000", batch_result(INVOICE, "b2", wrong=1))
    keep_result(room, "_headers/d1", header_result())
    return room


def batch_result(resource: str, batch_id: str, wrong: int) -> dict[str, Any]:
    """Ten rows, so many of them with a wrong code."""
    rule = Rule(
        rule_id="uscc.uscc", type="expect_column_values_to_be_valid_uscc", kwargs={"column": "uscc"}, severity="critical",
        origin="contract", code="uscc", columns=("uscc",), message="统一社会信用代码无效",
    )  # fmt: skip
    metrics = {
        "table.row_count": Metric(),
        "column_values.nonnull.unexpected_count": Metric(bits=(2,), is_sum=True),
        "column_values.valid_uscc.unexpected_count": Metric(bits=(1,), is_sum=True),
    }
    layout = Layout(rules=(JudgedRule(rule=rule, bit=1, metrics=metrics),), flags=("malformed", "wrong", "missing"))
    counts = counts_of(batch_id, [((0,), 10 - wrong), ((0b010,), wrong)], layout)
    return validation_result(layout, counts, {"suite_name": resource, "batch_id": batch_id, "provider": "heping", "pass": 1})


def header_result() -> dict[str, Any]:
    """The verdict on a header in which a column is missing."""
    return dict(judge_header(["a"], {"a": "a", "b": "b"}, (), {"suite_name": INVOICE, "drop_id": "d1"}).result)


def test_it_lists_every_result_by_keys_of_great_expectations(standing: ControlRoom) -> None:
    keys = validation_results_store(standing).list_keys()
    assert [(key.expectation_suite_identifier.name, key.run_id.run_name, key.batch_identifier) for key in keys] == [
        ("_headers", "0000", "d1"), (PENALTY, "0000", "b1"), (PENALTY, "0001", "b1"), (INVOICE, "0000", "b2"),
    ]  # fmt: skip
    assert keys == [header_key("d1"), batch_key(PENALTY, "b1", 0), batch_key(PENALTY, "b1", 1), batch_key(INVOICE, "b2", 0)]


def test_results_stand_where_data_docs_and_board_look_for_them(standing: ControlRoom) -> None:
    assert standing.keys("results/") == [
        "results/_headers/d1.json", f"results/{PENALTY}/b1/0000.json", f"results/{PENALTY}/b1/0001.json", f"results/{INVOICE}/b2/0000.json",
    ]  # fmt: skip
    assert standing.read(f"results/{PENALTY}/b1/0000.json") == batch_result(PENALTY, "b1", wrong=3)
    assert standing.read("results/_headers/d1.json") == header_result()


def test_what_it_gives_is_the_result_that_great_expectations_knows(standing: ControlRoom) -> None:
    store = validation_results_store(standing)
    result = store.get(batch_key(PENALTY, "b1", 0))
    assert isinstance(result, ExpectationSuiteValidationResult)
    assert (result.success, result.suite_name, result.meta["provider"]) == (False, PENALTY, "heping")
    assert result.results[0].result["unexpected_count"] == 3
    assert {one.success for one in store.get_all()} == {True, False}
    assert store.get(header_key("d1")).success is False


def test_a_context_of_great_expectations_finds_the_last_result_of_a_batch(standing: ControlRoom) -> None:
    context = gx.get_context(mode="ephemeral")
    context.stores["haihe"] = validation_results_store(standing)
    found = context.get_validation_result(PENALTY, batch_identifier="b1", validation_results_store_name="haihe")
    assert (found.success, found.results[0].result["unexpected_count"]) == (True, 0)


def test_a_result_is_written_once(standing: ControlRoom) -> None:
    store = validation_results_store(standing)
    key = batch_key(PENALTY, "b1", 0)
    before = store.get(key)
    store.set(key, before)
    with pytest.raises(StoreBackendError, match="written once"):
        store.set(key, store.get(batch_key(PENALTY, "b1", 1)))
    with pytest.raises(StoreBackendError, match="Nothing was removed"):
        store.remove_key(key)
    keep_result(standing, f"{PENALTY}/b1/0000", batch_result(PENALTY, "b1", wrong=0))
    assert store.get(key) == before


def test_keys_that_are_no_batch_are_told_and_not_written(standing: ControlRoom) -> None:
    store = validation_results_store(standing)
    unknown = batch_key(PENALTY, "b9", 0)
    assert (store.has_key(batch_key(PENALTY, "b1", 0)), store.has_key(unknown)) == (True, False)
    with pytest.raises(InvalidKeyError, match="no such result"):
        store.get(unknown)
    of_a_notebook = ValidationResultIdentifier(ExpectationSuiteIdentifier(PENALTY), RunIdentifier(), "b1")
    with pytest.raises(InvalidKeyError, match="Nothing was read or written"):
        store.set(of_a_notebook, store.get(batch_key(PENALTY, "b1", 0)))
    assert len(store.list_keys()) == 4


def test_a_write_lists_nothing(control: StoreControl) -> None:
    asked: list[str] = []
    client = control.client
    client.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name), unique_id="asked")
    try:
        keep_result(control, f"{PENALTY}/b3/0000", batch_result(PENALTY, "b3", wrong=0))
    finally:
        client.meta.events.unregister("before-call.s3", unique_id="asked")
    assert asked == ["PutObject"]


def test_a_notebook_opens_the_results_of_its_installation(control: StoreControl, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIHE_HOME", home)
    name = f"{INVOICE}/b4/0000"
    keep_result(control, name, batch_result(INVOICE, "b4", wrong=2))
    assert batch_results().get(batch_key(INVOICE, "b4", 0)).results[0].result["unexpected_count"] == 2
