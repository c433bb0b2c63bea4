"""Every query stands in the access log before it runs and after, and in the ledger once."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from jobs.analysis.access_log import access_key, note_asked
from jobs.analysis.accesses import flush_accesses, rebuild_accesses
from jobs.analysis.desk import AnalystDesk
from jobs.analysis.query import ask
from jobs.collect.pipeline import Pipeline
from jobs.errors import QueryError, StoreError
from jobs.lake.ledger import read_ledger
from jobs.storage.objects import list_objects
from tests.unit.analysis.conftest import Shell

pytestmark = pytest.mark.store


def entries(city: Pipeline, sql: str) -> list[dict[str, object]]:
    rows = [row for row in read_ledger(city.lake, "accesses").to_pylist() if row["sql"] == sql]
    return sorted(rows, key=lambda row: str(row["event"]), reverse=True)


def test_a_query_is_two_records_and_two_rows_of_the_ledger_once(city: Pipeline, haihe: Shell) -> None:
    sql = "select n from by_year where n >= 2"
    assert haihe("sql", sql).code == 0
    flush_accesses(city)
    asked, answered = entries(city, sql)
    assert {name: asked[name] for name in ("event", "account", "tables", "outcome", "rows")} == {
        "event": "asked", "account": "analyst", "tables": ["by_year"], "outcome": None, "rows": None,
    }  # fmt: skip
    assert {name: answered[name] for name in ("event", "outcome", "rows", "access_id")} == {
        "event": "answered", "outcome": "done", "rows": 2, "access_id": asked["access_id"],
    }  # fmt: skip
    assert asked["os_user"]
    assert flush_accesses(city) == 0
    rebuild_accesses(city)
    assert entries(city, sql) == [asked, answered]


def test_the_record_stands_when_the_first_row_is_read(city: Pipeline, desk: AnalystDesk) -> None:
    sql, found = "select n from by_year", []

    def look(rows: pa.RecordBatchReader) -> None:
        flush_accesses(city)
        found.extend(row["event"] for row in entries(city, sql))
        rows.read_all()

    ask(desk, sql, look)
    assert found == ["asked"]


@pytest.mark.parametrize(
    ("sql", "outcome", "error"),
    [
        ("drop table by_year", "refused", "QueryError"),
        ("select nothing from by_year", "failed", "BinderException"),
        ("select cast(organ_name as int) from credit__administrative_penalty", "failed", "ConversionException"),
        ("select * from no_such_table", "failed", "QueryError"),
    ],
)
def test_a_query_that_fails_is_noted_with_the_kind_of_failure_alone(
    city: Pipeline, desk: AnalystDesk, sql: str, outcome: str, error: str
) -> None:
    with pytest.raises(QueryError):
        ask(desk, sql, lambda rows: rows.read_all())
    flush_accesses(city)
    answered = entries(city, sql)[-1]
    assert (answered["outcome"], answered["error"], answered["rows"]) == (outcome, error, 0)


def test_a_query_that_is_broken_off_is_noted_as_such(city: Pipeline, desk: AnalystDesk) -> None:
    def interrupted(_: pa.RecordBatchReader) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(desk, "select n + 0 from by_year", interrupted)
    flush_accesses(city)
    assert entries(city, "select n + 0 from by_year")[-1]["outcome"] == "interrupted"


def test_a_record_is_neither_read_nor_changed_nor_deleted_by_who_wrote_it(desk: AnalystDesk) -> None:
    key = access_key(note_asked(desk, "select 1", (), datetime.now(UTC)))
    where = {"Bucket": desk.access_bucket, "Key": key}
    for attempt in (
        lambda: desk.client.get_object(**where),
        lambda: desk.client.head_object(**where),
        lambda: desk.client.list_objects_v2(Bucket=desk.access_bucket),
        lambda: desk.client.put_object(**where, Body=b"other"),
        lambda: desk.client.delete_object(**where),
        lambda: desk.client.put_object_retention(**where, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC)}),
    ):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_nobody_replaces_a_record_in_parts(city: Pipeline, desk: AnalystDesk) -> None:
    where = {"Bucket": desk.access_bucket, "Key": access_key(note_asked(desk, "select 2", (), datetime.now(UTC)))}
    before = next(found for found in list_objects(city.client, desk.access_bucket) if found.key == where["Key"])
    upload = desk.client.create_multipart_upload(**where)["UploadId"]
    etag = desk.client.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"other")["ETag"]
    with pytest.raises(ClientError):
        desk.client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert before in list_objects(city.client, desk.access_bucket)


def test_an_object_that_is_no_record_is_a_row_that_says_so(city: Pipeline, desk: AnalystDesk) -> None:
    desk.client.put_object(Bucket=desk.access_bucket, Key="junk.json", Body=b"{}")
    flush_accesses(city)
    rows = {row["record"]: row["event"] for row in read_ledger(city.lake, "accesses", ["record", "event"]).to_pylist()}
    assert rows["junk.json"] == "unreadable"


def test_no_store_no_query(desk: AnalystDesk) -> None:
    elsewhere = AnalystDesk(desk.settings, desk.endpoint, desk.lake, desk.client, "no-such-bucket")
    with pytest.raises(StoreError, match="was not run"):
        ask(elsewhere, "select n from by_year", lambda rows: pytest.fail(f"rows were delivered: {rows.schema}"))
