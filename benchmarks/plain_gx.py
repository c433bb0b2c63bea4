"""The same file by plain Great Expectations: complete results with row ids, then split by them and both parts written to Delta."""

from functools import partial
from pathlib import Path

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.data_context.types.base import ProgressBarsConfig
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.bench_case import admitted, definition, dropped, judged_pass, timed
from benchmarks.rows import BenchRow
from benchmarks.sample import DISTRICTS, HEADER, bench_contract
from jobs.collect.archive import archive
from jobs.collect.drops import Drop
from jobs.collect.pipeline import Pipeline

BOUND = 0.35
MOST_RUNS = 2
ROW_ID = "serial"
TYPES = {"amount_yuan": "decimal(18,2)", "age": "bigint", "start_date": "date", "end_date": "date"}


def rows(pipeline: Pipeline, spark: SparkSession, folder: Path, *, row_count: int, runs: int) -> list[BenchRow]:
    """Ours against plain Great Expectations, in turn; the latter takes minutes, so at most two runs of each, after one of ours."""
    contract = bench_contract("utf-8")
    drop = dropped(pipeline, folder, row_count, "utf-8")
    batch = archive(pipeline, admitted(drop, contract))
    ours, plain = [], []
    for run in range(min(runs, MOST_RUNS) + 1):
        ours.append(judged_pass(pipeline, spark, definition(contract), batch, run).seconds)
        if run:
            plain.append(timed(partial(_plain, pipeline, spark, drop)))
    work = f"land and judge {row_count / 1e6:g} M x {len(HEADER)}, UTF-8, ten rules and a key (medians of {len(plain)})"
    against = "plain GX, complete results with row ids, split and written"
    return [BenchRow(work, against, tuple(ours[1:]), tuple(plain), BOUND)]


def _plain(pipeline: Pipeline, spark: SparkSession, drop: Drop) -> None:
    frame = _typed(spark, f"s3a://{drop.stored.bucket}/{drop.stored.key}")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_spark("bench").add_dataframe_asset("bench")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW_ID]}
    result = batch.validate(_suite(), result_format=wanted)
    failing = {row[ROW_ID] for one in result.results for row in one.result.get("unexpected_index_list") or ()}
    ids = F.broadcast(spark.createDataFrame([(one,) for one in failing], f"{ROW_ID} string"))
    for how, name in (("left_anti", "good"), ("left_semi", "bad")):
        target = f"s3a://{pipeline.bucket('gold')}/bench_plain_{name}"
        frame.join(ids, ROW_ID, how).write.format("delta").mode("overwrite").save(target)
    # Great Expectations persists what it is given and never lets it go.
    spark.catalog.clearCache()


def _typed(spark: SparkSession, source: str) -> DataFrame:
    texts = spark.read.csv(source, header=True, schema=", ".join(f"{name} string" for name in HEADER))
    return texts.select(*[F.col(name).try_cast(TYPES[name]).alias(name) if name in TYPES else F.col(name) for name in HEADER])


def _suite() -> gx.ExpectationSuite:
    """The ten rules and the key; what does not parse is null in its typed column."""
    return gx.ExpectationSuite(
        "bench",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(column="case_id"),
            gxe.ExpectColumnValuesToBeInSet(column="district_code", value_set=list(DISTRICTS)),
            gxe.ExpectColumnValuesToMatchRegex(column="person_no", regex="^[0-9]{18}$"),
            *[gxe.ExpectColumnValuesToNotBeNull(column=name) for name in TYPES],
            gxe.ExpectColumnValuesToBeBetween(column="amount_yuan", min_value=0),
            gxe.ExpectColumnValuesToBeBetween(column="age", max_value=120),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="end_date", column_B="start_date", or_equal=True),
            gxe.ExpectColumnValuesToBeUnique(column="case_id"),
        ],
    )
