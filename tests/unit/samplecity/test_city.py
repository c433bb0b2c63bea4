import ast
import hashlib
import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from jobs import samplecity
from jobs.catalogue.catalogue import Catalogue
from jobs.errors import HaiheError
from jobs.samplecity.city import MANIFEST_SUFFIX, write_city
from jobs.samplecity.extract import Extract, Plant, format_record
from jobs.samplecity.plan import Plan
from jobs.samplecity.resources import power
from jobs.samplecity.truth import City, read_truth
from tests.unit.samplecity.conftest import RECEIVED, SEED
from tests.unit.samplecity.reading import read_records
from tests.unit.samplecity.test_truth import found_in, judged, records_of, told_of

ALLOWED = ("jobs.samplecity", "jobs.catalogue", "jobs.errors")


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_the_sample_city_imports_nothing_of_what_it_puts_to_the_test() -> None:
    modules = sorted(Path(samplecity.__file__).parent.rglob("*.py"))
    imported = set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module.name}: a relative import"
                imported |= {f"{node.module}.{name.name}" for name in node.names}
            elif isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
    assert len(modules) > 10
    assert {name for name in imported if name.split(".")[0] in ("pyspark", "great_expectations", "boto3", "deltalake")} == set()
    assert {name for name in imported if name.startswith("jobs.") and not name.startswith(ALLOWED)} == set()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(city: City, catalogue: Catalogue, tmp_path: Path) -> None:
    again = write_city(tmp_path / "again", catalogue, SEED, 0.05, RECEIVED)
    other = write_city(tmp_path / "other", catalogue, SEED + 1, 0.05, RECEIVED)
    assert digests(again.root) == digests(city.root)
    supplied = [{(drop.provider, drop.resource, drop.state) for drop in one.drops if drop.state == "published"} for one in (city, other)]
    assert len(supplied[0] & supplied[1]) > 130
    both = {drop.file for drop in judged(city)} & {drop.file for drop in judged(other)}
    assert len(both) > 30
    for file in both:
        assert (other.drops_dir / file).read_bytes() != (city.drops_dir / file).read_bytes(), file


def test_the_day_of_the_drop_changes_the_truth_and_no_file(city: City, catalogue: Catalogue, tmp_path: Path) -> None:
    later = write_city(tmp_path, catalogue, SEED, 0.05, date(2021, 6, 1))
    assert digests(later.drops_dir) == digests(city.drops_dir)
    late = [sum(one.count for one in told.warnings if one.rule.startswith("working_days")) for told in (city, later)]
    assert late[0] < late[1]
    assert read_truth(tmp_path).received == date(2021, 6, 1)


def test_writing_over_another_city_leaves_nothing_of_it(city: City, catalogue: Catalogue, tmp_path: Path) -> None:
    stale = tmp_path / "drops" / "nobody" / "file.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("stale", encoding="utf-8")
    write_city(tmp_path, catalogue, SEED, 0.05, RECEIVED)
    assert digests(tmp_path) == digests(city.root)


def test_another_seed_at_another_scale_holds_exactly_the_planted_faults_too(catalogue: Catalogue, tmp_path: Path) -> None:
    other = write_city(tmp_path, catalogue, 7, 0.2, date(2021, 3, 12))
    for drop in judged(other):
        if drop.resource != power.RESOURCE:  # like the small one in all but its size
            assert found_in(other, catalogue, drop) == told_of(other, drop), drop.file


def test_at_full_scale_every_file_has_the_records_that_are_told_and_its_faults_lie_far_apart(catalogue: Catalogue, tmp_path: Path) -> None:
    full = write_city(tmp_path, catalogue, 7, 1.0, RECEIVED)
    for drop in judged(full):
        malformed = sum(fault.file == drop.file and fault.rule.startswith("malformed:") for fault in full.faults)
        assert len(records_of(full, catalogue, drop)) + malformed == drop.rows_read
    large = next(drop for drop in judged(full) if drop.resource == power.RESOURCE and drop.rows_quarantined)
    lines = [fault.line for fault in full.faults if fault.file == large.file]
    assert large.rows_read == 100_000
    assert max(lines) - min(lines) > 80_000


