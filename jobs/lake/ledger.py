"""The ledger: outcomes in control as Delta tables, appended once a run and rebuildable; nothing that decides rests on it.

Every commit carries a transaction for each row source it takes up (`ledger/<source>`, number), so a projection told twice adds nothing
and of two at once one wins.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError

from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset, column, ensure_table

LAYER = "control"
# Each run adds a small file; so many of them are rewritten as one.
FILES_BEFORE_COMPACTION = 64
TEXT, NUMBER, MOMENT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

DROPS = pa.schema(
    [
        column("drop_id", TEXT, "投递编号"),
        column("provider", TEXT, "提供方"),
        column("bucket", TEXT, "桶"),
        column("key", TEXT, "对象键"),
        column("etag", TEXT, "对象版本"),
        column("state", TEXT, "结果：成批、退回、已有、重读"),
        column("batch_id", TEXT, "批次"),
        column("resource", TEXT, "资源"),
        column("period", TEXT, "数据期"),
        column("reasons", TEXT, "原因代码，以空格分隔"),
        column("receipt", TEXT, "回执位置"),
        column("decided_at", MOMENT, "判定时间"),
    ]
)
BATCHES = pa.schema(
    [
        column("batch_id", TEXT, "批次"),
        column("revision", NUMBER, "版次，0 为首次"),
        column("resource", TEXT, "资源"),
        column("provider", TEXT, "提供方"),
        column("duty_id", TEXT, "责任条目"),
        column("period", TEXT, "数据期"),
        column("period_end", pa.date32(), "数据期末日"),
        column("state", TEXT, "状态：发布、待定、退回"),
        column("kind", TEXT, "处理类别"),
        column("pass_number", NUMBER, "处理序号"),
        column("landed_by", NUMBER, "落地的处理序号"),
        column("drop_id", TEXT, "投递编号"),
        column("part", TEXT, "文件"),
        column("size_bytes", NUMBER, "文件字节数"),
        column("sha256", TEXT, "文件摘要"),
        column("received_at", MOMENT, "收到时间"),
        column("decided_at", MOMENT, "判定时间"),
        column("rows_read", NUMBER, "读取行数"),
        column("rows_accepted", NUMBER, "接收行数"),
        column("rows_quarantined", NUMBER, "隔离行数"),
        column("rows_warned", NUMBER, "提示行数"),
        column("rows_malformed", NUMBER, "残缺行数"),
        column("rows_replaced", NUMBER, "补正行数"),
        column("failing_rows", pa.map_(TEXT, NUMBER), "各规则不合格行数"),
        column("reasons", TEXT, "原因代码，以空格分隔"),
        column("decided_by", TEXT, "决定人"),
        column("receipt", TEXT, "回执位置"),
    ]
)
PASSES = pa.schema(
    [
        column("resource", TEXT, "资源"),
        column("number", NUMBER, "处理序号"),
        column("kind", TEXT, "处理类别"),
        column("created_at", MOMENT, "创建时间"),
        column("batches", NUMBER, "批次数"),
        column("definition", TEXT, "合同与规则摘要"),
        column("responsibility", TEXT, "责任清单版本"),
        column("system", TEXT, "系统清单版本"),
        column("demand", TEXT, "需求清单版本"),
        column("negative", TEXT, "负面清单版本"),
        column("decided_by", TEXT, "决定人"),
        column("reason", TEXT, "理由"),
    ]
)
ACCESSES = pa.schema(
    [
        column("record", TEXT, "记录对象键"),
        column("access_id", TEXT, "查询编号"),
        column("event", TEXT, "事件：提出、完成；无法读取的记录"),
        column("account", TEXT, "账号"),
        column("os_user", TEXT, "操作系统用户"),
        column("asked_at", MOMENT, "提出时间"),
        column("answered_at", MOMENT, "完成时间"),
        column("sql", TEXT, "查询语句"),
        column("tables", pa.list_(TEXT), "所涉数据表"),
        column("outcome", TEXT, "结果"),
        column("rows", NUMBER, "返回行数"),
        column("seconds", pa.float64(), "用时（秒）"),
        column("error", TEXT, "错误类别"),
    ]
)
DELIVERIES = pa.schema(
    [
        column("delivery_id", TEXT, "交付编号"),
        column("demand_id", TEXT, "需求条目"),
        column("recipient", TEXT, "接收方"),
        column("resource", TEXT, "资源"),
        column("silver_version", NUMBER, "数据表版本"),
        column("rows", NUMBER, "交付行数；收回为 0"),
        column("bytes", NUMBER, "文件字节数；收回为 0"),
        column("format", TEXT, "文件格式"),
        column("delivered_at", MOMENT, "交付或收回时间"),
        column("list_version", TEXT, "需求清单版本"),
        column("state", TEXT, "交付、收回"),
    ]
)
TABLES: Mapping[str, tuple[pa.Schema, str]] = {
    "drops": (DROPS, "投递台账：一行一次投递"),
    "batches": (BATCHES, "批次台账：一行一个批次的一个版次"),
    "passes": (PASSES, "处理台账：一行一次处理"),
    "accesses": (ACCESSES, "访问台账：一行一条记录，一次查询有提出、完成两条"),
    "deliveries": (DELIVERIES, "交付台账：一行一次交付或收回"),
}


def ledger_table(lake: Lake, name: str) -> DeltaTable:
    """The ledger's table of that name, made if need be."""
    schema, comment = TABLES[name]
    return ensure_table(lake, LAYER, _path(name), schema, comment)


def read_ledger(lake: Lake, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The table's rows as Arrow; no row where nothing was projected yet."""
    table = arrow_dataset(lake, LAYER, _path(name))
    if table is None:
        schema = TABLES[name][0]
        return pa.schema([schema.field(one) for one in columns] if columns else schema).empty_table()
    return table.to_table(columns=list(columns) if columns else None)


def find_ledger(lake: Lake, name: str) -> pa.Table | None:
    """The rows of a table that another area may keep in the ledger; None where it was never made."""
    table = arrow_dataset(lake, LAYER, _path(name))
    return table.to_table() if table else None


def taken_up(table: DeltaTable, source: str) -> int:
    """The number up to which the table holds the source's rows; 0 for none."""
    return table.transaction_version(_application(source)) or 0


def append_rows(table: DeltaTable, name: str, rows: Sequence[Mapping[str, Any]], upto: Mapping[str, int]) -> bool:
    """Append the rows as one version that takes up each source to its number; False if another projection was quicker (nothing is added).

    `taken_up` must have been asked on the same handle: a twin that committed since then conflicts.
    """
    if not rows:
        return True
    try:
        write_deltalake(table, pa.Table.from_pylist(list(rows), TABLES[name][0]), mode="append", commit_properties=_transactions(upto))
    except CommitFailedError:
        return False
    table.update_incremental()
    if len(table.file_uris()) > FILES_BEFORE_COMPACTION:
        table.optimize.compact()
    return True


def rebuild_rows(table: DeltaTable, name: str, rows: Sequence[Mapping[str, Any]], upto: Mapping[str, int]) -> None:
    """Replace all rows of the table, as one version."""
    schema = TABLES[name][0]
    write_deltalake(table, pa.Table.from_pylist(list(rows), schema), mode="overwrite", commit_properties=_transactions(upto))


def _path(name: str) -> str:
    return f"ledger/{name}"


def _application(source: str) -> str:
    return f"ledger/{source}"


def _transactions(upto: Mapping[str, int]) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(_application(source), number) for source, number in sorted(upto.items())])
