"""Rows of the board out of the ledger: what came of each period, what each day brought, and sums. DuckDB over Arrow tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from jobs.collect.pipeline import CITY_ZONE
from jobs.lake.ledger import read_ledger
from jobs.lake.place import Lake

Rows = list[dict[str, Any]]
BATCH_COLUMNS = (
    "batch_id",
    "revision",
    "resource",
    "provider",
    "duty_id",
    "period",
    "period_end",
    "state",
    "received_at",
    "rows_read",
    "rows_accepted",
    "reasons",
    "receipt",
    "size_bytes",
    "sha256",
)
DROP_COLUMNS = ("drop_id", "provider", "resource", "period", "state", "reasons", "receipt", "decided_at")
# A batch counts by its last revision.
LATEST = "SELECT * FROM batches QUALIFY row_number() OVER (PARTITION BY batch_id ORDER BY revision DESC) = 1"


def ledger_rows(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A connection with `latest` (batches at their last revision) and `refused` (drops that no batch came of), each with its city day."""
    connection = duckdb.connect()
    connection.register("batches", _with_day(read_ledger(lake, "batches", BATCH_COLUMNS), "received_at"))
    connection.register("drops", _with_day(read_ledger(lake, "drops", DROP_COLUMNS), "decided_at"))
    connection.execute(f"CREATE TABLE latest AS {LATEST}")
    connection.execute("CREATE TABLE refused AS SELECT * FROM drops WHERE state = 'refused'")
    return connection


def batches_of(connection: duckdb.DuckDBPyConnection, first_day: date, wanted: Iterable[tuple[str, str, str]]) -> Rows:
    """Batches received since `first_day`, held ones of any day, and all of the wanted (provider, resource, period); by arrival."""
    connection.register("wanted", _keys(wanted))
    return _dicts(
        connection,
        "SELECT * EXCLUDE (day) FROM latest WHERE day >= ? OR state = 'held' OR (provider, resource, period) IN "
        "(SELECT (provider, resource, period) FROM wanted) ORDER BY received_at, batch_id",
        [first_day],
    )


def refused_drops(connection: duckdb.DuckDBPyConnection, first_day: date) -> Rows:
    """Drops refused since `first_day` before they became a batch; by time."""
    return _dicts(connection, "SELECT * EXCLUDE (day) FROM refused WHERE day >= ? ORDER BY decided_at, drop_id", [first_day])


def days(connection: duckdb.DuckDBPyConnection, last: date, number: int) -> Rows:
    """What each of the `number` days up to `last` brought: day, published, held, refused, rows_accepted; days without anything left out."""
    return _dicts(
        connection,
        "WITH came AS (SELECT day, state, coalesce(rows_accepted, 0) AS accepted FROM latest "
        "UNION ALL SELECT day, 'refused', 0 FROM refused) "
        "SELECT day, count(*) FILTER (state = 'published') AS published, count(*) FILTER (state = 'held') AS held, "
        "count(*) FILTER (state = 'refused') AS refused, "
        "coalesce(sum(accepted) FILTER (state = 'published'), 0)::BIGINT AS rows_accepted "
        "FROM came WHERE day > ? AND day <= ? GROUP BY day ORDER BY day",
        [last - timedelta(days=number), last],
    )


def sums(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """providers_connected, rows_collected (accepted and published) and raw_bytes (of files as dropped, each content once)."""
    rows = _dicts(
        connection,
        "SELECT count(DISTINCT provider) FILTER (state = 'published') AS providers_connected, "
        "coalesce(sum(rows_accepted) FILTER (state = 'published'), 0)::BIGINT AS rows_collected, "
        "(SELECT coalesce(sum(size_bytes), 0)::BIGINT FROM (SELECT DISTINCT provider, resource, sha256, size_bytes FROM latest)) "
        "AS raw_bytes FROM latest",
        [],
    )
    return rows[0]


def first_days(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """Provider -> the day on which its first batch was received."""
    return {row["provider"]: row["day"] for row in _dicts(connection, "SELECT provider, min(day) AS day FROM latest GROUP BY provider", [])}


def reason_codes(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The row's reasons."""
    return tuple((row["reasons"] or "").split())


def _keys(wanted: Iterable[tuple[str, str, str]]) -> pa.Table:
    names = ("provider", "resource", "period")
    columns = list(zip(*wanted, strict=True)) or [(), (), ()]
    return pa.table({name: pa.array(list(values), pa.string()) for name, values in zip(names, columns, strict=True)})


def _with_day(table: pa.Table, moment: str) -> pa.Table:
    """The table with the day of that moment in the city; times stay UTC."""
    local = pc.local_timestamp(table[moment].cast(pa.timestamp("us", tz=str(CITY_ZONE))))
    naive = table.set_column(table.column_names.index(moment), moment, table[moment].cast(pa.timestamp("us")))
    return naive.append_column("day", local.cast(pa.date32(), safe=False))


def _dicts(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object]) -> Rows:
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
