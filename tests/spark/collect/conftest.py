"""Drops, runs and looks at what came of it, as a provider and an engineer would."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.contract import Contract
from jobs.collect.drops import drop_outcome_key, pending_drops
from jobs.collect.main import Selection, collect
from jobs.collect.outcome import BatchOutcome, DropOutcome
from jobs.collect.pipeline import Pipeline
from jobs.lake.tables import open_table
from jobs.storage.accounts import provider_endpoint
from jobs.storage.client import s3_client
from jobs.storage.objects import find_bytes, put

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Lakehouse:
    """A pipeline on buckets of its own, driven from outside."""

    pipeline: Pipeline
    spark: SparkSession

    def drop(self, provider: str, key: str, body: bytes) -> str:
        """Put the object with the provider's own key; its drop id."""
        client = s3_client(provider_endpoint(self.pipeline.settings, provider))
        put(client, self.pipeline.bucket(f"landing-{provider}"), key, body)
        return next(drop.drop_id for drop in pending_drops(self.pipeline, (provider,)) if drop.stored.key == key)

    def collect(self, *resources: str) -> list[BatchOutcome]:
        """Collect these resources."""
        return collect(self.pipeline, lambda: self.spark, resources, Selection())

    def drop_outcome(self, provider: str, drop_id: str) -> DropOutcome:
        """What came of a drop."""
        return DropOutcome.model_validate(self.pipeline.control.read(drop_outcome_key(provider, drop_id)))

    def receipt(self, provider: str, folder: str, name: str = "receipt.json") -> bytes | None:
        """A file of a receipt, read with the provider's own key."""
        client = s3_client(provider_endpoint(self.pipeline.settings, provider))
        return find_bytes(client, self.pipeline.bucket(f"receipts-{provider}"), f"{folder}/{name}")

    def told(self, outcome: BatchOutcome) -> dict[str, Any]:
        """The batch's receipt.json."""
        return dict(json.loads(self.receipt(outcome.provider, outcome.receipt) or b"{}"))

    def errors(self, outcome: BatchOutcome) -> list[tuple[int, str]]:
        """(line, rule) of every line of errors.csv."""
        text = (self.receipt(outcome.provider, outcome.receipt, "errors.csv") or b"").decode("utf-8-sig")
        return [(int(row[2]), row[8]) for row in list(csv.reader(io.StringIO(text, newline="")))[1:]]

    def resend(self, outcome: BatchOutcome) -> str:
        """The receipt's resend file as text."""
        body = self.receipt(outcome.provider, outcome.receipt, f"{outcome.batch_id}.resend.csv") or b""
        return body.decode("utf-8-sig")

    def silver(self, contract: Contract) -> Rows:
        """Rows of the silver table; empty before the first."""
        table = open_table(self.pipeline.lake, "silver", contract.table)
        return table.to_pyarrow_table().to_pylist() if table else []

    def version(self, layer: str, contract: Contract) -> int:
        """Version of a table; -1 if there is none."""
        table = open_table(self.pipeline.lake, layer, contract.table)
        return table.version() if table else -1


@pytest.fixture
def lakehouse(new_pipeline: Callable[[], Pipeline], spark: SparkSession) -> Lakehouse:
    """An empty lake."""
    return Lakehouse(new_pipeline(), spark)


def csv_bytes(contract: Contract, provider: str, rows: Iterable[Mapping[str, str]], *, encoding: str | None = None) -> bytes:
    """A file of the provider's dialect; what a row does not say is empty."""
    dialect = contract.dialect(provider)
    names = contract.headers(provider)
    lines: list[Sequence[str]] = [list(names), *([row.get(name, "") for name in names.values()] for row in rows)]
    text = "".join(dialect.delimiter.join(line) + "\n" for line in lines)
    return ("表格说明\n" * dialect.skip_lines + text).encode(encoding or dialect.encoding)


def invoice(number: int, **changes: str) -> dict[str, str]:
    """A good invoice; 91120101MA05TEX082 is a code of DOMAIN.md's that is nobody's."""
    return {
        "invoice_code": "1200211130",
        "invoice_no": f"{number:08d}",
        "invoice_kind_code": "01",
        "invoice_date": "2021-03-05",
        "seller_uscc": "91120101MA05TEX082",
        "seller_name": "海河样品有限公司",
        "seller_region_code": "120101",
        "amount_yuan": "100.00",
        "tax_rate_pct": "13",
        "tax_yuan": "13.00",
        "total_yuan": "113.00",
        "line_count": "1",
        "status_code": "0",
        **changes,
    }
