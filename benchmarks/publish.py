"""Publishing against what anybody would write: an append of new rows, and a MERGE of few changed keys into many rows."""

from functools import partial
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from benchmarks.bench_case import Judged, admitted, definition, dropped, judged_pass, timed
from benchmarks.rows import BenchRow
from benchmarks.sample import HEADER, bench_contract
from jobs.catalogue.contract import Contract
from jobs.collect.archive import archive
from jobs.collect.pipeline import Pipeline
from jobs.collect.publishing import accepted_rows, publish_pass
from jobs.lake.pass_record import PassBatch
from jobs.lake.silver import written_rows
from jobs.lake.verdicts import bronze_rows

BOUND = 1.3
CHANGED_SHARE = 100


def appended(pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """New rows appended to silver against a bare copy of the same rows as Parquet to a Delta table."""
    contract = bench_contract("utf-8", "append")
    batch = _archived(pipeline, folder, contract, row_count)
    ours, bare = [], []
    for run in range(runs + 1):
        judged = judged_pass(pipeline, spark, definition(contract), batch, run)
        copied = f"s3a://{pipeline.bucket('raw')}/bench_parquet"
        rows = bronze_rows(spark, pipeline.lake, contract, [f"b{run:015x}"]).select(*HEADER)
        rows.write.mode("overwrite").parquet(copied)
        ours.append(timed(partial(_publish, pipeline, spark, judged)))
        bare.append(timed(partial(_append, spark, copied, f"s3a://{pipeline.bucket('gold')}/bench_append")))
    work = f"publish {row_count / 1e6:g} M new rows (append)"
    return [BenchRow(work, "bare Spark copy Parquet to Delta", tuple(ours[1:]), tuple(bare[1:]), BOUND)]


def merged(pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """Changed keys brought into silver against a bare MERGE of the same rows into a copy of it."""
    contract = bench_contract("utf-8")
    whole = judged_pass(pipeline, spark, definition(contract), _archived(pipeline, folder, contract, row_count), 0)
    _publish(pipeline, spark, whole)
    silver, target = pipeline.lake.spark_uri("silver", contract.table), f"s3a://{pipeline.bucket('gold')}/bench_merge"
    spark.read.format("delta").load(silver).write.format("delta").mode("overwrite").save(target)
    changed = _archived(pipeline, folder, contract, row_count // CHANGED_SHARE, CHANGED_SHARE)
    ours, bare = [], []
    for run in range(1, runs + 2):
        judged = judged_pass(pipeline, spark, definition(contract), changed, run)
        source = f"s3a://{pipeline.bucket('raw')}/bench_changed"
        accepted = accepted_rows(pipeline, spark, judged.work, judged.work.record.batches, judged.findings.layout)
        rows, _ = written_rows(contract, judged.work.record.number, accepted, pipeline.token_key, ())
        rows.write.mode("overwrite").parquet(source)
        ours.append(timed(partial(_publish, pipeline, spark, judged)))
        bare.append(timed(partial(_merge, spark, source, target)))
    work = f"publish {row_count // CHANGED_SHARE:,} changed keys into {row_count / 1e6:g} M rows"
    return [BenchRow(work, "bare Delta MERGE of the same", tuple(ours[1:]), tuple(bare[1:]), BOUND)]


def _archived(pipeline: Pipeline, folder: Path, contract: Contract, row_count: int, step: int = 1) -> PassBatch:
    return archive(pipeline, admitted(dropped(pipeline, folder, row_count, "utf-8", step), contract))


def _publish(pipeline: Pipeline, spark: SparkSession, judged: Judged) -> None:
    publish_pass(pipeline, spark, judged.work, judged.outcomes, judged.findings.layout)


def _append(spark: SparkSession, source: str, target: str) -> None:
    spark.read.parquet(source).write.format("delta").mode("append").save(target)


def _merge(spark: SparkSession, source: str, target: str) -> None:
    rows = spark.read.parquet(source).alias("new")
    table = DeltaTable.forPath(spark, target).alias("old")
    merge = table.merge(rows, "old.case_id = new.case_id").whenMatchedUpdateAll().whenNotMatchedInsertAll()
    merge.execute()
