"""What a pass writes, Great Expectations' own store lists and reads."""

from jobs.quality.result_store import batch_key, validation_results_store
from tests.spark.collect.conftest import Lakehouse
from tests.spark.collect.test_batch_rules import _drop
from tests.spark.collect.test_penalties import PENALTY


def test_the_result_of_a_collected_batch_is_found_by_its_key(lakehouse: Lakehouse) -> None:
    _drop(lakehouse, "human-resources", "-1")
    (outcome,) = lakehouse.collect(PENALTY)
    store = validation_results_store(lakehouse.pipeline.control)
    assert batch_key(PENALTY, outcome.batch_id, 0) in store.list_keys()
    result = store.get(batch_key(PENALTY, outcome.batch_id, 0))
    failed = {one.expectation_config.meta["rule"]: one.result["unexpected_count"] for one in result.results if not one.success}
    assert failed["fine_is_positive"] == 1
    assert (result.meta["provider"], result.suite_name) == ("human-resources", PENALTY)
