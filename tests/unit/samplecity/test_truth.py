"""The truth against the files: nothing planted is missing from it, nothing stands in it that is not in the files."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.samplecity.extract import LISTED_WARNINGS
from jobs.samplecity.truth import City, DropTruth, read_truth
from tests.unit.samplecity.oracle import find_all
from tests.unit.samplecity.reading import Record, physical_lines, read_records

Told = tuple[int, str, str]  # line, column, rule


def judged(city: City) -> list[DropTruth]:
    return [drop for drop in city.drops if drop.rows_read is not None]


def records_of(city: City, catalogue: Catalogue, drop: DropTruth) -> list[Record]:
    raw = (city.drops_dir / drop.file).read_bytes()
    malformed = {fault.line: fault.rule for fault in city.faults if fault.file == drop.file and fault.rule.startswith("malformed:")}
    return read_records(raw, catalogue.contracts[drop.resource], drop.provider, malformed)


def period_days(period: str) -> tuple[date, date]:
    if len(period) == len("2021-03"):
        first = date.fromisoformat(f"{period}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date.fromisoformat(period), date.fromisoformat(period)


def told_of(city: City, drop: DropTruth) -> dict[Told, int]:
    """The faults of a file that its rows alone can show, with how many rows; line 0 stands for warnings that are counted, not listed."""
    of_file = [fault for fault in city.faults if fault.file == drop.file]
    seen = Counter((one.line, one.column, one.rule) for one in of_file if not one.rule.startswith(("malformed:", "key_in_lake")))
    return {**seen, **{(0, "", entry.rule): entry.count for entry in city.warnings if entry.file == drop.file}}


def found_in(city: City, catalogue: Catalogue, drop: DropTruth) -> dict[Told, int]:
    """The same as the independent judge finds it."""
    headers = {name: header for header, name in catalogue.contracts[drop.resource].headers(drop.provider).items()}
    many = {entry.rule for entry in city.warnings if entry.file == drop.file}
    days = (*period_days(drop.period), city.received)
    found = find_all(records_of(city, catalogue, drop), catalogue, drop.resource, drop.provider, days)
    return Counter((0, "", rule) if rule in many else (line, headers.get(name, ""), rule) for line, name, rule in found)


def test_an_independent_judge_finds_exactly_the_planted_faults(city: City, catalogue: Catalogue) -> None:
    for drop in judged(city):
        assert found_in(city, catalogue, drop) == told_of(city, drop), drop.file


def test_every_malformed_line_is_malformed_in_the_way_that_is_told(city: City, catalogue: Catalogue) -> None:
    drops = {drop.file: drop for drop in city.drops}
    seen = set()
    for fault in city.faults:
        if not fault.rule.startswith("malformed:"):
            continue
        drop = drops[fault.file]
        contract = catalogue.contracts[drop.resource]
        dialect = contract.dialect(drop.provider)
        lines = physical_lines((city.drops_dir / fault.file).read_bytes())
        seen.add(fault.rule)
        text = lines[fault.line - 1].decode(dialect.encoding, "replace")
        cells = text.count(dialect.delimiter) + 1
        match fault.rule.removeprefix("malformed:"):
            case "ragged":
                assert cells != len(contract.fields)
            case "undecodable":
                with pytest.raises(UnicodeDecodeError):
                    lines[fault.line - 1].decode(dialect.encoding)
            case "nul":
                assert "\0" in text
            case "unclosed_quote":
                assert text.count('"') == 1
                assert not any(b'"' in line for line in lines[fault.line : fault.line + 20])
            case "text_after_quote":
                assert re.match('"[^"]+"[^"' + re.escape(dialect.delimiter) + "]", text)
            case "line_breaks":
                assert text.count('"') % 2 == 1
            case "field_too_long":
                assert len(lines[fault.line - 1]) > contract.limits.field_bytes
    assert len(seen) == 7


def test_an_invoice_told_again_has_the_key_of_a_good_invoice_of_the_day_before(city: City, catalogue: Catalogue) -> None:
    before, after = (drop for drop in judged(city) if drop.resource == "tax.vat_invoice")
    key = catalogue.contracts["tax.vat_invoice"].key
    known = {tuple(record.cells[name] for name in key) for record in records_of(city, catalogue, before)}
    again = {record.line for record in records_of(city, catalogue, after) if tuple(record.cells[name] for name in key) in known}
    assert before.period < after.period
    assert again == {fault.line for fault in city.faults if fault.rule == "key_in_lake"}
    assert len(again) == 2


def test_every_record_is_read_and_is_accepted_or_quarantined(city: City, catalogue: Catalogue) -> None:
    for drop in judged(city):
        critical = {fault.line for fault in city.faults if fault.file == drop.file and fault.severity == "critical"}
        malformed = {fault.line for fault in city.faults if fault.file == drop.file and fault.rule.startswith("malformed:")}
        assert drop.rows_read == len(records_of(city, catalogue, drop)) + len(malformed)
        assert drop.rows_quarantined == len(critical)
        assert drop.rows_read == (drop.rows_accepted or 0) + len(critical)


def test_outcomes_follow_from_the_responsibility_list(city: City, catalogue: Catalogue) -> None:
    for drop in judged(city):
        duty = catalogue.duty(drop.provider, drop.resource, min(period_days(drop.period)[1], city.received))
        assert duty is not None
        assert drop.rows_read is not None
        assert drop.rows_accepted is not None
        reason = None
        if 100 * drop.rows_accepted / drop.rows_read < duty.quality_target_pct:
            reason = "quality_below_target"
        if drop.rows_read < duty.expected_rows_min:
            reason = "rows_below_expected"
        assert (drop.state, drop.reason) == (("held", reason) if reason else ("published", None)), drop.file


def test_malformed_lines_stay_below_what_the_contract_allows(city: City, catalogue: Catalogue) -> None:
    for drop in judged(city):
        count = sum(fault.file == drop.file and fault.rule.startswith("malformed:") for fault in city.faults)
        assert 100 * count < (drop.rows_read or 0) * catalogue.contracts[drop.resource].limits.malformed_pct


def test_the_refused_file_holds_a_column_that_the_negative_list_forbids(city: City, catalogue: Catalogue) -> None:
    (drop,) = (drop for drop in city.drops if drop.reason == "forbidden_column")
    header = physical_lines((city.drops_dir / drop.file).read_bytes())[0].decode()
    day = date.fromisoformat(drop.period)
    assert any(
        entry.kind == "field" and entry.field in header.split(",") for entry in catalogue.negatives(drop.provider, drop.resource, day, day)
    )


def test_drops_are_refused_held_and_known_beside_good_ones(city: City, catalogue: Catalogue) -> None:
    reasons = {drop.reason for drop in city.drops}
    expected = {
        "rows_below_expected",
        "quality_below_target",
        "forbidden_column",
        "header_differs",
        "wrong_charset",
        "already_landed",
        "unknown_resource",
        "period_impossible",
    }
    assert reasons == {None, *expected}
    for drop in city.drops:
        if drop.state in ("held", "refused") and drop.resource in catalogue.contracts:
            assert any(good.state == "published" for good in city.drops if good.resource == drop.resource)


def test_a_copy_has_the_same_bytes_under_another_name(city: City) -> None:
    copies = [drop for drop in city.drops if drop.copy_of]
    assert len(copies) == 3
    for drop in copies:
        assert (city.drops_dir / drop.file).read_bytes() == (city.drops_dir / (drop.copy_of or "")).read_bytes()


def test_at_least_two_files_are_faultless(city: City) -> None:
    faulty = {fault.file for fault in city.faults} | {entry.file for entry in city.warnings}
    assert len([drop for drop in judged(city) if drop.file not in faulty]) >= 2


def test_at_least_twenty_kinds_of_faults_are_planted(city: City) -> None:
    assert len({fault.kind for fault in city.faults} - {"as_generated"}) >= 40
    assert len({fault.rule.partition(":")[0] for fault in city.faults}) >= 18


def test_several_faults_stand_in_one_row_after_blank_lines_and_after_records_of_several_lines(city: City) -> None:
    rows = Counter((fault.file, fault.line) for fault in city.faults if fault.kind == "several_in_one_row")
    assert max(rows.values()) == 5
    befores = set()
    for fault in city.faults:
        lines = physical_lines((city.drops_dir / fault.file).read_bytes())
        before = lines[fault.line - 2].strip(b"\r")
        befores.add("blank" if not before else "several lines" if before.count(b'"') % 2 else "one line")
    assert befores == {"blank", "several lines", "one line"}


def test_many_warnings_of_one_rule_are_counted_and_few_are_listed(city: City) -> None:
    listed = Counter((fault.file, fault.rule) for fault in city.faults if fault.severity == "warning")
    assert max(listed.values()) <= LISTED_WARNINGS
    assert all(entry.count > LISTED_WARNINGS and (entry.file, entry.rule) not in listed for entry in city.warnings)
    assert city.warnings


def test_the_truth_reads_back_as_it_was_written(city: City) -> None:
    assert read_truth(city.root) == city


def test_the_truth_lies_outside_the_drops(city: City) -> None:
    assert not list(city.drops_dir.rglob("truth*"))
