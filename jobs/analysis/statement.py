"""A query as text -> one reading statement and the tables that it names, by DuckDB's own parser."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from jobs.errors import QueryError

EXPLAIN = re.compile(r"\s*explain(\s+analyze)?(\s*\([^)]*\))?\s+", re.IGNORECASE)
# `SHOW TABLES` and its like name no table: they ask which there are.
LISTING_KINDS = frozenset({"SHOW_UNQUALIFIED", "SHOW_FROM"})
CATALOGUE_SCHEMAS = frozenset({"information_schema", "pg_catalog"})
ALLOWED = "SELECT, WITH, VALUES, FROM, DESCRIBE, SUMMARIZE, EXPLAIN and SHOW"


@dataclass(frozen=True, slots=True)
class TableName:
    """A table as the query names it; no `layer` where it gave none. `is_certain` is False where it may be a WITH name instead."""

    layer: str | None
    name: str
    is_certain: bool

    def __str__(self) -> str:
        """The name as in SQL."""
        return f"{self.layer}.{self.name}" if self.layer else self.name


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that reads. `lists_tables`: it asks which tables there are."""

    sql: str
    tables: tuple[TableName, ...]
    lists_tables: bool


def read_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> Statement:
    """The query's one statement. Raises: QueryError for none, for more than one, for one that does not parse or does more than read."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.ParserException as error:
        raise QueryError(f"not SQL that DuckDB can read: {str(error).strip()}\nNothing was run. Mend the query.") from error
    if len(statements) != 1:
        raise QueryError(f"{len(statements)} statements, and one at a time is run. Nothing was run. Allowed: {ALLOWED}.")
    explained = EXPLAIN.match(sql) if statements[0].type == duckdb.StatementType.EXPLAIN else None
    tree = _tree(connection, sql[explained.end() :] if explained else sql)
    withs = {entry["key"].lower() for node in _nodes(tree) if "cte_map" in node for entry in node["cte_map"]["map"]}
    named = [node for node in _nodes(tree) if node.get("type") == "BASE_TABLE"]
    return Statement(
        sql=sql,
        tables=tuple(dict.fromkeys(_table_name(node, withs) for node in named if node["schema_name"] not in CATALOGUE_SCHEMAS)),
        lists_tables=any(_is_listing(node) for node in _nodes(tree)),
    )


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The parsed statement. DuckDB writes out nothing but what reads, so whatever it refuses here is refused altogether."""
    row = connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        raise QueryError(
            f"not a statement that only reads: {' '.join(sql.split())[:80]!r}. Nothing was run. Allowed, one at a time: {ALLOWED}. "
            "Results go to a file by --csv, --parquet or --json."
        )
    return tree["statements"]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(value)


def _table_name(node: dict[str, Any], withs: set[str]) -> TableName:
    layer = node["schema_name"].lower() or None
    return TableName(layer, node["table_name"], is_certain=layer is not None or node["table_name"].lower() not in withs)


def _is_listing(node: dict[str, Any]) -> bool:
    is_catalogue = node.get("type") == "BASE_TABLE" and node["schema_name"] in CATALOGUE_SCHEMAS
    return is_catalogue or (node.get("type") == "SHOW_REF" and node["show_type"] in LISTING_KINDS)
