"""A theme's folder is read whole and refused with all of its faults at once; what it says twice agrees."""

import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.catalogue.compiled import load_compiled, write_compiled
from jobs.catalogue.theme import read_theme
from jobs.errors import CatalogueError
from jobs.standards.industry import LAST_DIVISIONS

ROOT = Path(__file__).parents[3]
THEMES = ROOT / "jobs" / "themes"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(THEMES / "resumption", tmp_path / "resumption"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _error(folder: Path, catalogue: Catalogue) -> str:
    with pytest.raises(CatalogueError) as raised:
        read_theme(folder, catalogue.contracts, catalogue.code_sets)
    return str(raised.value)


def test_every_folder_with_a_definition_is_a_theme_of_the_catalogue(catalogue: Catalogue) -> None:
    assert set(catalogue.themes) == {path.parent.name for path in THEMES.glob("*/theme.yaml")} >= {"resumption", "coldchain"}


def test_the_compiled_catalogue_says_what_wakes_a_theme_and_what_it_makes(catalogue: Catalogue, tmp_path: Path) -> None:
    write_compiled(catalogue, tmp_path / "catalogue.json")
    found = {theme.name: theme for theme in load_compiled(tmp_path / "catalogue.json").themes}
    assert found["coldchain"].inputs == ("coldchain.batch_move",)
    assert found["coldchain"].tables == ("coldchain__edge", "coldchain__closure", "coldchain__balance", "coldchain__break")


def test_faults_of_definition_parameters_and_statements_are_told_together(folder: Path, catalogue: Catalogue) -> None:
    _replace(folder / "theme.yaml", "tax.vat_invoice,", "tax.vat_invoices,")
    _replace(folder / "theme.yaml", "code_sets: [region,", "code_sets: [regions,")
    _replace(folder / "parameters" / "values.csv", "alpha,", "beta,")
    _replace(folder / "parameters" / "values.csv", "invoice_window_days,integer,7", "invoice_window_days,integer,seven")
    _replace(folder / "parameters" / "components.csv", "component_invoices,0.5", "component_invoice,0.5")
    _replace(folder / "parameters" / "spring_festivals.csv", "2021-02-12", "2021-02-30")
    (folder / "99_forgotten.sql").write_text("SELECT 1", encoding="utf-8")
    (folder / "parameters" / "spare.csv").write_text("a\n", encoding="utf-8")
    error = _error(folder, catalogue)
    for fault in (
        "input 'tax.vat_invoices' has no contract",
        "code set 'regions' is not in conf/codes/",
        "values.csv: invoice_window_days: 'seven' is no integer",
        "50_component_electricity.sql: :alpha is not in parameters/values.csv",
        "values.csv: 'beta' is used by no statement",
        "parameters components name ['component_invoice']",
        "spring_festivals.csv: line 5, festival_date: '2021-02-30' is no date",
        "99_forgotten.sql is in no step",
        "parameters/spare.csv is not among the theme's parameters",
    ):
        assert fault in error


def test_an_unknown_key_a_key_without_a_column_and_a_number_without_a_scale_are_told_together(folder: Path, catalogue: Catalogue) -> None:
    path = folder / "theme.yaml"
    _replace(path, "title_en: Resumption index\n", "title_en: Resumption index\nschedule: daily\n")
    _replace(path, "key: [index_date, level_code, group_code]", "key: [index_day, level_code, group_code]")
    _replace(
        path,
        "type: number, precision: 6, scale: 4, required: true}\n      - {name: entity_count",
        "type: number}\n      - {name: entity_count",
    )
    error = _error(folder, catalogue)
    assert "schedule: Extra inputs are not permitted" in error
    assert "key column 'index_day' is not among the columns" in error
    assert "weight: a number needs precision and scale" in error


def test_a_restricted_resource_is_no_input_of_gold(folder: Path, catalogue: Catalogue) -> None:
    name = "tax.vat_invoice"
    contracts = {**catalogue.contracts, name: catalogue.contracts[name].model_copy(update={"is_restricted": True})}
    with pytest.raises(CatalogueError, match=r"input 'tax.vat_invoice' is restricted"):
        read_theme(folder, contracts, catalogue.code_sets)


@pytest.mark.parametrize("path", ["theme.yaml", "80_daily_index.sql", "parameters/never_stopping.csv"])
def test_any_file_of_the_folder_makes_it_another_theme(folder: Path, catalogue: Catalogue, path: str) -> None:
    before = read_theme(folder, catalogue.contracts, catalogue.code_sets)
    assert before == catalogue.themes["resumption"]
    lines = {"never_stopping.csv": "32,有色金属冶炼和压延加工业\n", "theme.yaml": "# 注\n", "80_daily_index.sql": "-- :nothing\n"}
    with (folder / path).open("a", encoding="utf-8") as file:
        file.write(lines[Path(path).name])
    assert read_theme(folder, catalogue.contracts, catalogue.code_sets).sha256 != before.sha256


def test_the_sections_of_industries_are_those_of_the_standard(catalogue: Catalogue) -> None:
    rows = catalogue.themes["resumption"].rows["industry_sections"]
    assert {section: last for section, _, last in rows} == LAST_DIVISIONS
    assert [first for _, first, _ in rows] == [1, *(int(str(last)) + 1 for _, _, last in rows[:-1])]


def test_spring_festivals_fall_between_21_january_and_21_february(catalogue: Catalogue) -> None:
    rows = catalogue.themes["resumption"].rows["spring_festivals"]
    assert [year for year, _ in rows] == list(range(2018, 2031))
    for year, day in rows:
        assert isinstance(year, int)
        assert isinstance(day, date)
        assert date(year, 1, 21) <= day <= date(year, 2, 21)
    # A lunar year has 353 to 355 days, or with a leap month 383 to 385.
    days = [day for _, day in rows if isinstance(day, date)]
    lengths = [(later - earlier).days for earlier, later in pairwise(days)]
    assert all(353 <= length <= 355 or 383 <= length <= 385 for length in lengths)
