"""The one Spark session builder."""

import logging
import os
import sys
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from jobs.errors import SettingsError
from jobs.lake.shipping import is_cluster, placement_conf, ship_package
from jobs.settings import Endpoint, Settings
from jobs.storage.access import hadoop_options

KEYS = frozenset({"spark.hadoop.fs.s3a.access.key", "spark.hadoop.fs.s3a.secret.key"})
ONE_MACHINE = "local[2]"
LOG_STORE = "haihe.logstore.ConditionalPutLogStore"
# Wide mask expressions compile to methods over 8,000 bytes, which the JVM would otherwise interpret.
LARGE_JVM = "-XX:-DontCompileHugeMethods"
# For some ten thousand rows compiling costs more than it saves. With the first compiler alone the code cache would be 48 MB, which a
# city's resources fill; from then on everything is interpreted.
SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=160m"
SMALL_CONF = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.shuffle.partitions": "2"}


def spark_session(settings: Settings, endpoint: Endpoint | None, app_name: str = "haihe", *, is_small: bool = False) -> SparkSession:
    """The process's Spark session, in UTC, with Delta and, where there is an endpoint, the store. `is_small`: made for little data.

    Raises: SettingsError when the jars are not where the settings say.
    """
    # Executors must run an interpreter that holds this package's libraries.
    os.environ["PYSPARK_PYTHON"] = settings.spark.python or os.environ.get("PYSPARK_PYTHON", sys.executable)
    if endpoint is None and is_cluster(settings.spark.master):
        # Without a store the tables lie in a folder of this machine, where no worker of a cluster finds them.
        settings = settings.model_copy(update={"spark": settings.spark.model_copy(update={"master": ONE_MACHINE})})
    builder = SparkSession.builder.master(settings.spark.master).appName(app_name)
    conf = _conf(settings, SMALL_JVM if is_small else LARGE_JVM)
    store = hadoop_options(endpoint) if endpoint else {}
    plain = {key: value for key, value in store.items() if key not in KEYS}
    for key, value in {**conf, **(SMALL_CONF if is_small else {}), **plain, **settings.spark.conf}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    # Its error lines quote values of rows; what went wrong comes as an exception all the same.
    session.sparkContext.setLogLevel("OFF")
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL)
    # What the builder is given stands on the JVM's command line for everyone to see.
    for key in KEYS & store.keys():
        session.sparkContext._jsc.hadoopConfiguration().set(key.removeprefix("spark.hadoop."), store[key])
    if is_cluster(settings.spark.master):
        ship_package(session, settings.home / "spark")
    return session


def jars_dir(settings: Settings) -> Path:
    """The folder of jars: the settings' own, else the one that the set-up noted under home or the project."""
    notes = [place / "jars" for place in (settings.home, settings.root / ".haihe") if (place / "jars").is_file()]
    folder = settings.spark.jars or (Path(notes[0].read_text(encoding="utf-8").strip()) if notes else None)
    if folder is None or not any(folder.glob("delta-spark*.jar")):
        raise SettingsError(f"no Delta jars at {folder}: Spark was not started. Run `make setup`, or set spark.jars.")
    return folder


def _conf(settings: Settings, java_options: str) -> dict[str, str]:
    scratch = settings.home / "spark"
    return {
        "spark.driver.extraClassPath": f"{jars_dir(settings)}/*",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.delta.logStore.s3a.impl": LOG_STORE,
        "spark.delta.logStore.s3.impl": LOG_STORE,
        "spark.driver.memory": settings.spark.driver_memory,
        "spark.driver.extraJavaOptions": f'{java_options} -Dlog4j2.configurationFile="{settings.root}/conf/log4j2.properties"'
        f' -Duser.timezone=UTC -Dderby.system.home="{scratch}"',
        # Python would otherwise record a call site for every column, at the price of several calls into the JVM.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.hadoop.fs.s3a.buffer.dir": str(scratch / "s3a"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.shuffle.partitions": str(settings.spark.shuffle_partitions),
        # The stage of two hundred rules would be one method of 44 kB of byte code, which the JVM compiles in one session and not in the
        # next (a factor of three); past this size each expression is compiled by itself.
        "spark.sql.codegen.hugeMethodLimit": "8000",
        # A recursive query bounds its depth itself; the rows of a city's closure are more than a million.
        "spark.sql.cteRecursionRowLimit": "-1",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
        # At its default of 50 a small MERGE takes 5.3 s instead of 1.8.
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
        "spark.databricks.delta.properties.defaults.enableRowTracking": "false",
        "spark.databricks.delta.properties.defaults.checkpointPolicy": "classic",
        **placement_conf(settings.spark.master, jars_dir(settings), java_options),
    }
