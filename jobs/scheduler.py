"""The local Airflow: its three processes started and stopped, a run of `collect` triggered and waited for."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobs.errors import ProcessError, SettingsError
from jobs.settings import Settings
from jobs.storage.ports import chosen_port, kept_port
from jobs.storage.private import held, private_folder, replace_file
from jobs.storage.processes import LOOPBACK, is_running, start_process, stop_process
from jobs.storage.secrets import secret

USER = "haihe"
PASSWORD = "airflow-password"  # noqa: S105 - the name of the secret's file
POOL, POOL_SLOTS = "spark", 1
DAG = "collect"
PORT_SETTING = "airflow.port"
# The scheduler would offer its logs to other machines on all interfaces; here the API server reads them from the disk.
PROCESSES = {"airflow-api": ("api-server",), "airflow-scheduler": ("scheduler", "--skip-serve-logs"), "airflow-dags": ("dag-processor",)}
HEALTHY_PARTS = ("metadatabase", "scheduler", "dag_processor")
START_SECONDS = 180
DAG_SECONDS = 90
# An idle process ends in less; a job that is cut off is finished by the next run (the pass log).
STOP_SECONDS = 5
RUN_SECONDS = 3600
POLL_SECONDS = 1.0
# The scheduler makes a run of news within a second or two of it.
QUIET_POLLS = 6
REQUEST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Airflow's page is and who may log in; the password stands in a file that only its owner reads."""

    url: str
    user: str
    password_file: Path


def start(settings: Settings) -> Addresses:
    """The addresses of an Airflow that is healthy now and can run `collect`; one that runs already is left as it is.

    Raises: SettingsError if the configured port is taken or Airflow is not installed; ProcessError if it does not come up.
    """
    with held(_folder(settings) / "lock"):
        if not all(is_running(settings.home, name) for name in PROCESSES):
            _stop_all(settings)  # what is left of it
            replace_file(_port_file(settings), str(chosen_port(settings.airflow.port, kept_port(_port_file(settings)), PORT_SETTING)))
            _start_all(settings)
    wait_healthy(settings)
    return addresses(settings)


def stop(settings: Settings) -> bool:
    """True if one of Airflow's processes was running; none is any more, with all that it had started."""
    with held(_folder(settings) / "lock"):
        return _stop_all(settings)


def addresses(settings: Settings) -> Addresses:
    """Where Airflow answers, or answered when it last ran."""
    secret(settings, PASSWORD)
    return Addresses(_url(settings), USER, settings.secrets_dir / PASSWORD)


def wait_healthy(settings: Settings, seconds: float = START_SECONDS) -> None:
    """Returns when all three processes say that they are well, `collect` can be triggered and its pool is there.

    Raises: ProcessError if a process died, or if it takes too long, as it does when a DAG file does not parse.
    """
    end = time.monotonic() + seconds
    while not _is_healthy(settings):
        _alive_until(settings, end, "not healthy")
    end = time.monotonic() + min(seconds, DAG_SECONDS)
    while (complaint := _missing_dag(settings)) is not None:
        _alive_until(settings, end, complaint)
    _ensure_pool(settings)


def trigger_collect(settings: Settings, conf: Mapping[str, str]) -> str:
    """The id of a new run of `collect`; `conf` may choose a provider, resource or period."""
    body = {"logical_date": None, "conf": dict(conf)}
    return str(_call(settings, "POST", f"/api/v2/dags/{DAG}/dagRuns", body)["dag_run_id"])


def wait_run(settings: Settings, run_id: str, on_progress: Callable[[str], None], seconds: float = RUN_SECONDS) -> str:
    """`success` or `failed`, when the run has ended; `on_progress` is told its state about once a second.

    Raises: ProcessError if Airflow dies meanwhile or the run does not end in time; the run is left as it is.
    """
    end = time.monotonic() + seconds
    while True:
        state = str(_call(settings, "GET", f"/api/v2/dags/{DAG}/dagRuns/{run_id}")["state"])
        on_progress(state)
        if state in ("success", "failed"):
            return state
        _alive_until(settings, end, f"the run {run_id} of {DAG} has not ended")


