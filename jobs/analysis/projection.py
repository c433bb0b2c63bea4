"""What analysts may know of the ledger, projected into gold: each table's freshness and quality, and each delivery's."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from jobs.catalogue.contract import Contract
from jobs.collect.pipeline import Pipeline
from jobs.lake.derived import replace_rows
from jobs.lake.ledger import read_ledger
from jobs.lake.silver import silver_key, silver_layer
from jobs.lake.tables import column

CATALOGUE = "catalogue__tables"
QUALITY = "quality__resource"
TEXT, NUMBER, MOMENT, SHARE = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC"), pa.float64()
CATALOGUE_SCHEMA = pa.schema(
    [
        column("layer", TEXT, "层"),
        column("table_name", TEXT, "数据表"),
        column("resource", TEXT, "资源"),
        column("title", TEXT, "中文名"),
        column("grain", TEXT, "粒度"),
        column("key", TEXT, "主键，以逗号分隔"),
        column("as_of_period", TEXT, "最近数据期"),
        column("as_of_date", pa.date32(), "最近数据期末日"),
        column("last_received_at", MOMENT, "最近收到时间"),
        column("providers", NUMBER, "提供方数"),
        column("batches_published", NUMBER, "已发布批次数"),
        column("batches_held", NUMBER, "待定批次数"),
        column("rows_accepted", NUMBER, "已发布批次接收行数"),
        column("rows_quarantined", NUMBER, "已发布批次隔离行数"),
        column("accepted_pct", SHARE, "接收率（%）"),
    ]
)
QUALITY_SCHEMA = pa.schema(
    [
        column("resource", TEXT, "资源"),
        column("provider", TEXT, "提供方"),
        column("period", TEXT, "数据期"),
        column("batches", NUMBER, "批次数"),
        column("state", TEXT, "最近批次状态"),
        column("last_received_at", MOMENT, "最近收到时间"),
        column("rows_read", NUMBER, "读取行数"),
        column("rows_accepted", NUMBER, "接收行数"),
        column("rows_quarantined", NUMBER, "隔离行数"),
        column("accepted_pct", SHARE, "接收率（%）"),
    ]
)
LEDGER_COLUMNS = ("batch_id", "revision", "resource", "provider", "period", "period_end", "state", "received_at")
COUNTS = ("rows_read", "rows_accepted", "rows_quarantined")
Row = Mapping[str, Any]


def project_for_analysts(pipeline: Pipeline) -> dict[str, bool]:
    """Which of the two tables of gold changed; both hold what the ledger holds now, of resources that analysts may read."""
    open_contracts = [one for _, one in sorted(pipeline.catalogue.contracts.items()) if silver_layer(one) == "silver"]
    batches = _in_force(read_ledger(pipeline.lake, "batches", [*LEDGER_COLUMNS, *COUNTS]).to_pylist())
    by_resource = {name: list(rows) for name, rows in groupby(batches, key=lambda row: str(row["resource"]))}
    tables = [_table_row(contract, by_resource.get(contract.resource, [])) for contract in open_contracts]
    deliveries = [row for contract in open_contracts for row in _quality_rows(by_resource.get(contract.resource, []))]
    return {
        CATALOGUE: replace_rows(pipeline.lake, CATALOGUE, CATALOGUE_SCHEMA, "数据表目录：一行一张数据表", tables),
        QUALITY: replace_rows(pipeline.lake, QUALITY, QUALITY_SCHEMA, "数据质量：一行一个资源、提供方和数据期", deliveries),
    }


def _in_force(rows: Sequence[Row]) -> list[Row]:
    """The last revision of every batch, by resource, provider, period and arrival."""
    last = {row["batch_id"]: row for row in sorted(rows, key=lambda row: row["revision"])}
    return sorted(last.values(), key=lambda row: (row["resource"], row["provider"], row["period"], row["received_at"], row["batch_id"]))


def _table_row(contract: Contract, batches: Sequence[Row]) -> dict[str, Any]:
    published = [row for row in batches if row["state"] == "published"]
    newest: Row = max(published, key=lambda row: (row["period_end"], row["received_at"]), default={})
    sums = _sums(published)
    return {
        "layer": silver_layer(contract),
        "table_name": contract.table,
        "resource": contract.resource,
        "title": contract.title,
        "grain": contract.grain,
        "key": ", ".join(silver_key(contract)),
        "as_of_period": newest.get("period"),
        "as_of_date": newest.get("period_end"),
        "last_received_at": max((row["received_at"] for row in published), default=None),
        "providers": len({row["provider"] for row in published}),
        "batches_published": len(published),
        "batches_held": sum(row["state"] == "held" for row in batches),
        "rows_accepted": sums["rows_accepted"],
        "rows_quarantined": sums["rows_quarantined"],
        "accepted_pct": _accepted_pct(sums),
    }


def _quality_rows(batches: Sequence[Row]) -> Iterable[dict[str, Any]]:
    for (resource, provider, period), rows in groupby(batches, key=lambda row: (row["resource"], row["provider"], row["period"])):
        group = list(rows)
        sums = _sums(group)
        yield {
            "resource": resource,
            "provider": provider,
            "period": period,
            "batches": len(group),
            "state": group[-1]["state"],
            "last_received_at": group[-1]["received_at"],
            **sums,
            "accepted_pct": _accepted_pct(sums),
        }


def _sums(rows: Iterable[Row]) -> dict[str, int]:
    counted = list(rows)
    return {name: sum(row[name] or 0 for row in counted) for name in COUNTS}


def _accepted_pct(sums: Mapping[str, int]) -> float | None:
    """Of the rows read, to two places; None where none was read."""
    return round(100 * sums["rows_accepted"] / sums["rows_read"], 2) if sums["rows_read"] else None
