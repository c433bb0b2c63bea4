"""A theme's runs on the real store: once for what is new, mended after a death between commits, nothing written that breaks a contract."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import Catalogue
from jobs.collect.pipeline import Pipeline
from jobs.errors import ThemeError
from jobs.lake.commits import append_once
from jobs.lake.gold import gold_versions
from jobs.lake.place import Lake
from jobs.lake.silver import ensure_silver
from jobs.lake.tables import open_table
from jobs.themes import running
from jobs.themes.running import ThemeRun, asset_events, run_theme
from tests.spark.themes.conftest import loaded_theme, silver_frame

INVOICE = "tax.vat_invoice"
BOTH = ("sellers__many", "sellers__few")
DEFINITION = """
title: 开票企业
title_en: Sellers
purpose: 试验
method_version: "1.0"
inputs: [tax.vat_invoice]
steps:
  - {view: seller, sql: 10_seller.sql, keep: true}
  - {view: many, sql: 20_many.sql}
  - {view: few, sql: 30_few.sql}
tables:
  - &table
    view: many
    title: 多票企业
    title_en: Sellers of many
    grain: 一行一个企业
    key: [seller_uscc]
    columns:
      - {name: seller_uscc, title: 销方, title_en: Seller, type: string, required: true}
      - {name: invoices, title: 张数, title_en: Invoices, type: integer, unit: 张}
  - {<<: *table, view: few, title: 少票企业, title_en: Sellers of few}
