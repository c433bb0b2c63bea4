"""Spark's commits, each carrying its pass: a second one under the same number does nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession

from jobs.lake.passes import transaction_id


def append_once(rows: DataFrame, uri: str, resource: str, number: int) -> None:
    """Append the rows as one version of the table, for pass `number` of the resource."""
    options = {"txnAppId": transaction_id(resource), "txnVersion": str(number)}
    rows.write.format("delta").mode("append").options(**options).save(uri)


def merge_once(rows: DataFrame, uri: str, resource: str, number: int, *, same_key: Column, is_newer: Column) -> None:
    """MERGE the rows (`new`) into the table (`old`) as one version: newer rows replace, unknown keys are added."""
    spark = rows.sparkSession
    with _transaction(spark, resource, number):
        merge = DeltaTable.forPath(spark, uri).alias("old").merge(rows.alias("new"), same_key)
        merge.whenMatchedUpdateAll(condition=is_newer).whenNotMatchedInsertAll().execute()


def replace_once(rows: DataFrame, uri: str, resource: str, number: int) -> None:
    """Replace all rows, and the columns where they differ, as one version of the table, for pass `number` of the resource."""
    options = {"txnAppId": transaction_id(resource), "txnVersion": str(number), "overwriteSchema": "true"}
    rows.write.format("delta").mode("overwrite").options(**options).save(uri)


@contextmanager
def _transaction(spark: SparkSession, resource: str, number: int) -> Iterator[None]:
    """MERGE takes its transaction from session settings, so they are set for one command and one thread alone."""
    settings = {
        "spark.databricks.delta.write.txnAppId": transaction_id(resource),
        "spark.databricks.delta.write.txnVersion": str(number),
    }
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name in settings:
            spark.conf.unset(name)
