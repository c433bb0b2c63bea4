"""The one Spark session builder."""

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.errors import SettingsError
from jobs.settings import Endpoint, Settings
from jobs.storage.access import hadoop_options

LOG_STORE = "haihe.logstore.ConditionalPutLogStore"


def spark_session(settings: Settings, endpoint: Endpoint | None, app_name: str = "haihe") -> SparkSession:
    """The process's Spark session, in UTC, with Delta and, where there is an endpoint, the store.

    Raises: SettingsError when the jars are not where the settings say.
    """
    # Executors must run the interpreter that holds this package's libraries.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(settings.spark.master).appName(app_name)
    for key, value in {**_conf(settings), **(hadoop_options(endpoint) if endpoint else {}), **settings.spark.conf}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def jars_dir(settings: Settings) -> Path:
    """The folder of jars: the settings' own, else the one that the set-up noted under home."""
    note = settings.home / "jars"
    folder = settings.spark.jars or (Path(note.read_text(encoding="utf-8").strip()) if note.is_file() else None)
    if folder is None or not any(folder.glob("delta-spark*.jar")):
        raise SettingsError(f"no Delta jars at {folder}: Spark was not started. Run `make setup`, or set spark.jars.")
    return folder


def _conf(settings: Settings) -> dict[str, str]:
    scratch = settings.home / "spark"
    return {
        "spark.driver.extraClassPath": f"{jars_dir(settings)}/*",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.delta.logStore.s3a.impl": LOG_STORE,
        "spark.delta.logStore.s3.impl": LOG_STORE,
        "spark.driver.memory": settings.spark.driver_memory,
        # Wide mask expressions compile to methods over 8,000 bytes, which the JVM would otherwise interpret.
        "spark.driver.extraJavaOptions": f"-XX:-DontCompileHugeMethods -Duser.timezone=UTC -Dderby.system.home={scratch}",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.hadoop.fs.s3a.buffer.dir": str(scratch / "s3a"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.shuffle.partitions": str(settings.spark.shuffle_partitions),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
        # At its default of 50 a small MERGE takes 5.3 s instead of 1.8.
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
        "spark.databricks.delta.properties.defaults.enableRowTracking": "false",
        "spark.databricks.delta.properties.defaults.checkpointPolicy": "classic",
    }
