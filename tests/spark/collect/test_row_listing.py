"""Rows of a batch as an engineer lists them: each with every expectation that it failed, nothing personal in clear."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from jobs.collect.documenting import write_data_docs
from jobs.collect.pipeline import city_date
from jobs.collect.row_listing import list_rows, rows_csv, rows_json, rows_table
from jobs.errors import PassError
from jobs.storage.objects import read_bytes
from tests.spark.collect.conftest import Lakehouse
from tests.spark.collect.test_penalties import PENALTY, ROWS, _drop, _penalty

# Its check character is X (GB 11643-1999), so this one is wrong.
WRONG, PERSON = "110105194912310021", "某某某"
BAD = {
    3: {"party_kind_code": "2", "party_uscc": "", "party_name": PERSON, "party_document_kind_code": "111", "party_document_no": WRONG},
    5: {"party_uscc": "", "fine_10k_yuan": "-2", "penalty_class_code": ""},
    8: {"decision_date": "2021-02-30"},
}
# Files of 2021 that are dropped now are late.
LATE = "reported_in_seven_working_days"
RULES = [
    {"resident_id_of_party", LATE},
    {"uscc_of_legal_party", "penalty_class_code.required", "fine_10k_yuan.minimum", LATE},
    {"decision_date.parse"},
]


def test_rows_are_listed_by_their_fate_with_all_their_faults_and_masked_values(lakehouse: Lakehouse) -> None:
    rows = [_penalty("human-resources", number, "2021-03-05", **BAD.get(number, {})) for number in range(ROWS)]
    _drop(lakehouse, "human-resources", "2021-03-05", rows)
    (outcome,) = lakehouse.collect(PENALTY)
    pipeline, batch = lakehouse.pipeline, outcome.batch_id
    page = lakehouse.told(outcome)["links"]["data_doc"]
    assert page == f"data-docs/{PENALTY}/{batch}/0000.html"
    assert write_data_docs(pipeline, city_date(datetime.now(UTC))).written == 1
    assert PERSON.encode() not in read_bytes(pipeline.client, pipeline.bucket("docs"), page)
    contract, bad = list_rows(pipeline, lambda: lakehouse.spark, batch, "quarantined", 50)
    assert [row.row for row in bad] == [number + 2 for number in BAD]
    faults = [{fault.rule: (fault.value, fault.zh, fault.en) for fault in row.faults} for row in bad]
    assert [set(told) for told in faults] == RULES
    assert faults[1]["fine_10k_yuan.minimum"] == ("-2", "应不小于 0，实为 -2", "Must be at least 0, is -2")
    assert faults[2]["decision_date.parse"][0] == "2021-02-30"
    assert bad[0].values["party_document_no"] == "110105********0021"
    assert bad[0].values["facts"] == "…"

    objects = [json.loads(line) for line in rows_json(bad).splitlines()]
    assert [one["line"] for one in objects] == [row.line for row in bad]
    assert objects[1]["faults"][0].keys() == {"rule", "severity", "column", "value", "zh", "en"}
    records = list(csv.DictReader(io.StringIO(rows_csv(bad, contract), newline="")))
    assert [set(record["rules"].split(" | ")) for record in records] == RULES
    assert records[0]["party_document_no"] == "110105********0021"
    assert rows_table("bad", bad, "en").row_count == sum(map(len, RULES))
    assert not any(value in rows_json(bad) + rows_csv(bad, contract) for value in (WRONG, PERSON))

    _, good = list_rows(pipeline, lambda: lakehouse.spark, batch, "accepted", 4)
    assert [row.row for row in good] == [2, 3, 4, 6]
    assert [[(fault.rule, fault.severity) for fault in row.faults] for row in good] == [[(LATE, "warning")]] * 4
    assert list_rows(pipeline, lambda: lakehouse.spark, batch, "warned", 4)[1] == good
    with pytest.raises(PassError, match="no such batch"):
        list_rows(pipeline, lambda: lakehouse.spark, "b0", "accepted", 4)