def wait_quiet(settings: Settings, on_progress: Callable[[str], None], seconds: float = RUN_SECONDS) -> list[str]:
    """Wait until no run of any DAG is queued or running and none follows from the news of the last; `<dag>/<run>` of those that failed.

    `on_progress` is told what is at work, about once a second. Raises: ProcessError if Airflow dies meanwhile or it takes too long.
    """
    began, end, quiet = datetime.now(UTC), time.monotonic() + seconds, 0
    while quiet < QUIET_POLLS:
        busy = _runs(settings, "state=queued&state=running")
        quiet = 0 if busy else quiet + 1
        if busy:
            on_progress(", ".join(sorted({str(run["dag_id"]) for run in busy})))
        _alive_until(settings, end, "some runs have not ended")
    failed = _runs(settings, f"state=failed&end_date_gte={began.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    return sorted(f"{run['dag_id']}/{run['dag_run_id']}" for run in failed)


def _runs(settings: Settings, chosen: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _call(settings, "GET", f"/api/v2/dags/~/dagRuns?limit=100&{chosen}")["dag_runs"]
    return found


# Processes


def _start_all(settings: Settings) -> None:
    environ = _environ(settings)
    replace_file(Path(environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]), json.dumps({USER: secret(settings, PASSWORD)}))
    _migrate(settings, environ)
    for name, arguments in PROCESSES.items():
        argv = [str(_executable(settings)), *arguments]
        start_process(name, argv, env=environ, home=settings.home, log=settings.home / "logs" / f"{name}.log", cwd=_folder(settings))


def _stop_all(settings: Settings) -> bool:
    stopped = [stop_process(settings.home, name, STOP_SECONDS) for name in PROCESSES]
    return any(stopped)


def _migrate(settings: Settings, environ: Mapping[str, str]) -> None:
    """Bring Airflow's own database to its version, once for each version."""
    note, version = _folder(settings) / "migrated", _version(settings)
    if note.is_file() and note.read_text(encoding="utf-8") == version:
        return
    name = "airflow-migrate"
    argv = [str(_executable(settings)), "db", "migrate"]
    done = subprocess.run(argv, env=dict(environ), capture_output=True, text=True, check=False, umask=0o077)  # noqa: S603 - ours
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip()[-400:]
        raise ProcessError(f"{name}: `airflow db migrate` failed: {last!r}. Airflow was not started; its database is {_folder(settings)}.")
    replace_file(note, version)


def _environ(settings: Settings) -> dict[str, str]:
    """The processes' whole environment; an operator's own AIRFLOW__* wins, save for what binds it to this project."""
    url = _url(settings)
    own = {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
    }
    bound = {
        "AIRFLOW_HOME": str(_folder(settings)),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.root / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": str(settings.airflow.parallelism),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(settings.secrets_dir.absolute() / "airflow-users.json"),
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__PORT": url.rsplit(":", 1)[1],
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "HAIHE_ENV": settings.environment,
        "HAIHE_HOME": str(settings.home),
        "HAIHE_COMMAND": os.environ.get("HAIHE_COMMAND") or str(_haihe(settings)),
        "HAIHE_AIRFLOW__SCHEDULE": settings.airflow.schedule,
    }
    # A task imports all of Airflow at its start; without byte code kept, that takes seconds each time.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **kept, **bound}


def _environment(settings: Settings, name: str) -> Path:
    """A Python environment: under home, else under the project's own ignored folder, where set-up makes them."""
    under_home = settings.home / "envs" / name
    return under_home if under_home.is_dir() else settings.root / ".haihe" / "envs" / name


def _executable(settings: Settings) -> Path:
    path = _environment(settings, "airflow") / "bin" / "airflow"
    if not path.is_file():
        raise SettingsError(f"{path}: Airflow is not installed. Nothing was started. Run `make setup`.")
    return path


def _haihe(settings: Settings) -> Path:
    """The command that tasks run: the jobs' own, else the developer's."""
    candidates = [_environment(settings, name) / "bin" / "haihe" for name in ("jobs", "dev")]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise SettingsError(f"{candidates[0]}: the command haihe is not installed. Nothing was started. Run `make setup`.")
    return found


def _version(settings: Settings) -> str:
    found = _environment(settings, "airflow").glob("lib/python*/site-packages/apache_airflow_core-*.dist-info")
    return next((path.name for path in found), "unknown")


def _folder(settings: Settings) -> Path:
    return private_folder(settings.home.absolute() / "airflow")


def _port_file(settings: Settings) -> Path:
    return _folder(settings) / "port"


def _url(settings: Settings) -> str:
    return f"http://{LOOPBACK}:{kept_port(_port_file(settings)) or 0}"


# Health


def _alive_until(settings: Settings, end: float, complaint: str) -> None:
    """Wait a moment. Raises: ProcessError if one of the processes is gone or the time is up."""
    for name in PROCESSES:
        if not is_running(settings.home, name):
            log = settings.home / "logs" / f"{name}.log"
            raise ProcessError(f"{name}: is not running, see {log}. Call `make down`, mend what stands there, start again.")
    if time.monotonic() > end:
        raise ProcessError(f"airflow: {complaint} in time. It was left running; its logs are in {settings.home / 'logs'}.")
    time.sleep(POLL_SECONDS)


def _is_healthy(settings: Settings) -> bool:
    try:
        health = _request(f"{_url(settings)}/api/v2/monitor/health", "GET", None, {})
    except OSError:
        return False
    return all((health.get(part) or {}).get("status") == "healthy" for part in HEALTHY_PARTS)


def _missing_dag(settings: Settings) -> str | None:
    """What is wrong if the DAG cannot be triggered yet; an import error may be one of a file that was mended since."""
    if _call(settings, "GET", f"/api/v2/dags?dag_id_pattern={DAG}")["dags"]:
        return None
    errors = _call(settings, "GET", "/api/v2/importErrors")["import_errors"]
    faults = [f"{error['filename']}: {str(error['stack_trace']).strip().splitlines()[-1]}" for error in errors]
    return f"the DAG {DAG} was not read {faults or ''}".rstrip()


def _ensure_pool(settings: Settings) -> None:
    if not any(pool["name"] == POOL for pool in _call(settings, "GET", "/api/v2/pools")["pools"]):
        _call(settings, "POST", "/api/v2/pools", {"name": POOL, "slots": POOL_SLOTS, "description": "Spark jobs at a time"})


# The REST API


def _call(settings: Settings, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answer of Airflow's API to our own user. Raises: ProcessError if it refuses or cannot be reached."""
    url = _url(settings)
    try:
        return _request(url + path, method, body, {"Authorization": f"Bearer {_token(url, secret(settings, PASSWORD))}"})
    except urllib.error.HTTPError as error:
        said = error.read().decode("utf-8", "replace")[:300]
        raise ProcessError(f"airflow: {method} {path} was answered {error.code}: {said}. Nothing was changed by it.") from error
    except OSError as error:
        raise ProcessError(f"airflow: {url} cannot be reached ({error}). Start it with `make up`.") from error


@lru_cache
def _token(url: str, password: str) -> str:
    """What proves who we are, good for a day."""
    return str(_request(f"{url}/auth/token", "POST", {"username": USER, "password": password}, {})["access_token"])


def _request(url: str, method: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)  # noqa: S310 - http only
    with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310 - the same
        parsed: dict[str, Any] = json.load(answer)
    return parsed
