"""Large objects land through Spark's workers, small ones in this process: the same rows with the same lines, whatever the quotes do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.period import Period
from jobs.collect.admission import examine
from jobs.collect.archive import archive
from jobs.collect.drops import Drop
from jobs.collect.pipeline import Pipeline
from jobs.intake.keys import parse_drop_key
from jobs.lake.landing import land
from jobs.lake.pass_record import Landed, PassBatch
from jobs.storage.objects import list_objects, put, read_bytes
from tests.spark.collect.conftest import csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
ROWS = 24_000


def _archived(pipeline: Pipeline, body: bytes) -> PassBatch:
    """The batch, cut into ranges of one megabyte."""
    small = replace(
        pipeline, settings=pipeline.settings.model_copy(update={"passes": pipeline.settings.passes.model_copy(update={"range_mb": 1})})
    )
    bucket = pipeline.bucket(f"landing-{TAX}")
    put(pipeline.client, bucket, f"{VAT}/2021-03-05/large.csv", body)
    stored = next(entry for entry in list_objects(pipeline.client, bucket))
    drop = Drop(TAX, stored, parse_drop_key(stored.key), None, None)
    day = Period.parse("2021-03-05")

    def head() -> bytes:
        return read_bytes(pipeline.client, bucket, stored.key, length=262_144)

    return archive(small, examine(pipeline.catalogue, drop, VAT, day, None, day.end, head))


def _landed(pipeline: Pipeline, landed: Landed) -> pa.Table:
    files = [
        pq.read_table(pipeline.lake.path("bronze", f"tax__vat_invoice/{file['name']}"), filesystem=pipeline.lake.filesystem())
        for file in landed.files
    ]
    return pa.concat_tables(files).sort_by("_row")


@pytest.mark.parametrize("odd_line", [None, 9_000], ids=["proven", "a quote never closed"])
def test_both_ways_land_the_same(new_pipeline: Callable[[], Pipeline], spark: SparkSession, tmp_path: Path, odd_line: int | None) -> None:
    pipeline = new_pipeline()
    contract = pipeline.catalogue.contracts[VAT]
    lines = csv_bytes(contract, TAX, (invoice(number, remark=f"备注{number}") for number in range(1, ROWS + 1))).decode().splitlines()
    lines[5_000] = "只有一列"
    if odd_line:
        lines[odd_line] = lines[odd_line].rsplit(",", 1)[0] + ',"从未闭合'
    batch = _archived(pipeline, ("\n".join(lines) + "\n").encode())
    assert len(batch.ranges) >= 2
    small = land(spark, pipeline.lake, contract, 1, [batch], large_bytes=1 << 40)
    large = land(spark, pipeline.lake, contract, 2, [batch], large_bytes=1)
    assert len(large.files) > 1
    assert large.batches == small.batches
    assert large.batches[batch.batch_id].rows == ROWS
    rows = _landed(pipeline, large)
    assert rows.equals(_landed(pipeline, small))
    bad = rows.filter(pc.is_valid(rows["_malformed"]))["_row"].to_pylist()
    # Physical lines count from 1, the header is the first.
    assert bad == [5_001, *([odd_line + 1] if odd_line else [])]
    assert rows["_row"].to_pylist() == list(range(2, ROWS + 2))
