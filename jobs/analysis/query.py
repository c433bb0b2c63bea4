"""One query from its text to its rows: parsed, noted in the access log, run on the tables that it names, and noted again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from jobs.analysis.access_log import Outcome, note_answered, note_asked
from jobs.analysis.desk import AnalystDesk
from jobs.analysis.engine import closed_connection, let_in, show_tables
from jobs.analysis.shelf import opened
from jobs.analysis.statement import Statement, read_statement
from jobs.errors import HaiheError, QueryError

BATCH_ROWS = 65_536
# Takes the rows, batch by batch, to wherever they are wanted.
Deliver = Callable[[pa.RecordBatchReader], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a query: rows delivered, and whether there were more than the limit."""

    rows: int
    is_cut: bool


class _Taken:
    """Counts the rows as they are taken, up to the limit."""

    def __init__(self, limit: int | None) -> None:
        self.limit, self.rows, self.is_cut = limit, 0, False

    def of(self, batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            left = batch.num_rows if self.limit is None else self.limit - self.rows
            self.is_cut = self.is_cut or batch.num_rows > left
            taken = batch.slice(0, left)
            self.rows += taken.num_rows
            if taken.num_rows:
                yield taken
            if self.is_cut:
                return


def ask(desk: AnalystDesk, sql: str, deliver: Deliver, limit: int | None = None) -> Answer:
    """Run the query and deliver at most `limit` of its rows (None: all).

    Raises: QueryError if it is not one reading statement, names no table of silver or gold, or fails; StoreError, StoreUnavailable if the
    store, or the access log in it, cannot be used. Whatever is raised, the access log says so if it could be written.
    """
    with closed_connection() as connection:
        statement = _read(desk, connection, sql)
        taken = _Taken(limit)
        with _noted(desk, statement, taken):
            _run(desk, connection, statement, deliver, taken)
    return Answer(taken.rows, taken.is_cut)


def _read(desk: AnalystDesk, connection: duckdb.DuckDBPyConnection, sql: str) -> Statement:
    """The statement; what is refused is noted too."""
    try:
        return read_statement(connection, sql)
    except QueryError:
        asked = note_asked(desk, sql, (), datetime.now(UTC))
        note_answered(desk, asked, datetime.now(UTC), "refused", 0, QueryError.__name__)
        raise


@contextmanager
def _noted(desk: AnalystDesk, statement: Statement, taken: _Taken) -> Iterator[None]:
    """What happens inside stands in the access log before it begins and when it has ended, however it ends."""
    asked = note_asked(desk, statement.sql, tuple(map(str, statement.tables)), datetime.now(UTC))
    outcome: Outcome = "interrupted"
    error: str | None = None
    try:
        yield
        outcome = "cut" if taken.is_cut else "done"
    except HaiheError as failure:
        outcome, error = "failed", type(failure.__cause__ or failure).__name__
        raise
    finally:
        note_answered(desk, asked, datetime.now(UTC), outcome, taken.rows, error)


def _run(desk: AnalystDesk, connection: duckdb.DuckDBPyConnection, statement: Statement, deliver: Deliver, taken: _Taken) -> None:
    with ThreadPoolExecutor(1) as pool:  # DuckDB loads its extension while the Delta logs are read
        is_in = pool.submit(let_in, connection, desk.endpoint)
        tables = opened(desk, statement)
        is_in.result()
    show_tables(connection, tables)
    try:
        reader = connection.execute(statement.sql).to_arrow_reader(BATCH_ROWS)
        deliver(pa.RecordBatchReader.from_batches(reader.schema, taken.of(reader)))
    except (duckdb.Error, pa.ArrowException) as error:
        raise QueryError(
            f'{str(error).strip()}\nNothing was changed. `haihe sql "describe TABLE"` says which columns there are.'
        ) from error
