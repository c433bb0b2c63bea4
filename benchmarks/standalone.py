"""A Spark standalone master and workers as processes of their own on loopback, each with its own folders: nothing shared but the store."""

import json
import os
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pyspark

from jobs.storage.private import private_folder, replace_file
from jobs.storage.processes import LOOPBACK, ProcessRecord, free_port, start_process, stop_process, wait_until_ready

SPARK = Path(next(iter(pyspark.__path__)))
START_SECONDS = 60
# What setuptools leaves of this project in an environment in which it is developed.
OURS = ("__editable__", "haihe-")
WORKER_MEMORY = "1500m"


@dataclass(frozen=True)
class Cluster:
    """A running cluster below `folder`. `environ`: what a driver's environment adds for it; `pages`: port of the master's own page."""

    folder: Path
    master: str
    pages: int
    secret: str
    environ: dict[str, str]

    @property
    def workers(self) -> tuple[Path, ...]:
        """The folder of each worker."""
        return tuple(sorted(self.folder.glob("worker-*")))


@contextmanager
def standalone_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A master with that many workers of one core below `folder`; all ended afterwards, by their ids."""
    cluster = _planned(private_folder(folder))
    try:
        port = cluster.master.rsplit(":", 1)[1]
        _start(cluster, "master", ["--port", port, "--webui-port", str(cluster.pages)])
        for _ in range(workers):
            add_worker(cluster)
        yield cluster
    finally:
        for own in [*cluster.workers, folder / "master"]:
            stop_process(folder, own.name)


def add_worker(cluster: Cluster) -> None:
    """One more worker of one core, which the master knows."""
    known = len(cluster.workers)
    name = f"worker-{known}"
    ports = ["--port", "0", "--webui-port", "0"]
    own = ["--cores", "1", "--memory", WORKER_MEMORY, "--work-dir", str(cluster.folder / name / "work")]
    record = _start(cluster, name, [*ports, *own, cluster.master])
    wait_until_ready(cluster.folder, record, lambda: _living_workers(cluster.pages) > known, START_SECONDS)


def _planned(folder: Path) -> Cluster:
    secret, master = token_hex(24), f"spark://{LOOPBACK}:{free_port(0)}"
    environ = {
        "HAIHE_ENV": "cluster",
        "HAIHE_SPARK__MASTER": master,
        "HAIHE_SPARK__PYTHON": str(executor_python(folder / "python")),
        "SPARK_CONF_DIR": str(_conf_dir(folder / "driver", secret)),
    }
    return Cluster(folder, master, free_port(0), secret, environ)


def executor_python(folder: Path) -> Path:
    """An interpreter with this one's libraries and without our package, as a worker's machine has it."""
    venv.create(folder, symlinks=True)
    libraries = next((folder / "lib").glob("python*")) / "site-packages"
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(OURS):
            (libraries / entry.name).symlink_to(entry)
    return folder / "bin" / Path(sys.executable).name


def _start(cluster: Cluster, name: str, argv: list[str]) -> ProcessRecord:
    own = private_folder(cluster.folder / name)
    role = name.split("-")[0]
    java = {key: os.environ[key] for key in ("PATH", "JAVA_HOME") if key in os.environ}
    environ = {
        **java,
        "SPARK_HOME": str(SPARK),
        "SPARK_CONF_DIR": str(_conf_dir(own, cluster.secret)),
        "SPARK_LOCAL_DIRS": str(private_folder(own / "local")),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    line = [str(SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}.{role.title()}", "--host", LOOPBACK, *argv]
    return start_process(name, line, env=environ, home=cluster.folder, log=own / "log", cwd=own)


def _conf_dir(own: Path, secret: str) -> Path:
    lines = ["spark.authenticate true", f"spark.authenticate.secret {secret}", "spark.network.crypto.enabled true"]
    replace_file(own / "conf" / "spark-defaults.conf", "\n".join(lines) + "\n")
    return own / "conf"


def _living_workers(pages: int) -> int:
    """How many workers the master's page of state counts; 0 while it does not answer, or not yet with its state."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{pages}/json/", timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError):
        return 0
