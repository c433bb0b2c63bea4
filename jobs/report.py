"""`haihe report`: what is derived once a run from what the passes left behind. Done again it changes nothing."""

from datetime import datetime
from typing import Any

from jobs.analysis.accesses import flush_accesses
from jobs.analysis.dictionary import dictionary_files, write_dictionary
from jobs.analysis.projection import project_for_analysts
from jobs.collect.boarding import write_board
from jobs.collect.documenting import write_data_docs
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.projecting import flush_ledger
from jobs.collect.standing import note_overdue, standing_at
from jobs.notices.channels import channels
from jobs.notices.sending import send_notices, told_of
from jobs.sharing.records import flush_deliveries


def write_reports(pipeline: Pipeline, now: datetime) -> dict[str, Any]:
    """Ledger, what analysts see of it, Data Docs, overdue records, notices, board, dictionary, in this order: what each added.

    `failed` names channels that are down.
    """
    ledger = {**flush_ledger(pipeline), "accesses": flush_accesses(pipeline), "deliveries": flush_deliveries(pipeline)}
    gold = sorted(name for name, is_new in project_for_analysts(pipeline).items() if is_new)
    pages = write_data_docs(pipeline, city_date(now))
    standing = standing_at(pipeline, now)
    overdue = note_overdue(pipeline, standing)
    sent = send_notices(pipeline, standing)
    board = write_board(pipeline, standing, told_of(pipeline, standing), channels(pipeline.settings))
    dictionary = write_dictionary(pipeline, dictionary_files(pipeline, standing.today))
    return {
        "ledger": ledger,
        "gold": gold,
        "data_docs": pages.written,
        "data_docs_removed": pages.removed,
        "overdue": overdue,
        "notices": dict(sent.told),
        "board": board,
        "dictionary": dictionary,
        "failed": dict(sent.failed),
    }


def has_changed(report: dict[str, Any]) -> bool:
    """Whether anything was added anywhere."""
    counts = [
        *report["ledger"].values(),
        *report["notices"].values(),
        *(report[name] for name in ("data_docs", "data_docs_removed", "overdue", "board", "dictionary")),
    ]
    return bool(report["gold"]) or any(counts)
