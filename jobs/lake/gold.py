"""Gold: silver read at a version that stays what it is, a theme's table replaced whole, once a run."""

from collections.abc import Sequence

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.catalogue.cells import CellType
from jobs.catalogue.contract import Contract
from jobs.catalogue.theme import GoldTable
from jobs.lake.commits import replace_once
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.silver import silver_layer, silver_schema
from jobs.lake.tables import ARROW_TYPES, column, ensure_table, has_transaction, open_table, table_bytes

LAYER = "gold"
RUN, RUN_TITLE = "_run", "运行序号"


def silver_version(lake: Lake, contract: Contract) -> int | None:
    """The version that the resource's silver table has now; None before anything was published."""
    table = open_table(lake, silver_layer(contract), contract.table)
    return table.version() if table else None


def silver_bytes(lake: Lake, contract: Contract) -> int:
    """Bytes of the files that make up the silver table now."""
    table = open_table(lake, silver_layer(contract), contract.table)
    return table_bytes(table) if table else 0


def silver_at(spark: SparkSession, lake: Lake, contract: Contract, version: int | None) -> DataFrame:
    """The silver table as it was at that version; without rows where there was none."""
    if version is None:
        return spark.createDataFrame(silver_schema(contract).empty_table())
    uri = lake.spark_uri(silver_layer(contract), contract.table)
    return spark.read.format("delta").option("versionAsOf", version).load(uri)


def gold_schema(table: GoldTable) -> pa.Schema:
    """The table's columns with Chinese comments, then the number of the run that made the row."""
    columns = [column(one.name, arrow_type(one), one.title) for one in table.columns]
    return pa.schema([*columns, column(RUN, pa.int64(), RUN_TITLE)])


def arrow_type(kind: CellType) -> pa.DataType:
    """The type of a gold table's column, or of a parameter."""
    return pa.decimal128(kind.precision, kind.scale) if kind.type == "number" else ARROW_TYPES[kind.type]


def is_written(lake: Lake, name: str, theme: str, number: int) -> bool:
    """Whether the gold table holds this run's rows, or a later one's."""
    return has_transaction(open_table(lake, LAYER, name), transaction_id(theme), number)


def write_gold(lake: Lake, name: str, table: GoldTable, rows: DataFrame, theme: str, number: int) -> None:
    """Replace the table's rows by those of run `number` of the theme, as one version carrying its transaction."""
    if open_table(lake, LAYER, name) is None:
        ensure_table(lake, LAYER, name, gold_schema(table), f"{table.title}：{table.grain}")
    named = [F.col(one.name).alias(one.name, metadata={"comment": one.title}) for one in table.columns]
    run = F.lit(number).cast("bigint").alias(RUN, metadata={"comment": RUN_TITLE})
    replace_once(rows.select(*named, run), lake.spark_uri(LAYER, name), theme, number)


def gold_versions(lake: Lake, names: Sequence[str]) -> dict[str, int]:
    """The version that each of these gold tables has now; those never written are left out."""
    tables = {name: open_table(lake, LAYER, name) for name in names}
    return {name: table.version() for name, table in tables.items() if table}
