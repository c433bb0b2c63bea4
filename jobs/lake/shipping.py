"""What a cluster's executors are sent: jars by Spark's own file server, the package as one archive. They share no path with the driver."""

import hashlib
import io
import os
import re
import sys
import zipfile
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession

from jobs.storage.private import private_folder

PACKAGE = Path(__file__).resolve().parents[1]
LOCAL_MASTER = re.compile(r"local(\[.*\])?")
# The same bytes for the same files, so that the archive's name says what it holds.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
LOOPBACK = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def is_cluster(master: str) -> bool:
    """Whether executors are processes of their own, on machines of their own as a rule."""
    return LOCAL_MASTER.fullmatch(master) is None


def placement_conf(master: str, jars: Path, java_options: str) -> dict[str, str]:
    """Settings that hang on where executors run: on one machine the driver stays on loopback, on a cluster the jars are sent."""
    if not is_cluster(master):
        return LOOPBACK
    return {
        "spark.jars": ",".join(path.as_uri() for path in sorted(jars.glob("*.jar"))),
        # Their log lines quote values of rows, as the driver's do. A level sent by the driver comes too late for those that just start.
        "spark.executor.extraJavaOptions": f"{java_options} -Duser.timezone=UTC -Dlog4j2.level=OFF",
        # Hadoop fills it in where it is read: a folder of the executor's own machine.
        "spark.hadoop.fs.s3a.buffer.dir": "${env.SPARK_LOCAL_DIRS:-${java.io.tmpdir}}/s3a-${user.name}",
    }


def ship_package(session: SparkSession, folder: Path) -> None:
    """Send this package to every executor; the archive stays in `folder`, from where Spark hands it out."""
    archive = package_archive(folder)
    session.sparkContext.addPyFile(str(archive))
    # Spark puts it before the checkout in the driver's own path too, where templates and texts are read as files.
    sys.path.remove(SparkFiles.get(archive.name))


def package_archive(folder: Path) -> Path:
    """`haihe-<hash>.zip` of the package in `folder`, written whole or not at all; one that stands there already is the same."""
    body = _zipped(PACKAGE)
    path = folder / f"haihe-{hashlib.sha256(body).hexdigest()[:16]}.zip"
    if not path.is_file():
        written = private_folder(folder) / f".{path.name}.{os.getpid()}"
        written.write_bytes(body)
        written.replace(path)
    return path


def _zipped(package: Path) -> bytes:
    """The package's files under its own name, without compiled ones."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = f"{package.name}/{path.relative_to(package).as_posix()}"
                archive.writestr(zipfile.ZipInfo(name, LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return body.getvalue()
