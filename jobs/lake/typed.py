"""The typed view of bronze: what rules are judged on and what silver takes."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, StringType, StructField, StructType, TimestampType

from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.catalogue.frozen import Frozen
from jobs.standards.dates import parse_date, parse_timestamp
from jobs.standards.numbers import parse_integer, parse_number

LINEAGE = ("_batch_id", "_part", "_row")
# See `key_hash`.
KEY_HASH = "_key_hash"
# What a code of the source becomes when its code book does not know it: no code set holds it, so the row is told apart.
UNKNOWN_CODE = "?"


class BatchFacts(Frozen):
    """What the typed view adds to every row of a batch; dates and times as ISO texts, `received_at` in UTC."""

    batch_id: str
    provider: str
    period: str
    period_start: str
    period_end: str
    received_date: str
    received_at: str


FACTS = StructType(
    [
        StructField("_batch_id", StringType(), nullable=False),
        StructField("_provider", StringType(), nullable=False),
        StructField("_period", StringType(), nullable=False),
        StructField("_period_start", DateType(), nullable=False),
        StructField("_period_end", DateType(), nullable=False),
        StructField("_received_date", DateType(), nullable=False),
        StructField("_received_at", TimestampType(), nullable=False),
    ]
)


def typed_view(bronze: DataFrame, contract: Contract, batches: Sequence[BatchFacts]) -> DataFrame:
    """One row per landed row: `<name>` typed, `<name>__text` as it came where the type is not string, lineage and the batch's facts.

    Null tokens are null in both; a value that does not parse is null in `<name>` alone. A provider's code book is applied, and
    `<name>__source` keeps its code. `_is_malformed` marks a line that did not parse; all its fields are null.
    """
    rows = _with_facts(bronze, batches)
    fields = [column for field in contract.fields for column in _field_columns(field, contract)]
    facts = [F.col(column.name) for column in FACTS.fields[1:]]
    return rows.select(*LINEAGE, "_record", *facts, F.col("_malformed").isNotNull().alias("_is_malformed"), *fields)


def empty_typed_view(spark: SparkSession, contract: Contract, batches: Sequence[BatchFacts]) -> DataFrame:
    """A frame without rows of the typed view's columns, on which conditions are built."""
    return spark.createDataFrame([], bronze_schema(contract)).transform(lambda frame: typed_view(frame, contract, batches)).limit(0)


def bronze_schema(contract: Contract) -> str:
    """Bronze's columns as Spark DDL: every field as the text that came."""
    fields = ", ".join(f"`{field.name}` string" for field in contract.fields)
    return f"{fields}, _batch_id string, _part string, _row bigint, _record bigint, _malformed binary"


def _with_facts(bronze: DataFrame, batches: Sequence[BatchFacts]) -> DataFrame:
    if len(batches) == 1:
        # The batch's own id too: what is the same in every row needs no place in a shuffle.
        values = _fact_values(batches[0])
        literals = [F.lit(values[column.name]).cast(column.dataType).alias(column.name) for column in FACTS.fields]
        return bronze.drop("_batch_id").select("*", *literals)
    columns = [column.name for column in FACTS.fields]
    texts = bronze.sparkSession.createDataFrame([tuple(_fact_values(batch)[name] for name in columns) for batch in batches], columns)
    facts = texts.select(*[F.col(column.name).cast(column.dataType).alias(column.name) for column in FACTS.fields])
    return bronze.join(F.broadcast(facts), "_batch_id")


def _fact_values(batch: BatchFacts) -> dict[str, str]:
    return {f"_{name}": value for name, value in batch.model_dump().items()}


def _field_columns(field: Field, contract: Contract) -> list[Column]:
    came = F.col(field.name)
    text = F.when(~came.isin(*contract.null_tokens), came) if contract.null_tokens else came
    if field.type != "string":
        return [_parsed(text, field).alias(field.name), text.alias(f"{field.name}__text")]
    books = _code_books(field, contract.dialects)
    if not books:
        return [text.alias(field.name)]
    return [_standard_code(text, books).alias(field.name), text.alias(f"{field.name}__source")]


def _code_books(field: Field, dialects: Sequence[Dialect]) -> dict[str, Mapping[str, str]]:
    return {dialect.provider: dialect.code_books[field.name] for dialect in dialects if field.name in dialect.code_books}


def has_code_book(field: Field, contract: Contract) -> bool:
    """Whether any provider sends its own codes for this field."""
    return bool(_code_books(field, contract.dialects))


def _standard_code(text: Column, books: Mapping[str, Mapping[str, str]]) -> Column:
    def translated(otherwise: Column, entry: tuple[str, Mapping[str, str]]) -> Column:
        provider, book = entry
        pairs: list[Any] = [F.lit(word) for pair in sorted(book.items()) for word in pair]
        known = F.element_at(F.create_map(*pairs), text)
        return F.when(F.col("_provider") == provider, F.coalesce(known, F.concat(F.lit(UNKNOWN_CODE), text))).otherwise(otherwise)

    return reduce(translated, sorted(books.items()), text)


def _parsed(text: Column, field: Field) -> Column:
    if field.type == "integer":
        return parse_integer(text)
    if field.type == "number":
        return parse_number(text, field.precision, field.scale)
    if field.type == "date":
        return parse_date(text, field.formats)
    if field.type == "timestamp":
        return parse_timestamp(text, field.formats)
    return F.when(text.isin("1", "true", "Y", "是"), True).when(text.isin("0", "false", "N", "否"), False)
