"""The validation result of each batch of a pass, in control: what rules gave on its rows, and how the batch compares with its past."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.collect.findings import Findings
from jobs.collect.pipeline import Desk
from jobs.collect.results import batch_result, store_result
from jobs.lake.pass_record import Pass, PassBatch
from jobs.quality.by_gx import NO_RULES
from jobs.quality.history import HistoryCheck
from jobs.quality.history_result import history_results, not_judged_yet
from jobs.quality.result import gx_results, validation_results


def write_results(desk: Desk, record: Pass, findings: Findings, checks: Mapping[str, Sequence[HistoryCheck]]) -> None:
    """Write `results/<resource>/<batch>/<revision>.json` of every batch that was counted."""
    batches = [batch for batch in record.batches if batch.batch_id in findings.counts]
    judged = ((findings.counts[batch.batch_id], _meta(record, batch, checks.get(batch.batch_id, ()))) for batch in batches)
    further = {
        batch.batch_id: [
            *gx_results(findings.by_gx.get(batch.batch_id, NO_RULES)),
            *history_results(checks.get(batch.batch_id, ())),
        ]
        for batch in batches
    }
    for batch, result in zip(batches, validation_results(findings.layout, judged, further), strict=True):
        store_result(desk.control, batch_result(record.resource, batch.batch_id, batch.revision), result)


def _meta(record: Pass, batch: PassBatch, checks: Sequence[HistoryCheck]) -> dict[str, Any]:
    return {
        "suite_name": record.resource,
        "batch_id": batch.batch_id,
        "provider": batch.provider,
        "period": batch.period,
        "pass": record.number,
        **not_judged_yet(checks),
    }
