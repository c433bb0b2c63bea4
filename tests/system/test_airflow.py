"""The real Airflow around a stand-in for `haihe`: what the DAG `collect` does with each answer of the command."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from jobs import scheduler
from jobs.errors import ProcessError, SettingsError
from jobs.settings import Settings, load_settings
from tests.system.fake_haihe import EVENTS, GROUPS, TOLD

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = sorted(name for group in GROUPS for name in group)
NAMES = ("airflow-api", "airflow-scheduler", "airflow-dags")


@dataclass(frozen=True)
class Airflow:
    settings: Settings
    addresses: scheduler.Addresses
    calls_file: Path

    def calls(self) -> list[dict[str, Any]]:
        text = self.calls_file.read_text(encoding="utf-8") if self.calls_file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def ask(self, path: str, body: bytes | None = None, method: str = "GET") -> dict[str, Any]:
        """An answer of Airflow's API, asked as a person's client would ask it."""
        password = self.addresses.password_file.read_text(encoding="utf-8").strip()
        login = json.dumps({"username": self.addresses.user, "password": password}).encode()
        token = answer(f"{self.addresses.url}/auth/token", login, {}, "POST")["access_token"]
        return answer(f"{self.addresses.url}{path}", body, {"Authorization": f"Bearer {token}"}, method)

    def tasks(self, run: str) -> list[dict[str, Any]]:
        instances = self.ask(f"/api/v2/dags/collect/dagRuns/{run}/taskInstances")["task_instances"]
        return sorted(instances, key=lambda task: (task["task_id"], task["map_index"]))

    def states(self, run: str) -> list[tuple[str, str]]:
        return [(task["task_id"], task["state"]) for task in self.tasks(run)]

    def run(self, **conf: str) -> tuple[str, str]:
        """The id and final state of a triggered run."""
        run = scheduler.trigger_collect(self.settings, conf)
        return run, scheduler.wait_run(self.settings, run, lambda state: None, seconds=240)


def answer(url: str, body: bytes | None, headers: dict[str, str], method: str = "GET") -> dict[str, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers}, method=method)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - the same
        parsed: dict[str, Any] = json.load(reply)
    return parsed


def eventually(condition: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.5)


def processes_of(settings: Settings) -> dict[int, psutil.Process]:
    """The three recorded processes and everything they started, by id."""
    found = {}
    for name in NAMES:
        record = json.loads((settings.home / "run" / f"{name}.json").read_text(encoding="utf-8"))
        process = psutil.Process(record["pid"])
        found |= {one.pid: one for one in (process, *process.children(recursive=True))}
    return found


def listening_addresses(process: psutil.Process) -> list[str]:
    """The addresses a process listens on; none once it has ended, as Airflow's short-lived workers do at any moment."""
    try:
        return [connection.laddr.ip for connection in process.net_connections("inet") if connection.status == psutil.CONN_LISTEN]
    except psutil.NoSuchProcess:
        return []


