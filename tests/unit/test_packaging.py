"""setup.py, the *.in files and the lock files say the same."""

import ast
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from jobs import __version__

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    text = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8")
    return {canonical(entry["name"]): entry["version"] for entry in ENTRY.finditer(text)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(lock: str) -> list[Requirement]:
    """The requirements of an .in file without its comments and references."""
    lines = (line.split("#")[0].strip() for line in (REQUIREMENTS / f"{lock}.in").read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r")]


def setup_argument(name: str) -> object:
    """A literal argument of setup.py's one call of setup()."""
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setup"]
    return ast.literal_eval(next(keyword.value for keyword in calls[0].keywords if keyword.arg == name))


def declared(extra: str | None = None) -> list[Requirement]:
    if extra is None:
        return [Requirement(text) for text in setup_argument("install_requires")]  # type: ignore[attr-defined]
    return [Requirement(text) for text in setup_argument("extras_require")[extra]]  # type: ignore[index]


def faults(requirements: list[Requirement], lock: str) -> list[str]:
    """The requirements that the lock does not meet."""
    versions = locked(lock)
    return [str(r) for r in requirements if not r.specifier.contains(versions.get(canonical(r.name), "0"), prereleases=True)]


@pytest.mark.parametrize("lock", ["jobs", "dev"])
def test_what_setup_py_declares_is_locked_at_a_version_that_satisfies_it(lock: str) -> None:
    assert len(declared()) >= 10
    assert faults(declared(), lock) == []


def test_the_version_is_one_for_package_command_and_changelog() -> None:
    newest = re.search(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert setup_argument("version") == __version__ == newest[1]


def test_the_airflow_extra_is_what_its_lock_holds() -> None:
    assert faults(declared("airflow"), "airflow") == []
    assert locked("airflow")["apache-airflow"] == "3.3.2"


@pytest.mark.parametrize("lock", [path.stem for path in LOCKS])
def test_a_lock_meets_its_own_in_file(lock: str) -> None:
    assert faults(wanted(lock), lock) == []
    assert {canonical(r.name) for r in wanted(lock)} <= set(locked(lock))


def test_setup_py_declares_exactly_what_the_jobs_ask_for() -> None:
    assert {str(r) for r in declared()} == {str(r) for r in wanted("jobs")}


def test_the_jobs_packages_have_one_version_in_both_of_their_environments() -> None:
    jobs, dev = locked("jobs"), locked("dev")
    assert {name: dev.get(name) for name in jobs} == jobs


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host_and_has_hashes_for_every_entry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    entries = list(ENTRY.finditer(text))
    assert entries
    assert "://" not in text
    assert not re.search(r"^\s*--?(?:i|index-url|extra-index-url|find-links|trusted-host)\b", text, re.MULTILINE)
    assert [entry["name"] for entry in entries if "--hash=sha256:" not in entry["rest"]] == []


def test_the_pom_names_no_repository() -> None:
    text = (ROOT / "jars" / "pom.xml").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://\S+?(?=[\"<])", text)) == {"http://maven.apache.org/POM/4.0.0"}


def test_spark_and_delta_jars_fit_the_python_packages() -> None:
    pom = (ROOT / "jars" / "pom.xml").read_text(encoding="utf-8")
    spark = ".".join(locked("jobs")["pyspark"].split(".")[:2])
    assert f"<artifactId>delta-spark_{spark}_2.13</artifactId>" in pom
    assert f"<delta.version>{locked('jobs')['delta-spark']}</delta.version>" in pom
