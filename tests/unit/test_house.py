"""Imports run one way: a room imports those below it alone, and each heavy library lives in one place."""

import ast
from pathlib import Path

import pytest

JOBS = Path(__file__).resolve().parents[2] / "jobs"
# Top to bottom, as in docs/design.md.
HOUSE = (
    "cli",
    "city_day",
    "first_run",
    "site",
    "scheduler",
    "proposing",
    "samplecity",
    "report",
    "notebook",
    "onboarding",
    "notices",
    "sharing",
    "themes",
    "analysis",
    "collect",
    "reports",
    "quality",
    "lake",
    "intake",
    "storage",
    "standards",
    "catalogue",
    "settings",
    "errors",
)
HOMES = {
    "boto3": {"storage"},
    "botocore": {"storage"},
    "great_expectations": {"quality"},
    "deltalake": {"lake"},
    "delta": {"lake"},
    "duckdb": {"analysis", "collect", "sharing", "reports"},
    "argparse": {"cli"},
    "chinese_calendar": {"catalogue", "samplecity"},
}
FILES = sorted(JOBS.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(JOBS).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and node.level == 0}


def test_every_room_is_in_the_house() -> None:
    assert {_room(path) for path in FILES} - {"__init__"} == set(HOUSE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(JOBS)))
def test_a_room_imports_only_rooms_below_it(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    below = set(HOUSE[HOUSE.index(room) :])
    ours = {name.split(".")[1] for name in _imports(path) if name.startswith("jobs.")}
    assert ours <= below


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(JOBS)))
def test_a_heavy_library_is_imported_in_its_home_alone(path: Path) -> None:
    strangers = {name for name in _imports(path) if _room(path) not in HOMES.get(name.split(".")[0], {_room(path)})}
    assert strangers == set()


def test_nobody_but_the_command_line_prints() -> None:
    printing = {
        str(path.relative_to(JOBS))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert {Path(name).parts[0] for name in printing} == {"cli"}


def test_dag_files_import_catalogue_and_settings_alone() -> None:
    ours = {name for path in (JOBS.parent / "dags").glob("*.py") for name in _imports(path) if name.startswith("jobs")}
    assert {name.split(".")[1] for name in ours} <= {"catalogue", "settings"}