"""
SELLER = "SELECT seller_uscc, count(*) AS invoices FROM tax__vat_invoice GROUP BY seller_uscc"


class Killed(BaseException):
    """Stands for the end of the process."""


@dataclass
class Site:
    """A store with invoices and a theme on them."""

    pipeline: Pipeline
    spark: SparkSession
    catalogue: Catalogue
    folder: Path
    published: int = 0

    def set_least(self, least: int) -> None:
        """How many invoices are many."""
        parameters = self.folder / "parameters" / "values.csv"
        parameters.write_text(f"name,type,value,title\nleast,integer,{least},多票的下限\n", encoding="utf-8")

    def publish(self, *sellers: str) -> None:
        """One more version of silver, an invoice for each letter."""
        self.published += 1
        contract = self.catalogue.contracts[INVOICE]
        path = self.folder.parent / "invoices.csv"
        path.write_text("seller_uscc\n" + "".join(f"{seller}\n" for seller in sellers), encoding="utf-8")
        ensure_silver(self.pipeline.lake, contract)
        rows = silver_frame(self.spark, contract, path)
        append_once(rows, self.pipeline.lake.spark_uri("silver", contract.table), INVOICE, self.published)

    def run(self) -> ThemeRun | None:
        """`haihe theme sellers`."""
        return run_theme(self.pipeline, lambda: self.spark, loaded_theme(self.folder, self.catalogue))

    def versions(self) -> dict[str, int]:
        """Versions of the gold tables."""
        return gold_versions(self.pipeline.lake, BOTH)

    def rows(self, name: str) -> set[tuple[Any, ...]]:
        """(seller, invoices, run) as any Delta reader sees them."""
        table = open_table(self.pipeline.lake, "gold", name)
        assert table is not None
        return {(row["seller_uscc"], row["invoices"], row["_run"]) for row in table.to_pyarrow_table().to_pylist()}


@pytest.fixture
def site(new_pipeline: Callable[[], Pipeline], spark: SparkSession, catalogue: Catalogue, tmp_path: Path) -> Site:
    folder = tmp_path / "sellers"
    (folder / "parameters").mkdir(parents=True)
    (folder / "theme.yaml").write_text(DEFINITION, encoding="utf-8")
    (folder / "10_seller.sql").write_text(SELLER, encoding="utf-8")
    (folder / "20_many.sql").write_text("SELECT * FROM seller WHERE invoices >= :least", encoding="utf-8")
    (folder / "30_few.sql").write_text("SELECT * FROM seller WHERE invoices < :least", encoding="utf-8")
    made = Site(new_pipeline(), spark, catalogue, folder)
    made.set_least(2)
    return made


@contextmanager
def dying_before(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    """The process ends before this table is written."""
    write = running.write_gold

    def dying(lake: Lake, table: str, *rest: Any) -> None:
        if table == name:
            raise Killed
        write(lake, table, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(running, "write_gold", dying)
        yield


def test_gold_is_made_once_for_what_is_new_and_a_death_between_commits_is_mended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.run() is None
    site.publish("A", "A", "B")
    first = site.run()
    assert first is not None
    assert (first.number, first.identity.inputs, first.tables) == (1, {INVOICE: 1}, {"sellers__few": 1, "sellers__many": 1})
    assert (site.rows("sellers__many"), site.rows("sellers__few")) == ({("A", 2, 1)}, {("B", 1, 1)})
    assert [(event["name"], event["uri"]) for event in asset_events([first])] == [
        ("sellers__few", "x-haihe://gold/sellers/few"),
        ("sellers__many", "x-haihe://gold/sellers/many"),
    ]
    assert site.run() is None
    assert site.versions() == dict.fromkeys(BOTH, 1)

    # Other parameters: one version more of each table, silver as it was.
    site.set_least(3)
    assert site.run() is not None
    assert site.versions() == dict.fromkeys(BOTH, 2)
    assert (site.rows("sellers__many"), site.rows("sellers__few")) == (set(), {("A", 2, 2), ("B", 1, 2)})

    # Dead between the two commits: the same command writes the other table alone.
    site.publish("A")
    with dying_before(monkeypatch, "sellers__few"), pytest.raises(Killed):
        site.run()
    assert site.versions() == {"sellers__many": 3, "sellers__few": 2}
    mended = site.run()
    assert mended is not None
    assert (mended.number, site.versions()) == (3, dict.fromkeys(BOTH, 3))
    assert (site.rows("sellers__many"), site.rows("sellers__few")) == ({("A", 3, 3)}, {("B", 1, 3)})
    assert site.run() is None

    # Dead, and then the folder changed: what is half written is replaced whole by a run of the new folder.
    site.set_least(1)
    with dying_before(monkeypatch, "sellers__few"), pytest.raises(Killed):
        site.run()
    site.set_least(4)
    replaced = site.run()
    assert replaced is not None
    assert replaced.number == 5
    assert (site.rows("sellers__many"), site.rows("sellers__few")) == (set(), {("A", 3, 5), ("B", 1, 5)})
    # Back to the folder of the run that was given up: it never stood whole.
    site.set_least(1)
    assert site.run() is not None
    assert site.rows("sellers__few") == set()


def test_a_result_that_breaks_its_contract_is_refused_with_all_faults_and_gold_stands_as_it_was(site: Site) -> None:
    site.publish("A", "A", "B")
    site.run()
    before = site.versions()
    (site.folder / "30_few.sql").write_text("SELECT 'A' AS seller, CAST(1 AS INT) AS invoices WHERE 1 < :least", encoding="utf-8")
    with pytest.raises(ThemeError, match=r"few .*lacks seller_uscc string; has seller string.*; invoices is int, not bigint") as refused:
        site.run()
    assert "theme sellers" in str(refused.value)
    (site.folder / "30_few.sql").write_text("SELECT 'A' AS seller_uscc, :least AS invoices FROM seller", encoding="utf-8")
    with pytest.raises(ThemeError, match=r"2 rows have only 1 keys \(seller_uscc\)"):
        site.run()
    (site.folder / "30_few.sql").write_text("SELECT * FROM nobody WHERE 1 < :least", encoding="utf-8")
    with pytest.raises(ThemeError, match=r"30_few.sql fails: .*nobody"):
        site.run()
    assert site.versions() == before
    (site.folder / "30_few.sql").write_text("SELECT * FROM seller WHERE invoices < :least", encoding="utf-8")
    assert site.run() is None
    table = open_table(site.pipeline.lake, "gold", "sellers__few")
    assert table is not None
    comments = {field.name: field.metadata.get("comment") for field in table.schema().fields}
    assert comments == {"seller_uscc": "销方", "invoices": "张数", "_run": "运行序号"}
