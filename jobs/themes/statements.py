"""A theme's steps on views of silver: gold tables come out, held against their contracts. No path, no clock, no write."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import reduce

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.cells import Cell, CellType
from jobs.catalogue.theme import PARAMETER, GoldTable, Step, Theme, code_view
from jobs.errors import ThemeError
from jobs.lake.gold import arrow_type

SPARK_TYPES = {"string": "string", "integer": "bigint", "date": "date", "timestamp": "timestamp", "boolean": "boolean"}
CODES = {"code": CellType(type="string"), "name": CellType(type="string")}


@contextmanager
def gold_frames(spark: SparkSession, theme: Theme, silver: Mapping[str, DataFrame]) -> Iterator[dict[str, DataFrame]]:
    """The theme's gold tables by view, their columns as contracted, over the silver views given by name; computed once, gone when it ends.

    Raises: ThemeError for a statement that fails or a result that is not what its contract says.
    """
    views = {**silver, **_parameter_frames(spark, theme), **_code_frames(spark, theme)}
    kept = {step.view for step in theme.definition.steps if step.keep} | {table.view for table in theme.definition.tables}
    try:
        for name, frame in views.items():
            frame.createOrReplaceTempView(name)
        for step in theme.definition.steps:
            made = _made(spark, theme, step, views)
            views[step.view] = made.persist() if step.view in kept else made
            views[step.view].createOrReplaceTempView(step.view)
        yield {table.view: _as_contracted(theme, table, views[table.view]) for table in theme.definition.tables}
    finally:
        for name in views:
            spark.catalog.dropTempView(name)
        for name in kept & views.keys():
            views[name].unpersist()


def check_rows(theme: Theme, table: GoldTable, frame: DataFrame) -> int:
    """Number of rows. Raises: ThemeError where a key stands twice or a required column is null."""
    required = sorted({column.name for column in table.columns if column.required} | set(table.key))
    nulls = [F.count(F.when(F.col(name).isNull(), 1)).alias(name) for name in required]
    keys = F.count_distinct(F.struct(*table.key))
    try:
        found = frame.agg(F.count("*").alias("_rows"), keys.alias("_keys"), *nulls).collect()[0].asDict()
    except PySparkException as error:
        raise _failed(theme, f"table {table.view}", error) from error
    faults = [f"{name} is null in {found[name]} row(s)" for name in required if found[name]]
    if found["_keys"] != found["_rows"]:
        faults.append(f"{found['_rows']} rows have only {found['_keys']} keys ({', '.join(table.key)})")
    if faults:
        raise _refused(theme, table, faults)
    return int(found["_rows"])


def bound(sql: str, arguments: Mapping[str, Cell]) -> str:
    """The statement with a literal for every `:name`; names in texts and comments are left alone.

    Spark's own binding does not reach a parameter inside every common table expression.
    """
    return PARAMETER.sub(lambda found: _literal(arguments[found["name"]]) if found["name"] else found[0], sql)


def spark_type(kind: CellType) -> str:
    """The type in Spark's words."""
    return f"decimal({kind.precision},{kind.scale})" if kind.type == "number" else SPARK_TYPES[kind.type]


def _made(spark: SparkSession, theme: Theme, step: Step, views: Mapping[str, DataFrame]) -> DataFrame:
    if step.union:
        table = next(one for one in theme.definition.parameters if one.name == step.union.parameters)
        place = list(table.columns).index(step.union.column)
        try:
            return reduce(DataFrame.unionByName, [views[str(row[place])] for row in theme.rows[table.name]])
        except PySparkException as error:
            raise _failed(theme, f"step {step.view}", error) from error
    try:
        return spark.sql(bound(theme.sql[step.sql or ""], theme.arguments))
    except PySparkException as error:
        raise _failed(theme, str(step.sql), error) from error


def _as_contracted(theme: Theme, table: GoldTable, frame: DataFrame) -> DataFrame:
    wanted = {column.name: spark_type(column) for column in table.columns}
    found = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    faults = [f"lacks {name} {kind}" for name, kind in wanted.items() if name not in found]
    faults += [f"has {name} {kind}, which is not in it" for name, kind in found.items() if name not in wanted]
    faults += [f"{name} is {found[name]}, not {kind}" for name, kind in wanted.items() if found.get(name, kind) != kind]
    if faults:
        raise _refused(theme, table, faults)
    return frame.select(*wanted)


def _parameter_frames(spark: SparkSession, theme: Theme) -> dict[str, DataFrame]:
    return {table.name: _frame(spark, theme.rows[table.name], table.columns) for table in theme.definition.parameters}


def _code_frames(spark: SparkSession, theme: Theme) -> dict[str, DataFrame]:
    return {code_view(name): _frame(spark, [(row.code, row.name) for row in rows], CODES) for name, rows in theme.codes.items()}


def _frame(spark: SparkSession, rows: Sequence[Sequence[Cell]], columns: Mapping[str, CellType]) -> DataFrame:
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in columns.items()])
    # By way of Arrow the rows stand in the plan, and Spark knows that they are few: it broadcasts them.
    return spark.createDataFrame(pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema))


def _literal(value: Cell) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date):
        return f"DATE'{value.isoformat()}'"
    # In brackets: a minus before a negative number would begin a comment.
    if isinstance(value, int):
        return f"({value}L)"
    if isinstance(value, Decimal):
        return f"({value:f}BD)"
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refused(theme: Theme, table: GoldTable, faults: list[str]) -> ThemeError:
    return ThemeError(
        f"theme {theme.name}: {table.view} is not what its contract in theme.yaml says: it " + "; ".join(faults) + ". "
        "Gold stands as it was. Mend the statement or the contract."
    )


def _failed(theme: Theme, where: str, error: PySparkException) -> ThemeError:
    words = str(error).strip().split("\n", 1)[0][:500]
    return ThemeError(
        f"theme {theme.name}: {where} fails: {words} Gold stands as it was. Mend it and run `haihe theme {theme.name}` again."
    )
