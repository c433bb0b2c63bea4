"""Arrow and delta-rs reach the same objects; Hadoop gets its words for them."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs.settings import Endpoint, Settings
from jobs.storage import accounts, objects
from jobs.storage.access import arrow_filesystem, delta_options, hadoop_options
from jobs.storage.client import S3Client

ROWS = pa.table({"id": ["1", "2"]})
SPARK_REDACTS = re.compile("(?i)secret|password|token|access[.]?key")  # Spark's default spark.redaction.regex


@pytest.mark.store
def test_what_arrow_writes_is_an_object_of_the_store(settings: Settings, pipeline: S3Client) -> None:
    filesystem = arrow_filesystem(accounts.pipeline_endpoint(settings))
    pq.write_table(ROWS, "bronze/arrow/表 1.parquet", filesystem=filesystem)
    assert [found.key for found in objects.list_objects(pipeline, "bronze", "arrow/")] == ["arrow/表 1.parquet"]
    assert pq.read_table("bronze/arrow/表 1.parquet", filesystem=filesystem) == ROWS


@pytest.mark.store
def test_arrow_writes_many_objects_over_one_connection(settings: Settings, pipeline: S3Client) -> None:
    filesystem = arrow_filesystem(accounts.pipeline_endpoint(settings))
    for number in range(40):  # with checksum trailers every third one of these failed
        pq.write_table(ROWS, f"bronze/many/{number}.parquet", filesystem=filesystem)
    assert len(objects.list_objects(pipeline, "bronze", "many/")) == 40


@pytest.mark.store
def test_delta_rs_commits_by_conditional_put(settings: Settings, pipeline: S3Client) -> None:
    options = delta_options(accounts.pipeline_endpoint(settings))
    write_deltalake("s3://bronze/delta", ROWS, storage_options=options)
    stale = DeltaTable("s3://bronze/delta", storage_options=options)
    write_deltalake("s3://bronze/delta", ROWS, storage_options=options, mode="append")
    write_deltalake(stale, ROWS, mode="append")
    assert DeltaTable("s3://bronze/delta", storage_options=options).to_pyarrow_table().num_rows == 6
    log = [found.key for found in objects.list_objects(pipeline, "bronze", "delta/_delta_log/")]
    assert [key.rpartition("/")[2] for key in log] == [f"{version:020d}.json" for version in range(3)]


def test_an_https_endpoint_is_never_reached_in_clear() -> None:
    endpoint = Endpoint(endpoint_url="https://s3.example.org", access_key="k", secret_key="s")
    assert delta_options(endpoint)["aws_allow_http"] == "false"
    assert hadoop_options(endpoint)["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "true"


def test_sparks_default_redaction_covers_both_credentials_and_no_other_setting() -> None:
    options = hadoop_options(Endpoint(endpoint_url="http://127.0.0.1:1", access_key="the key", secret_key="hidden"))
    assert {value for name, value in options.items() if SPARK_REDACTS.search(name)} == {"the key", "hidden"}
