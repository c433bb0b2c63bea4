"""Board and dictionary of the whole city: ninety days of every duty's batches in the ledger, all pages made and written."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.rows import BenchRow
from jobs.analysis.dictionary import dictionary_files, write_dictionary
from jobs.analysis.projection import project_for_analysts
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import period_of
from jobs.collect.boarding import write_board
from jobs.collect.pipeline import Pipeline
from jobs.collect.standing import standing_at
from jobs.errors import HaiheError
from jobs.lake.ledger import append_rows, ledger_table
from jobs.lake.silver import ensure_silver

SECONDS = 20.0
NOW = datetime(2021, 6, 30, 4, tzinfo=UTC)
DAYS = 90
# Every so many-th batch never came, was held, or had rows to mend.
MISSING, HELD, FAULTY = 37, 41, 5


def rows(pipeline: Pipeline) -> list[BenchRow]:
    """One row: seconds from the ledger to every page of board and dictionary, against twenty. Raises: HaiheError if pages are missing."""
    _, duties = pipeline.catalogue.responsibility.in_force(NOW.date())
    batches = [row for duty in duties for row in _batches(duty)]
    append_rows(ledger_table(pipeline.lake, "batches"), "batches", batches, {"bench": len(batches)})
    for contract in pipeline.catalogue.contracts.values():
        ensure_silver(pipeline.lake, contract)
    project_for_analysts(pipeline)
    began = time.monotonic()
    standing = standing_at(pipeline, NOW)
    board = write_board(pipeline, standing, {}, ())
    dictionary = write_dictionary(pipeline, dictionary_files(pipeline, standing.today))
    seconds = time.monotonic() - began
    providers = len(pipeline.catalogue.providers)
    if board < 2 * providers or dictionary <= len(pipeline.catalogue.contracts):
        raise HaiheError(f"{board} pages of the board and {dictionary} of the dictionary are too few. The row is not measured.")
    work = f"board ({board} pages, {len(batches):,} batches of {len(duties)} duties) and dictionary ({dictionary} pages)"
    return [BenchRow(work, f"{SECONDS:g} s", (seconds,), (SECONDS,), 1.0)]


def _batches(duty: Duty) -> Iterator[dict[str, Any]]:
    days = [NOW.date() - timedelta(days=back) for back in range(DAYS)]
    periods = {period.text: period for period in (period_of(duty.cycle, day) for day in days)}
    for number, (text, period) in enumerate(sorted(periods.items())):
        if number % MISSING == MISSING - 1:
            continue
        received = datetime.combine(period.end, datetime.min.time(), UTC) + timedelta(hours=20)
        quarantined = number % 3 if number % FAULTY == 0 else 0
        yield {
            "batch_id": f"{duty.duty_id}/{text}",
            "revision": 0,
            "resource": duty.resource,
            "provider": duty.provider_id,
            "duty_id": duty.duty_id,
            "period": text,
            "period_end": period.end,
            "state": "held" if number % HELD == HELD - 1 else "published",
            "kind": "collect",
            "pass_number": number + 1,
            "landed_by": number + 1,
            "drop_id": f"d{number:015x}",
            "part": "a.csv",
            "size_bytes": 10_000,
            "sha256": "0" * 64,
            "received_at": received,
            "decided_at": received,
            "rows_read": 100,
            "rows_accepted": 100 - quarantined,
            "rows_quarantined": quarantined,
            "failing_rows": [("facts.required", quarantined)] if quarantined else [],
            "reasons": "rows_below_expected" if number % HELD == HELD - 1 else "",
            "receipt": f"{duty.resource}/{text}/b/0",
        }
