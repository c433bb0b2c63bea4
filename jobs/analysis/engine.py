"""DuckDB on the analyst's own key: the tables of one query as views, nothing fetched, nothing else within reach."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import duckdb

from jobs.analysis.desk import LAYERS
from jobs.errors import SettingsError
from jobs.lake.snapshot import Snapshot
from jobs.settings import Endpoint

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Else a name that is no table may be a Python variable.
    "python_enable_replacements": False,
}

# The schema of empty tables with the columns of a log; `SHOW TABLES` leaves it out.
COLUMNS = "columns_of"
ARROW = "arrow_columns"


@contextmanager
def closed_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that fetches no extension. What does not fit into memory goes to a private folder that ends with it."""
    with TemporaryDirectory(prefix="haihe-sql-") as folder, duckdb.connect(config={**CLOSED, "temp_directory": folder}) as connection:
        yield connection


def let_in(connection: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> None:
    """Give the connection this account on the store. Raises: SettingsError if the extension is not installed."""
    load_extension(connection, "httpfs")
    connection.execute(secret_statement(endpoint))


def show_tables(connection: duckdb.DuckDBPyConnection, tables: Sequence[Snapshot]) -> None:
    """Make these tables views in the schemas `silver` and `gold`, and lock the connection to their folders.

    From then on it has no local file, no other object, no extension, and no statement opens these doors.
    """
    if not all(table.is_plain for table in tables):
        load_extension(connection, "delta")
    for layer in (*LAYERS, COLUMNS):
        connection.execute(f"CREATE SCHEMA {layer}")
    for table in tables:
        _create_view(connection, table)
    _lock(connection, tables)


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load the extension from its Python package. Raises: SettingsError if the package is not installed or of another DuckDB."""
    try:
        folder = files(f"duckdb_extension_{name}") / "extensions"
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"DuckDB's extension {name} is not installed. Install duckdb-extension-{name}=={duckdb.__version__}."
        ) from error
    wanted = f"{name}.duckdb_extension"
    found: list[Traversable] = [file for version in folder.iterdir() for file in version.iterdir() if file.name == wanted]
    try:
        connection.load_extension(str(found[0]))
    except (IndexError, duckdb.Error) as error:
        raise SettingsError(
            f"{folder}: DuckDB {duckdb.__version__} cannot load {wanted} from there ({error}). Nothing was read. "
            f"Install duckdb-extension-{name}=={duckdb.__version__}; both must be of one version."
        ) from error


def secret_statement(endpoint: Endpoint) -> str:
    """The SQL that gives a connection this account; it holds the secret, so it is never logged."""
    url = urlsplit(endpoint.endpoint_url)
    options = {
        "TYPE": "s3",
        "KEY_ID": _text(endpoint.access_key),
        "SECRET": _text(endpoint.secret_key),
        "REGION": _text(endpoint.region),
        "ENDPOINT": _text(url.netloc + url.path.rstrip("/")),
        "URL_STYLE": _text("path"),
        "USE_SSL": str(url.scheme == "https"),
    }
    return f"CREATE SECRET lake ({', '.join(f'{name} {value}' for name, value in options.items())})"


def _create_view(connection: duckdb.DuckDBPyConnection, table: Snapshot) -> None:
    """A plain table is read as its files, which takes half the time of DuckDB's own reader of Delta logs."""
    view = f"{table.layer}.{_name(table.name)}"
    source = f"delta_scan({_text(table.uri)})"
    if table.is_plain:
        source = f"read_parquet([{', '.join(map(_text, table.files))}], union_by_name=true, hive_partitioning=false)"
    if table.files:
        connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {source}")  # noqa: S608 (names are quoted)
        if _columns(connection, table) >= set(table.schema.names):
            return
    # No file holds the newest columns yet, or there is no file: the log's columns come from an empty table. Not always so, because
    # a count over a union reads every row, where a count over files reads their footers.
    columns = f"{COLUMNS}.{_name(view)}"
    connection.register(ARROW, table.schema.empty_table())
    connection.execute(f"CREATE TABLE {columns} AS SELECT * FROM {ARROW}")  # noqa: S608 (names are quoted)
    connection.unregister(ARROW)
    selects = [f"SELECT * FROM {relation}" for relation in (columns, *([source] if table.files else []))]  # noqa: S608 (names are quoted)
    connection.execute(f"CREATE OR REPLACE VIEW {view} AS {' UNION ALL BY NAME '.join(selects)}")


def _columns(connection: duckdb.DuckDBPyConnection, table: Snapshot) -> set[str]:
    wanted = "SELECT column_name FROM duckdb_columns() WHERE schema_name = $1 AND table_name = $2"
    return {name for (name,) in connection.execute(wanted, [table.layer, table.name]).fetchall()}


def _lock(connection: duckdb.DuckDBPyConnection, tables: Sequence[Snapshot]) -> None:
    folders = ", ".join(_text(f"{table.uri}/") for table in tables)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET search_path = {_text(','.join(LAYERS))}")
    connection.execute(f"SET allowed_directories = [{folders}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
