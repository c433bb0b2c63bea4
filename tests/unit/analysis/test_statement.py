"""Which tables a query names, and which statements only read; by DuckDB's own parser, without a store."""

import duckdb
import pytest

from jobs.analysis.statement import read_statement
from jobs.errors import QueryError


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select * from a join silver.b using (x) where y in (select y from gold.c)", {"a", "silver.b", "gold.c"}),
        ("with a as (select * from silver.b) select * from a", {"a?", "silver.b"}),
        ("with b as (select * from b where x) from b", {"b?"}),
        ("describe a", {"a"}),
        ("summarize silver.b;", {"silver.b"}),
        ("explain analyze select (select count(*) from a)", {"a"}),
        ("EXPLAIN (FORMAT json) select * from Silver.B", {"silver.B"}),
        ("-- a remark\nselect 'drop table a' from \"b\"", {"b"}),
        ("values (1)", set()),
    ],
)
def test_the_tables_that_a_query_names(sql: str, named: set[str]) -> None:
    with duckdb.connect() as connection:
        statement = read_statement(connection, sql)
    assert {f"{table}" if table.is_certain else f"{table}?" for table in statement.tables} == named
    assert not statement.lists_tables


@pytest.mark.parametrize("sql", ["show tables", "show all tables", "show tables from silver", "select * from information_schema.tables"])
def test_a_query_that_asks_which_tables_there_are(sql: str) -> None:
    with duckdb.connect() as connection:
        assert read_statement(connection, sql).lists_tables


@pytest.mark.parametrize(
    "sql", ["delete from a", "explain delete from a", "explain analyze copy a to 'b'", "call pragma_version()", "use gold", "load httpfs"]
)
def test_a_statement_that_does_more_than_read(sql: str) -> None:
    with duckdb.connect() as connection, pytest.raises(QueryError, match="only reads"):
        read_statement(connection, sql)
