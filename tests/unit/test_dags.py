"""Every DAG file parses as Airflow parses it, says the same each time, and keeps to the closed sets of owners and tags."""

import ast
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "dags"
PYTHON = ROOT / ".haihe" / "envs" / "airflow" / "bin" / "python"
MODULES = {"assets.py", "haihe_operator.py"}
FILES = sorted(path for path in DAGS.glob("*.py") if path.name not in MODULES)
OWNERS = {"data-centre"}
TAGS = {"collect", "share", "theme"}
OURS = {"jobs.catalogue.compiled", "jobs.settings", "assets", "haihe_operator"}
RESOURCES = ["credit.administrative_penalty", "power.daily_electricity"]
THEMES = [{"name": "supervision", "title": "监管", "inputs": RESOURCES, "tables": ["supervision__risk"]}]

# Runs in Airflow's own environment. No socket can be opened while the files are read.
INSPECT = """
import json, socket, sys
from airflow.utils.dag_version_inflation_checker import check_dag_file_stability
from airflow.dag_processing.dagbag import DagBag

def closed(*args, **kwargs):
    raise OSError("a DAG file opened a connection")

socket.socket.connect = closed
socket.getaddrinfo = closed
from airflow.models import Variable
from airflow.sdk import Connection
from airflow.sdk import Variable as TaskVariable
Variable.get = TaskVariable.get = Connection.get = closed
folder, *files = sys.argv[1:]
sys.path.insert(0, folder)
bag = DagBag(dag_folder=folder)
found = {
    "errors": {str(name): text for name, text in bag.import_errors.items()},
    "unstable": {name: check_dag_file_stability(name).format_warnings() for name in files},
    "assets": {name: asset.uri for name, asset in sys.modules["assets"].ASSETS.items()},
    "dags": {
        dag.dag_id: {
            "file": dag.fileloc,
            "owners": sorted({task.owner for task in dag.tasks}),
            "tags": sorted(dag.tags),
            "zone": str(dag.timezone),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "schedule": dag.timetable.summary if hasattr(dag.timetable, "summary") else str(dag.schedule),
            "woken_by": [type(dag.schedule).__name__, *sorted(asset.name for asset in getattr(dag.schedule, "objects", ()))],
            "tasks": {task.task_id: {"pool": task.pool, "upstream": sorted(task.upstream_task_ids)} for task in dag.tasks},
        }
        for dag in bag.dags.values()
    },
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("home")
    compiled = {"resources": RESOURCES, "titles": {}, "themes": THEMES, "shared": RESOURCES[:1]}
    (home / "catalogue.json").write_text(json.dumps(compiled), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "HAIHE", "PYTHON"))}
    environ |= {"HAIHE_HOME": str(home), "AIRFLOW_HOME": str(home / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    assert PYTHON.is_file(), f"{PYTHON}: Airflow's environment is missing; run `make setup`"
    line = [str(PYTHON), "-c", INSPECT, str(DAGS), *map(str, FILES)]
    done = subprocess.run(line, env=environ, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_dag_file_parses_without_network_variables_or_connections(inspected: dict[str, Any]) -> None:
    assert inspected["errors"] == {}
    assert {Path(dag["file"]) for dag in inspected["dags"].values()} == set(FILES)


def test_no_dag_file_says_something_else_the_next_time_it_is_read(inspected: dict[str, Any]) -> None:
    assert inspected["unstable"] == {str(path): None for path in FILES}


def test_owners_and_tags_are_from_closed_sets(inspected: dict[str, Any]) -> None:
    for name, dag in inspected["dags"].items():
        assert set(dag["owners"]) <= OWNERS, name
        assert set(dag["tags"]) <= TAGS, name
        assert dag["tags"], name


def test_every_dag_lives_in_the_citys_time_and_does_not_catch_up(inspected: dict[str, Any]) -> None:
    assert {(dag["zone"], dag["catchup"]) for dag in inspected["dags"].values()} == {("Asia/Shanghai", False)}


def test_collect_is_discover_then_groups_then_announce(inspected: dict[str, Any]) -> None:
    collect = inspected["dags"]["collect"]
    assert {name: task["upstream"] for name, task in collect["tasks"].items()} == {
        "discover": [],
        "collect": ["discover"],
        "announce": ["collect"],
        "told": ["announce"],
        "report": ["collect"],
        "outcome": ["collect", "report", "told"],
    }
    assert collect["tasks"]["collect"]["pool"] == "spark"
    assert collect["max_active_runs"] == 1
    assert "*/5 * * * *" in collect["schedule"]


def test_every_theme_has_a_dag_that_any_of_its_inputs_wakes(inspected: dict[str, Any]) -> None:
    theme = inspected["dags"]["theme_supervision"]
    assert theme["woken_by"] == ["AssetAny", *RESOURCES]
    assert {name: task["upstream"] for name, task in theme["tasks"].items()} == {"theme": [], "report": ["theme"]}
    assert theme["tasks"]["theme"]["pool"] == "spark"
    assert theme["max_active_runs"] == 1


def test_a_share_is_woken_by_any_granted_resource(inspected: dict[str, Any]) -> None:
    share = inspected["dags"]["shares"]
    assert {name: task["upstream"] for name, task in share["tasks"].items()} == {"share": [], "report": ["share"]}
    assert share["max_active_runs"] == 1
    assert "asset" in share["schedule"].lower()


def test_there_is_an_asset_for_every_resource_of_the_compiled_catalogue(inspected: dict[str, Any]) -> None:
    assert inspected["assets"] == {
        "credit.administrative_penalty": "x-haihe://silver/credit/administrative_penalty",
        "power.daily_electricity": "x-haihe://silver/power/daily_electricity",
    }


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_imports_airflow_and_of_ours_only_catalogue_and_settings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours = {name for name in imported if name.split(".")[0] in {"jobs", "assets", "haihe_operator", "pyspark", "boto3", "deltalake"}}
    airflow = {name for name in imported if name.split(".")[0] == "airflow"}
    assert ours <= OURS
    assert all(name.startswith(("airflow.sdk", "airflow.providers.")) for name in airflow)


def test_the_modules_without_a_dag_are_kept_from_the_dag_processor() -> None:
    ignored = {line for line in (DAGS / ".airflowignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    assert ignored == MODULES
