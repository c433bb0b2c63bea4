"""The pass log on the real store: one number one winner, finished in order, a bound on failing, one live worker."""

import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from jobs.collect.pipeline import Pipeline
from jobs.errors import PassBusy, PassError
from jobs.lake.passes import begin_attempt, create_pass, heartbeat, latest_pass, mark_done, note_failure

RESOURCE = "tax.vat_invoice"


@pytest.fixture
def pipeline(new_pipeline: Callable[[], Pipeline]) -> Pipeline:
    """An empty control bucket."""
    return new_pipeline()


def test_of_eight_racers_one_creates_the_pass_and_the_next_waits_until_it_is_done(pipeline: Pipeline) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: create_pass(pipeline.control, RESOURCE, {"racer": number}), range(8)))
    assert sum(body is not None for body in made) == 1
    assert latest_pass(pipeline.control, RESOURCE) == (1, False)
    assert create_pass(pipeline.control, RESOURCE, {}) is None
    mark_done(pipeline.control, RESOURCE, 1, {})
    assert latest_pass(pipeline.control, RESOURCE) == (1, True)
    second = create_pass(pipeline.control, RESOURCE, {})
    assert second is not None
    assert second["number"] == 2


def test_a_pass_that_keeps_failing_ends_in_an_error_that_tells_the_last_failure_and_what_to_do(pipeline: Pipeline) -> None:
    create_pass(pipeline.control, RESOURCE, {})
    for attempt in (1, 2, 3):
        assert begin_attempt(pipeline.control, RESOURCE, 1, 3) == attempt
        note_failure(pipeline.control, RESOURCE, 1, attempt, ValueError(f"the {attempt}. cause"))
    with pytest.raises(
        PassError, match=r"failed in 3 attempts; the last: ValueError: the 3\. cause.*HAIHE_PASSES__ATTEMPTS=8 haihe collect"
    ):
        begin_attempt(pipeline.control, RESOURCE, 1, 3)
    assert begin_attempt(pipeline.control, RESOURCE, 1, 4) == 4


def test_a_live_worker_is_left_alone_and_a_dead_one_is_taken_over(pipeline: Pipeline) -> None:
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    owner = {"host": socket.gethostname(), "pid": worker.pid, "started": psutil.Process(worker.pid).create_time()}
    pipeline.control.replace(f"heartbeats/{RESOURCE}.json", {"owner": owner, "at": datetime.now(UTC).isoformat()})
    with pytest.raises(PassBusy, match="is at work on it"), heartbeat(pipeline.control, RESOURCE, 1):
        raise AssertionError("two at work")
    assert PassBusy.exit_code == 75
    worker.kill()
    worker.wait()
    with heartbeat(pipeline.control, RESOURCE, 1):
        assert pipeline.control.read(f"heartbeats/{RESOURCE}.json")["owner"]["pid"] != worker.pid


def test_another_machine_is_believed_for_three_beats(pipeline: Pipeline) -> None:
    owner = {"host": "another", "pid": 1, "started": 0.0}
    pipeline.control.replace(f"heartbeats/{RESOURCE}.json", {"owner": owner, "at": datetime.now(UTC).isoformat()})
    with pytest.raises(PassBusy), heartbeat(pipeline.control, RESOURCE, 10):
        raise AssertionError("two at work")
    pipeline.control.replace(f"heartbeats/{RESOURCE}.json", {"owner": owner, "at": (datetime.now(UTC) - timedelta(seconds=31)).isoformat()})
    with heartbeat(pipeline.control, RESOURCE, 10):
        pass
