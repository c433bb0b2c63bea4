"""The dictionary's pages: what an analyst asks of a table stands there, and an unchanged page is not written again."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jobs.analysis.dictionary import dictionary_files, write_dictionary
from jobs.analysis.projection import project_for_analysts
from jobs.collect.pipeline import Pipeline
from jobs.storage.objects import list_objects
from tests.unit.analysis.conftest import TOKEN

pytestmark = pytest.mark.store

PAGE = "silver.credit__administrative_penalty.html"
TODAY = date(2021, 3, 6)


@pytest.fixture
def files(ledger: Pipeline) -> dict[str, bytes]:
    project_for_analysts(ledger)
    return dictionary_files(ledger, TODAY)


@pytest.mark.parametrize(
    "told",
    [
        "一行一个处罚机关的一份处罚决定", "_provider, document_no, organ_uscc", "credit.administrative_penalty", "204001/12",
        "行政处罚决定书文号", "party document no token", "CF_XDR_ZJHM", "penalty_class", "责令停产停业", "一份决定有多种处罚时填最重的一种",
        "bronze.credit__administrative_penalty", "94.44 %", "2021-03-05", "生态环境局", "令牌 token",
    ],
)  # fmt: skip
def test_a_page_tells_grain_key_columns_codes_lineage_freshness_and_quality(files: dict[str, bytes], told: str) -> None:
    assert told in files[PAGE].decode()


def test_the_sample_shows_masks_and_the_beginning_of_a_token(files: dict[str, bytes]) -> None:
    page = files[PAGE].decode()
    assert "1201**********0011" in page
    assert TOKEN[:8] in page
    assert TOKEN not in page


def test_every_contract_has_a_page_before_its_first_row_and_every_gold_table_has_one(ledger: Pipeline, files: dict[str, bytes]) -> None:
    wanted = {f"silver.{contract.table}.html" for contract in ledger.catalogue.contracts.values()}
    assert {*wanted, "gold.by_year.html", "gold.catalogue__tables.html", "index.html"} <= set(files)
    linked = set(re.findall(r'href="([^"]+\.html)"', files["index.html"].decode()))
    assert linked == set(files) - {"index.html"}


def test_unchanged_pages_are_not_written_again(ledger: Pipeline, files: dict[str, bytes], tmp_path: Path) -> None:
    write_dictionary(ledger, files, tmp_path)
    before = list_objects(ledger.client, ledger.bucket("docs"), "dictionary/")
    assert write_dictionary(ledger, dictionary_files(ledger, TODAY), tmp_path) == 0
    assert list_objects(ledger.client, ledger.bucket("docs"), "dictionary/") == before
    assert {path.name for path in tmp_path.iterdir()} == set(files)
    assert write_dictionary(ledger, {**files, PAGE: b"changed"}) == 1


def test_a_page_names_the_themes_that_read_the_table(ledger: Pipeline, tmp_path: Path) -> None:
    theme = tmp_path / "jobs" / "themes" / "credit_score"
    theme.mkdir(parents=True)
    (theme / "theme.yaml").write_text("inputs:\n  - {resource: credit.administrative_penalty}\noutput: gold.by_year\n", encoding="utf-8")
    elsewhere = replace(ledger, settings=ledger.settings.model_copy(update={"root": tmp_path}))
    pages = {name: body.decode() for name, body in dictionary_files(elsewhere, TODAY).items()}
    assert {name for name, page in pages.items() if "credit_score" in page} == {PAGE, "gold.by_year.html"}
