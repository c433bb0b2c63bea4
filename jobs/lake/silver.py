"""Publishing: accepted rows to silver by append or MERGE, personal identifiers as keyed token and mask, clear values to the vault."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.catalogue.contract import Contract, Field
from jobs.lake.commits import append_once, merge_once
from jobs.lake.passes import transaction_id
from jobs.lake.place import Lake
from jobs.lake.tables import arrow_type, column, ensure_table, has_transaction, open_table
from jobs.lake.typed import has_code_book
from jobs.standards.masking import hmac_pads, masked, token
from jobs.standards.personal import text_masked

VAULT = "identifiers"
# Newest last: period, then arrival, then place in the file.
ORDER = ("_period_end", "_received_at", "_part", "_row")
LINEAGE_TYPES = {
    "_provider": (pa.string(), "提供方"),
    "_period": (pa.string(), "数据期"),
    "_period_end": (pa.date32(), "数据期末"),
    "_received_at": (pa.timestamp("us", tz="UTC"), "收到时间"),
    "_batch_id": (pa.string(), "批次"),
    "_part": (pa.string(), "文件"),
    "_row": (pa.int64(), "行号"),
    "_pass": (pa.int64(), "发布批号"),
}
VAULT_SCHEMA = pa.schema(
    [
        column("kind", pa.string(), "标识种类"),
        column("token", pa.string(), "令牌"),
        column("value", pa.string(), "明文"),
        column("key_version", pa.int64(), "密钥版本"),
    ]
)


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The lake's one token key. Never in a plan, a log or a repr."""

    version: int
    secret: bytes

    def __repr__(self) -> str:
        """The version alone."""
        return f"TokenKey(version={self.version})"


def silver_layer(contract: Contract) -> str:
    """The bucket of the resource's silver table."""
    return "silver-restricted" if contract.is_restricted else "silver"


def silver_key(contract: Contract) -> tuple[str, ...]:
    """Silver's key: the provider and the contract's key, tokens in place of protected fields; empty without a key."""
    return ("_provider", *(silver_name(contract.field(name)) for name in contract.key)) if contract.key else ()


def silver_name(field: Field) -> str:
    """The column that stands for the field in silver's key."""
    return field.name if field.protection == "clear" else f"{field.name}_token"


def silver_schema(contract: Contract) -> pa.Schema:
    """Silver's columns with Chinese comments, then lineage."""
    fields = [made for field in contract.fields for made in _schema_columns(field, contract)]
    lineage = [column(name, kind, comment) for name, (kind, comment) in LINEAGE_TYPES.items()]
    versions = [column("_key_version", pa.int64(), "密钥版本")] if _tokens(contract) else []
    return pa.schema([*fields, *lineage, *versions])


def is_published(lake: Lake, contract: Contract, number: int) -> bool:
    """Whether the pass' commit stands in silver."""
    return has_transaction(open_table(lake, silver_layer(contract), contract.table), transaction_id(contract.resource), number)


def ensure_silver(lake: Lake, contract: Contract) -> None:
    """Silver's table, and the vault where the contract has identifiers."""
    schema = silver_schema(contract)
    ensure_table(lake, silver_layer(contract), contract.table, schema, contract.title, bounded=_bounded(contract, schema))
    if _tokens(contract):
        ensure_table(lake, "vault", VAULT, VAULT_SCHEMA, "个人标识明文与令牌")


def _bounded(contract: Contract, schema: pa.Schema) -> list[str]:
    """The key, numbers and times, and where a row comes from: bounds of other texts help no query and cost a fifth of an append."""
    wanted = {*silver_key(contract), "_provider", "_period", "_batch_id"}
    return [field.name for field in schema if field.name in wanted or not pa.types.is_string(field.type)]


def publish(
    lake: Lake, contract: Contract, number: int, accepted: DataFrame, key: TokenKey, *, redacted: Sequence[str], is_one_batch: bool
) -> None:
    """Write the accepted rows (typed view) of one pass to vault and silver, one version each, once.

    `redacted` names text fields in which the negative list has identifiers masked.
    """
    ensure_silver(lake, contract)
    rows, identifiers = written_rows(contract, number, accepted, key, redacted)
    if identifiers is not None:
        append_once(identifiers, lake.spark_uri("vault", VAULT), contract.resource, number)
    uri = lake.spark_uri(silver_layer(contract), contract.table)
    if contract.load == "upsert" and not is_one_batch:
        rows = _newest(rows, contract)
    if contract.load == "append" or _is_untouched(lake, contract):
        append_once(rows, uri, contract.resource, number)
        return
    same_key = reduce(Column.__and__, [F.col(f"old.{name}") == F.col(f"new.{name}") for name in silver_key(contract)])
    # A late older period never overwrites a newer row.
    is_newer = F.struct("new._period_end", "new._received_at") >= F.struct("old._period_end", "old._received_at")
    merge_once(rows, uri, contract.resource, number, same_key=same_key, is_newer=is_newer)