def test_a_block_of_readings_is_the_same_text_as_its_records(catalogue: Catalogue) -> None:
    readings = power.electricity(Plan(catalogue, 3, 1.0), date(2021, 3, 5), 300)
    contract = catalogue.contracts[power.RESOURCE]
    dialect = contract.dialect(power.PROVIDER)
    rows = [readings.row(index) for index in range(100, 300)]
    expected = "".join(format_record([row[field.name] for field in contract.fields], dialect) + "\n" for row in rows)
    assert readings.block(100, 300) == expected


def test_names_hold_blanks_and_chinese_characters_and_fit_into_a_key(city: City) -> None:
    names = [drop.name for drop in city.drops]
    assert any(" " in name for name in names)
    assert any(not name.isascii() for name in names)
    assert all(len(part.encode()) <= 255 for drop in city.drops for part in drop.file.split("/"))


def test_a_manifest_says_the_rows_and_the_hash_of_its_file(city: City) -> None:
    manifests = sorted(city.drops_dir.rglob(f"*{MANIFEST_SUFFIX}"))
    rows = {drop.file: drop.rows_read for drop in city.drops}
    assert len(manifests) == 2
    for manifest in manifests:
        path = manifest.with_name(manifest.name.removesuffix(MANIFEST_SUFFIX))
        said = json.loads(manifest.read_text(encoding="utf-8"))
        assert said == {"rows": rows[str(path.relative_to(city.drops_dir))], "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_rare_characters_and_bytes_that_look_like_delimiters_are_in_the_files(city: City) -> None:
    of_heping = next(city.drops_dir.glob("heping/**/*.csv")).read_bytes()
    assert any("東".encode("gb18030") in line for line in of_heping.split(b"\n"))
    assert "𬭚" in next(city.drops_dir.glob("civil-affairs/**/*.csv")).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(
    "resource", ["credit.administrative_penalty", "credit.administrative_licence", "grid.event", "utility.daily_usage"]
)
def test_every_dialect_is_in_use(resource: str, city: City, catalogue: Catalogue) -> None:
    contract = catalogue.contracts[resource]
    drops = [drop for drop in judged(city) if drop.resource == resource]
    assert {contract.dialect(drop.provider).provider for drop in drops} == {dialect.provider for dialect in contract.dialects}
    for drop in drops:
        dialect = contract.dialect(drop.provider)
        lines = (city.drops_dir / drop.file).read_bytes().decode(dialect.encoding, "replace").splitlines()
        assert ("表格说明" in lines[0]) == bool(dialect.skip_lines)
        header = lines[dialect.skip_lines].removeprefix("\ufeff").split(dialect.delimiter)
        assert set(contract.headers(drop.provider)) == set(header), drop.file


def test_districts_write_the_same_state_in_the_words_of_their_own_code_books(city: City) -> None:
    words = {"nankai": "已结案", "hebei": "50", "jinnan": "结案", "wuqing": "CLOSED", "binhai": "5"}
    for provider, closed in words.items():
        raw = next((city.drops_dir / provider / "grid.event" / "2021-03-05").glob("*.csv")).read_bytes()
        encoding = "utf-8" if provider in ("hebei", "wuqing", "binhai") else "gb18030"
        cells = set(re.split(r"[|\t^;,\n]", raw.decode(encoding, "replace")))
        assert closed in cells
        assert not cells & (set(words.values()) - {closed, "5", "50"}), provider


def test_every_one_of_the_88_supplies_and_all_departments_and_districts_what_they_owe(city: City, catalogue: Catalogue) -> None:
    kinds = {provider.provider_id: provider.kind for provider in catalogue.providers.values()}
    by_resource = {resource: {drop.provider for drop in city.drops if drop.resource == resource} for resource in catalogue.contracts}
    supplying = Counter(kinds[provider] for provider in set.union(*by_resource.values()))
    assert supplying == {"department": 67, "district": 16, "agency": 5}
    for resource in ("credit.administrative_licence", "credit.administrative_penalty"):
        assert Counter(kinds[provider] for provider in by_resource[resource]) == {"department": 67}
    assert Counter(kinds[provider] for provider in by_resource["grid.event"]) == {"district": 16}
    assert 170 <= len(city.drops) <= 210


def test_sizes_and_faults_are_drawn_for_each_provider(catalogue: Catalogue, tmp_path: Path) -> None:
    full = write_city(tmp_path, catalogue, 3, 1.0, RECEIVED)
    small = [drop for drop in judged(full) if drop.resource == "credit.administrative_licence" and drop.state == "published"]
    sizes = {drop.rows_read or 0 for drop in small}
    assert len(sizes) > 20
    assert min(sizes) >= 20
    assert max(sizes) <= 80
    faults = Counter(fault.file for fault in full.faults if fault.kind != "as_generated")
    assert {faults[drop.file] for drop in small} >= {0, 1, 2, 3, 4}
    assert len({fault.kind for fault in full.faults if fault.file in {drop.file for drop in small}}) >= 12


def test_a_file_in_another_charset_cannot_be_read_in_the_agreed_one(city: City, catalogue: Catalogue) -> None:
    drops = [drop for drop in city.drops if drop.reason == "wrong_charset"]
    assert len(drops) == 2
    for drop in drops:
        agreed = catalogue.contracts[drop.resource].dialect(drop.provider).encoding
        raw = (city.drops_dir / drop.file).read_bytes()
        other = {"utf-8": "gb18030", "gb18030": "utf-8"}[agreed]
        assert "样例" in raw.decode(other)
        assert "样例" not in raw.decode(agreed, "replace")


def test_a_file_with_a_column_of_its_own_is_told_by_its_header(city: City, catalogue: Catalogue) -> None:
    drops = [drop for drop in city.drops if drop.reason == "header_differs"]
    assert len(drops) == 2
    for drop in drops:
        contract = catalogue.contracts[drop.resource]
        dialect = contract.dialect(drop.provider)
        raw = (city.drops_dir / drop.file).read_bytes()
        header = raw.decode(dialect.encoding).splitlines()[dialect.skip_lines].split(dialect.delimiter)
        assert set(header) - set(contract.headers(drop.provider)) == {"内部流水号"}


def test_faults_keep_the_order_of_the_drops_and_of_their_lines(city: City) -> None:
    places = {drop.file: place for place, drop in enumerate(city.drops)}
    assert all((places[a.file], a.line) <= (places[b.file], b.line) for a, b in pairwise(city.faults))


def test_an_extract_without_room_for_its_faults_is_refused() -> None:
    plants = (Plant("one", 3, ()), Plant("two", 3, ()))
    with pytest.raises(ValueError, match="no room"):
        Extract("heping", "grid.event", "2021-03-05", "events.csv", 10, lambda index: {}, plants)
    with pytest.raises(ValueError, match="no room"):
        Extract("heping", "grid.event", "2021-03-05", "events.csv", 3, lambda index: {}, plants[:1])


def test_truth_that_was_never_written_is_told_with_the_command_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(HaiheError, match="haihe samplecity"):
        read_truth(tmp_path)


def test_a_clean_file_reads_as_many_records_as_it_has_lines(city: City, catalogue: Catalogue) -> None:
    path = next(city.drops_dir.glob("cold-chain-center/coldchain.batch_move/2021-03-04/*.csv"))
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(read_records(raw, catalogue.contracts["coldchain.batch_move"], "cold-chain-center")) == raw.count(b"\n") - 1