def is_at_work(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    folder = tmp_path_factory.mktemp("airflow")
    command = folder / "haihe"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "system" / "fake_haihe.py"}" "$@"\n', encoding="utf-8")
    command.chmod(0o700)
    settings = load_settings(ROOT, {"HAIHE_HOME": str(folder / "home"), "HAIHE_AIRFLOW__SCHEDULE": ""})
    settings.home.mkdir()
    (settings.home / "catalogue.json").write_text(json.dumps({"resources": RESOURCES, "titles": {}}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIHE_COMMAND", str(command))
        patch.setenv("FAKE_HAIHE_CALLS", str(folder / "calls"))
        try:
            yield Airflow(settings, scheduler.start(settings), folder / "calls")
        finally:
            scheduler.stop(settings)


def test_a_run_discovers_collects_each_group_and_announces(airflow: Airflow) -> None:
    run, state = airflow.run()
    calls = airflow.calls()
    assert state == "success"
    assert [call["command"] for call in calls[:3]] == ["discover", "collect", "collect"]
    assert sorted(call["command"] for call in calls[3:]) == ["announce", "report", "told"]
    assert {"keys": ",".join(TOLD)} in [call["options"] for call in calls if call["command"] == "told"]
    assert sorted(call["names"] for call in calls if call["command"] == "collect") == GROUPS
    assert [task["rendered_map_index"] for task in airflow.tasks(run) if task["task_id"] == "collect"] == [", ".join(g) for g in GROUPS]
    assert {task["pool"] for task in airflow.tasks(run) if task["task_id"] == "collect"} == {"spark"}
    assert airflow.ask("/api/v2/pools/spark")["slots"] == 1


def test_each_announced_resource_and_period_is_an_asset_event_with_its_extra(airflow: Airflow) -> None:
    run, _ = airflow.run()
    events = [event for event in airflow.ask("/api/v2/assets/events?limit=100")["asset_events"] if event["source_run_id"] == run]
    told = [{"name": event["name"], "uri": event["uri"], "extra": event["extra"]} for event in events]
    assert sorted(told, key=json.dumps) == sorted(EVENTS, key=json.dumps)


def test_what_a_person_chooses_goes_to_discover_and_collect(airflow: Airflow) -> None:
    before = len(airflow.calls())
    _, state = airflow.run(provider="tax-bureau", resource=RESOURCES[0], period="2021-03-05")
    calls = airflow.calls()[before:]
    chosen = {"provider": "tax-bureau", "resource": RESOURCES[0], "period": "2021-03-05"}
    assert state == "success"
    first = ["discover", "collect", "collect"]
    assert [(call["command"], call["options"]) for call in calls[:3]] == [(command, chosen) for command in first]
    # The report and the news do not wait for one another.
    last = {call["command"]: call["options"] for call in calls[3:]}
    assert last == {"announce": {}, "report": {}, "told": {"keys": ",".join(TOLD)}}


def test_a_task_does_not_hand_airflows_settings_to_the_command_but_ours(airflow: Airflow) -> None:
    airflow.run(provider="idle")
    names = set(airflow.calls()[-1]["env"])
    assert {name for name in names if name.startswith(("AIRFLOW", "_AIRFLOW"))} == set()
    assert {"HAIHE_ENV", "HAIHE_HOME"} <= names


def test_nothing_to_do_skips_the_collecting_and_the_run_is_green(airflow: Airflow) -> None:
    run, state = airflow.run(provider="idle")
    assert state == "success"
    done = [(task, "success") for task in ("announce", "outcome", "report", "told")]
    assert airflow.states(run) == sorted([*done, ("collect", "skipped"), ("discover", "skipped")])


def test_exit_code_1_fails_at_once_the_others_are_announced_and_the_run_is_red(airflow: Airflow) -> None:
    run, state = airflow.run(provider="fails")
    failed = [task for task in airflow.tasks(run) if task["state"] == "failed"]
    assert state == "failed"
    assert [(task["rendered_map_index"], task["try_number"]) for task in failed] == [("power.daily_electricity", 1)]
    assert ("announce", "success") in airflow.states(run)


def test_exit_code_75_waits_for_a_retry(airflow: Airflow) -> None:
    run = scheduler.trigger_collect(airflow.settings, {"provider": "retries"})
    eventually(lambda: ("collect", "up_for_retry") in airflow.states(run))
    log = airflow.ask(f"/api/v2/dags/collect/dagRuns/{run}/taskInstances/collect/logs/1?map_index=1&full_content=true")["content"]
    assert "haihe: it went wrong" in json.dumps(log)
    airflow.ask(f"/api/v2/dags/collect/dagRuns/{run}", b'{"state": "failed"}', "PATCH")  # so that the next run may begin


def test_nobody_comes_in_without_the_generated_password(airflow: Airflow) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        answer(f"{airflow.addresses.url}/api/v2/dags", None, {})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        answer(f"{airflow.addresses.url}/auth/token", b'{"username": "haihe", "password": "haihe"}', {}, "POST")
    secrets = [path for path in airflow.settings.secrets_dir.iterdir() if path.is_file()]
    assert secrets
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


def test_everything_listens_on_loopback_only(airflow: Airflow) -> None:
    assert {ip for process in processes_of(airflow.settings).values() for ip in listening_addresses(process)} == {"127.0.0.1"}


def test_a_second_start_leaves_what_runs_as_it_is(airflow: Airflow) -> None:
    before = {name: (airflow.settings.home / "run" / f"{name}.json").read_text(encoding="utf-8") for name in NAMES}
    assert scheduler.start(airflow.settings) == airflow.addresses
    assert {name: (airflow.settings.home / "run" / f"{name}.json").read_text(encoding="utf-8") for name in NAMES} == before


def test_stop_ends_exactly_these_processes_and_a_line_at_work(airflow: Airflow) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        scheduler.trigger_collect(airflow.settings, {"provider": "slow"})
        eventually(lambda: any(call["names"] == GROUPS[1] and call["options"] == {"provider": "slow"} for call in airflow.calls()))
        at_work = airflow.calls()[-1]["pid"]
        processes = processes_of(airflow.settings)
        assert at_work in processes
        assert scheduler.stop(airflow.settings) is True
        assert [process for process in processes.values() if is_at_work(process)] == []
        assert bystander.poll() is None
        assert scheduler.stop(airflow.settings) is False
    finally:
        bystander.kill()
        bystander.wait()


def test_waiting_for_a_scheduler_that_is_gone_says_so(airflow: Airflow) -> None:
    with pytest.raises(ProcessError, match="airflow-api: is not running"):
        scheduler.wait_healthy(airflow.settings)


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = load_settings(ROOT, {"HAIHE_HOME": str(tmp_path), "HAIHE_AIRFLOW__PORT": str(port)})
        with pytest.raises(SettingsError, match=f"airflow.port: port {port}"):
            scheduler.start(settings)
    assert not (tmp_path / "run").exists() or not [name for name in os.listdir(tmp_path / "run") if name.endswith(".json")]