def written_rows(
    contract: Contract, number: int, accepted: DataFrame, key: TokenKey, redacted: Sequence[str]
) -> tuple[DataFrame, DataFrame | None]:
    """The rows that silver takes of the accepted ones (typed view), and those that the vault takes; None without identifiers."""
    keyed = _with_pads(accepted, key) if _tokens(contract) else accepted
    return keyed.select(*_silver_columns(contract, number, key, redacted)), _vault_rows(keyed, contract, key) if _tokens(contract) else None


def publish_nothing(spark: SparkSession, lake: Lake, contract: Contract, number: int) -> None:
    """Take the pass' number in silver by a commit without rows: what was left out of the pass can come in under it no more."""
    ensure_silver(lake, contract)
    uri = lake.spark_uri(silver_layer(contract), contract.table)
    append_once(spark.read.format("delta").load(uri).limit(0), uri, contract.resource, number)


def published_by(spark: SparkSession, lake: Lake, contract: Contract, number: int, batch_ids: Sequence[str]) -> set[str]:
    """Those of the batches of which pass `number` brought rows to silver."""
    rows = spark.read.format("delta").load(lake.spark_uri(silver_layer(contract), contract.table))
    own = rows.where((F.col("_pass") == number) & F.col("_batch_id").isin(*batch_ids))
    return {row["_batch_id"] for row in own.select("_batch_id").distinct().collect()}


def _schema_columns(field: Field, contract: Contract) -> list[pa.Field]:
    source = [column(f"{field.name}_source", pa.string(), f"{field.title}（来源代码）")] if has_code_book(field, contract) else []
    if field.protection == "clear":
        return [column(field.name, arrow_type(field), field.title), *source]
    tokens = [column(f"{field.name}_token", pa.string(), f"{field.title}（令牌）")] if field.protection == "token" else []
    return [*tokens, column(f"{field.name}_masked", pa.string(), f"{field.title}（脱敏）")]


def _tokens(contract: Contract) -> list[Field]:
    return [field for field in contract.fields if field.protection == "token"]


def _with_pads(rows: DataFrame, key: TokenKey) -> DataFrame:
    # The pads travel as a row of a broadcast table: a literal would show in the plan and in the event log.
    pads = rows.sparkSession.createDataFrame([hmac_pads(key.secret)], "_inner_pad binary, _outer_pad binary")
    return rows.crossJoin(F.broadcast(pads))


def _silver_columns(contract: Contract, number: int, key: TokenKey, redacted: Sequence[str]) -> list[Column]:
    fields = [made for field in contract.fields for made in _field_columns(field, contract, redacted)]
    lineage = [F.col(name) for name in LINEAGE_TYPES if name != "_pass"]
    versions = [F.lit(key.version).cast("bigint").alias("_key_version")] if _tokens(contract) else []
    return [*fields, *lineage, F.lit(number).cast("bigint").alias("_pass"), *versions]


def _field_columns(field: Field, contract: Contract, redacted: Sequence[str]) -> list[Column]:
    value = F.col(field.name)
    if field.protection == "clear":
        shown = text_masked(value).alias(field.name) if field.name in redacted else value
        return [shown, *([F.col(f"{field.name}__source").alias(f"{field.name}_source")] if has_code_book(field, contract) else [])]
    tokens = [_token(field).alias(f"{field.name}_token")] if field.protection == "token" else []
    return [*tokens, masked(value, field.kind).alias(f"{field.name}_masked")]


def _token(field: Field) -> Column:
    return token(F.col(field.name), field.kind, F.col("_inner_pad"), F.col("_outer_pad"))


def _vault_rows(rows: DataFrame, contract: Contract, key: TokenKey) -> DataFrame:
    version = F.lit(key.version).cast("bigint").alias("key_version")
    pairs = [
        F.struct(F.lit(field.kind).alias("kind"), _token(field).alias("token"), F.col(field.name).alias("value"))
        for field in _tokens(contract)
    ]
    return rows.select(F.inline(F.array(*pairs))).where("value is not null").distinct().select("kind", "token", "value", version)


def _newest(rows: DataFrame, contract: Contract) -> DataFrame:
    newest_first = Window.partitionBy(*silver_key(contract)).orderBy(*[F.col(name).desc() for name in ORDER], F.col("_batch_id"))
    return rows.withColumn("_rank", F.row_number().over(newest_first)).where("_rank = 1").drop("_rank")


def _is_untouched(lake: Lake, contract: Contract) -> bool:
    """Whether silver never took a pass: then an append is what MERGE would come to."""
    table = open_table(lake, silver_layer(contract), contract.table)
    return table is not None and table.transaction_version(transaction_id(contract.resource)) is None
