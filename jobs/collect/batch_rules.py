"""Rules about whole batches, judged by Great Expectations on each batch's rows in force and settled before anything is decided by them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract
from jobs.collect.pipeline import Desk
from jobs.collect.revising import newest_revisions
from jobs.collect.work import Work
from jobs.lake.control import settle
from jobs.lake.pass_record import PassBatch
from jobs.lake.passes import pass_key
from jobs.lake.typed import typed_view
from jobs.lake.verdicts import bronze_rows
from jobs.quality.broken import read_through
from jobs.quality.by_gx import JudgedByGx, judged_by_gx
from jobs.quality.layout import Layout
from jobs.quality.shown import without_values


def judged_batches(desk: Desk, spark: SparkSession, work: Work, batches: Sequence[PassBatch], layout: Layout) -> dict[str, JudgedByGx]:
    """What Great Expectations makes of each batch, by batch id; empty where no rule is its own. The first answer of a pass stands."""
    record = work.record
    if not layout.by_gx or not batches or record.kind == "refuse":
        return {}
    key = pass_key(record.resource, record.number, ".by-gx")
    standing: Mapping[str, Any] | None = desk.control.find(key)
    if standing is None:
        judged = {batch.batch_id: _judged(_rows_in_force(desk, spark, work, batch), work.contract, layout) for batch in batches}
        standing = settle(desk.control, key, {name: one.model_dump(mode="json") for name, one in judged.items()})
    return {name: JudgedByGx.model_validate(one) for name, one in standing.items()}


def _judged(rows: DataFrame, contract: Contract, layout: Layout) -> JudgedByGx:
    """The batch's results without the values of rows that the contract does not show."""
    judged = judged_by_gx(rows, layout.by_gx)
    if judged.faults:
        # Where the rows cannot be read at all this raises, and the attempt has failed.
        read_through(rows).collect()
    return judged.model_copy(update={"results": {name: without_values(one, contract) for name, one in judged.results.items()}})


def _rows_in_force(desk: Desk, spark: SparkSession, work: Work, batch: PassBatch) -> DataFrame:
    """The batch's well-formed rows: of a row that was sent again, the newest."""
    rows = bronze_rows(spark, desk.lake, work.contract, [batch.batch_id])
    newest = newest_revisions(rows) if batch.revision else rows
    return typed_view(newest, work.contract, [batch.facts()]).where(~F.col("_is_malformed"))
