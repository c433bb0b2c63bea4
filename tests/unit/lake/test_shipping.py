"""What executors of a cluster are sent, without a cluster."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.lake.shipping import is_cluster, package_archive, placement_conf


@pytest.mark.parametrize("master", ["spark://10.0.0.1:7077", "k8s://https://10.0.0.1", "yarn", "local-cluster[2,1,1024]"])
def test_executors_elsewhere_make_a_cluster(master: str) -> None:
    assert is_cluster(master)


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "local[4,3]"])
def test_executors_in_the_drivers_own_process_make_none(master: str) -> None:
    assert not is_cluster(master)


def test_the_archive_alone_gives_a_bare_interpreter_the_package(tmp_path: Path) -> None:
    archive = package_archive(tmp_path / "spark")
    line = "import sys; sys.path.insert(0, sys.argv[1]); import jobs.intake.quotes, jobs.errors; print(jobs.errors.__file__)"
    done = subprocess.run([sys.executable, "-c", line, str(archive)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{archive}/jobs/errors.py"


def test_the_same_package_is_the_same_archive(tmp_path: Path) -> None:
    one, other = package_archive(tmp_path / "one"), package_archive(tmp_path / "other")
    assert (one.name, one.read_bytes()) == (other.name, other.read_bytes())
    stamp = one.stat().st_mtime_ns
    assert package_archive(tmp_path / "one").stat().st_mtime_ns == stamp
    assert [path.name for path in one.parent.iterdir()] == [one.name]


def test_on_one_machine_nothing_is_sent_and_the_driver_stays_on_loopback(tmp_path: Path) -> None:
    assert placement_conf("local[2]", tmp_path, "") == {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def test_on_a_cluster_the_jars_are_sent_and_no_folder_of_the_driver_is_named(tmp_path: Path) -> None:
    (tmp_path / "delta.jar").touch()
    conf = placement_conf("spark://10.0.0.1:7077", tmp_path, "-XX:+UseSerialGC")
    assert conf.pop("spark.jars") == f"file://{tmp_path}/delta.jar"
    assert "spark.driver.host" not in conf
    assert not [name for name, value in conf.items() if str(tmp_path) in value]
