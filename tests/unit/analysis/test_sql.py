"""`haihe sql` on the real store, in a shell that knows the analyst's key alone."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from jobs.analysis.desk import AnalystDesk
from jobs.analysis.query import ask
from jobs.collect.pipeline import Pipeline
from jobs.errors import QueryError
from jobs.storage import accounts, embedded
from jobs.storage.client import s3_client
from jobs.storage.policies import bucket_policy
from tests.unit.analysis.conftest import Shell

pytestmark = pytest.mark.store

BY_ORGAN = "select organ_name, count(*) as n, sum(fine_10k_yuan) as fines from credit__administrative_penalty group by all order by n desc"


def test_a_table_is_found_by_its_name_and_shown(haihe: Shell) -> None:
    told = haihe("sql", BY_ORGAN)
    assert (told.code, told.error) == (0, "")
    lines = [line.replace("│", " ").split() for line in told.out.splitlines()]
    assert ["市场监管委", "3", "10.000000"] in lines
    assert ["生态环境局", "2", "10.000000"] in lines
    assert told.out.splitlines()[-1] == "2 rows"


def test_rows_past_the_limit_are_told_to_be_missing(haihe: Shell) -> None:
    told = haihe("sql", "select document_no from silver.credit__administrative_penalty", "--limit", "2")
    assert told.out.splitlines()[-1].startswith("2 rows; there are more")


def test_the_same_rows_as_csv_json_and_parquet(haihe: Shell, tmp_path: Path) -> None:
    query = "select organ_name, fine_10k_yuan, decision_date from credit__administrative_penalty order by decision_date limit 2"
    assert haihe("sql", query, "--csv").out.splitlines() == [
        '"organ_name","fine_10k_yuan","decision_date"',
        '"市场监管委",1.500000,2021-03-01',
        '"市场监管委",2.500000,2021-03-02',
    ]
    assert [json.loads(line) for line in haihe("sql", query, "--json").out.splitlines()] == [
        {"organ_name": "市场监管委", "fine_10k_yuan": "1.500000", "decision_date": "2021-03-01"},
        {"organ_name": "市场监管委", "fine_10k_yuan": "2.500000", "decision_date": "2021-03-02"},
    ]
    path = tmp_path / "penalties.parquet"
    assert haihe("sql", query, "--parquet", str(path)).out == f"2 rows in {path}\n"
    assert [str(row["fine_10k_yuan"]) for row in pq.read_table(path).to_pylist()] == ["1.500000", "2.500000"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_partitioned_table_a_widened_one_and_an_empty_one_are_read_whole(haihe: Shell) -> None:
    counts = ("select sum(n) from by_year where year = 2021", "select count(*) from widened where b is null", "select count(*) from empty")
    assert haihe("sql", f"select {', '.join(f'({one})' for one in counts)}", "--csv").out.splitlines()[1] == "5,2,0"


def test_a_table_that_the_query_does_not_name_is_not_opened(haihe: Shell, city: Pipeline) -> None:
    broken = {"Bucket": city.bucket("gold"), "Key": "broken/_delta_log/00000000000000000000.json"}
    city.client.put_object(**broken, Body=b"{not a log")
    try:
        assert haihe("sql", "select count(*) as n from by_year", "--json").out == '{"n": 3}\n'
        told = haihe("sql", "select * from broken")
    finally:
        city.client.delete_object(**broken)
    assert (told.code, told.out) == (1, "")
    assert told.error.startswith("haihe: gold.broken: its Delta log cannot be read")


def test_show_tables_lists_what_can_be_read(haihe: Shell) -> None:
    names = haihe("sql", "show tables", "--csv").out.splitlines()[1:]
    assert {'"by_year"', '"credit__administrative_penalty"', '"empty"', '"widened"'} <= set(names)


def test_an_unknown_table_is_answered_with_the_near_names_and_all_there_are(haihe: Shell) -> None:
    told = haihe("sql", "select * from credit__administrative_penalties")
    assert (told.code, told.out) == (1, "")
    assert "Did you mean silver.credit__administrative_penalty?" in told.error
    assert "gold.by_year" in told.error


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_parquet('s3://bronze/credit__administrative_penalty/*.parquet')",
        "select * from widened, glob('s3://silver/credit__administrative_penalty/*')",
        "select * from '/etc/passwd'",
        "copy (select 1) to '/tmp/stolen.csv'",
        "attach 's3://gold/x.db'",
        "install spatial",
        "set enable_external_access = true",
        "create table t as select 1",
        "explain analyze create table t as select 1",
        "select 1; select 2",
        "selekt 1",
        "",
    ],
)
def test_what_does_more_than_read_the_named_tables_is_refused(desk: AnalystDesk, query: str) -> None:
    with pytest.raises(QueryError):
        ask(desk, query, lambda rows: pytest.fail(f"{rows.read_all().num_rows} rows were delivered"))


@pytest.mark.parametrize("layer", [name for name in accounts.LAKE_BUCKETS if name not in ("silver", "gold", "access")])
def test_the_key_of_the_commands_is_refused_on_every_other_bucket(analyst_environment: dict[str, str], city: Pipeline, layer: str) -> None:
    endpoint = accounts.analyst_endpoint(city.settings)
    assert endpoint.secret_key == analyst_environment["HAIHE_STORE__SECRET_KEY"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3_client(endpoint).list_objects_v2(Bucket=city.bucket(layer))


def test_a_query_that_cannot_be_noted_is_not_run(haihe: Shell, city: Pipeline) -> None:
    root, name = s3_client(embedded.root_endpoint(city.settings)), city.bucket("access")
    standing = root.get_bucket_policy(Bucket=name)["Policy"]
    root.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket_policy(name, accounts.PIPELINE, [])))
    try:
        told = haihe("sql", "select count(*) from by_year")
    finally:
        root.put_bucket_policy(Bucket=name, Policy=standing)
    assert (told.code, told.out) == (1, "")
    assert "The query was not run" in told.error
