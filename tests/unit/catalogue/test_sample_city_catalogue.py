"""The content of the sample city's catalogue against facts from outside: the issue, the standards, plain Great Expectations."""

import json
import re
from collections import Counter
from datetime import date
from functools import cache

import pytest
from great_expectations import ExpectationSuite
from great_expectations.expectations.registry import list_registered_expectation_implementations

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from tests.unit.catalogue.conftest import ROOT

RESOURCES = [
    "civil.subsistence_family",
    "coldchain.batch_move",
    "credit.administrative_licence",
    "credit.administrative_penalty",
    "grid.event",
    "market.enterprise_registration",
    "power.daily_electricity",
    "startup.case",
    "tax.vat_invoice",
    "utility.daily_usage",
]
LICENCE, PENALTY = "credit.administrative_licence", "credit.administrative_penalty"
MARCH = date(2021, 3, 5)
# GB/T 2260, the sixteen districts of 120000.
DISTRICTS = {f"1201{number:02d}" for number in (*range(1, 7), *range(10, 20))}
# The issue: who is in the roster, by kind.
ROSTER = {"department": 67, "district": 16, "agency": 5, "ministry": 15, "national_system": 11}
# GB 32100-2015, 5.1: the 31 characters of a unified social credit code in the order of their values.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# 政务信息资源目录编制指南: class, item and heading, then a sequence.
CATALOGUE_CODE = r"[123]\d{2}\d{3}\d*/\d+"


@cache
def sample() -> Catalogue:
    return load_catalogue(ROOT)


def check_value(code: str) -> int:
    return sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])) % 31


def test_the_standards_own_sample_passes_the_check() -> None:
    assert (31 - check_value("91350100M000100Y43")) % 31 == ALPHABET.index("3")


def test_reading_twice_gives_equal_values() -> None:
    assert load_catalogue(ROOT) == sample()


def test_the_ten_resources_are_there_with_columns_and_rules() -> None:
    assert sorted(sample().contracts) == RESOURCES
    for resource, contract in sample().contracts.items():
        assert 15 <= len(contract.fields) <= 25, resource
        assert 5 <= len(sample().suites[resource].expectations) <= 10, resource
        assert contract.key, resource
        assert re.fullmatch(CATALOGUE_CODE, contract.catalogue_code), resource


def of_kind(*kinds: str) -> set[str]:
    return {provider.provider_id for provider in sample().providers.values() if provider.kind in kinds}


def owing(resource: str | None = None, day: date = MARCH) -> set[str]:
    _, duties = sample().responsibility.in_force(day)
    return {duty.provider_id for duty in duties if duty.status == "signed" and resource in (None, duty.resource)}


def test_the_roster_is_the_whole_city_and_those_above_it() -> None:
    assert Counter(provider.kind for provider in sample().providers.values()) == ROSTER
    assert {sample().providers[provider].region_code for provider in of_kind("district")} == DISTRICTS
    assert len(sample().units) > 500


@pytest.mark.parametrize(
    ("resource", "providers"),
    [
        ("civil.subsistence_family", {"civil-affairs"}),
        ("coldchain.batch_move", {"cold-chain-center"}),
        ("market.enterprise_registration", {"market-regulation"}),
        ("power.daily_electricity", {"power-company"}),
        ("startup.case", {"government-services"}),
        ("tax.vat_invoice", {"tax-bureau"}),
        ("utility.daily_usage", {"water-group", "gas-group", "heating-group"}),
    ],
)
def test_those_who_hold_a_resource_owe_it(resource: str, providers: set[str]) -> None:
    assert owing(resource) == providers


def test_every_one_of_the_88_owes_something_departments_licences_and_penalties_districts_events() -> None:
    city = of_kind("department", "district", "agency")
    assert len(city) == 88
    assert owing() == city
    assert owing(LICENCE) == owing(PENALTY) == of_kind("department")
    assert owing("grid.event") == of_kind("district")


def test_a_duty_names_an_office_and_a_system_of_its_provider() -> None:
    offices = {(unit.provider_id, unit.name) for unit in sample().units}
    for version, duties in sample().responsibility.versions:
        owners = {system.system_id: system.owner_id for system in sample().system.in_force(version)[1]}
        for duty in duties:
            assert (duty.provider_id, duty.office) in offices, duty.duty_id
            assert owners[duty.system_id] == duty.provider_id, duty.duty_id


def test_districts_send_events_in_several_dialects_and_code_books() -> None:
    event = sample().contracts["grid.event"]
    dialects = [event.dialect(provider) for provider in sorted(of_kind("district"))]
    books = {repr(sorted((name, sorted(book.items())) for name, book in one.code_books.items())) for one in dialects if one.code_books}
    assert len(books) >= 4
    assert len({(one.encoding, one.delimiter, one.skip_lines, *sorted(one.headers.items())) for one in dialects}) >= 4
    assert {one.encoding for one in dialects} == {"utf-8", "gb18030"}


def test_every_providers_code_is_valid_and_of_a_public_body() -> None:
    codes = [provider.uscc or "" for provider in sample().providers.values()]
    assert len(set(codes)) == len(codes) == sum(ROSTER.values())
    for code in codes:
        assert code[:2] in {"11", "12", "13"}, code
        assert (31 - check_value(code)) % 31 == ALPHABET.index(code[17]), code


def test_contacts_are_told_apart_by_their_numbers() -> None:
    phones = [provider.contact_phone for provider in sample().providers.values()]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"022-\d{8}", phone) for phone in phones)


def test_every_provider_has_several_units() -> None:
    owners = [unit.provider_id for unit in sample().units]
    assert all(owners.count(provider) >= 2 for provider in sample().providers)


def test_identity_numbers_phones_and_cards_reach_silver_as_tokens_only() -> None:
    fields = [field for contract in sample().contracts.values() for field in contract.fields]
    personal = [field for field in fields if field.check in ("resident_id", "mobile", "bank_card") or field.kind == "resident_id"]
    assert len(personal) >= 7
    assert {field.protection for field in personal} == {"token"}


def test_names_and_addresses_of_persons_are_masked() -> None:
    fields = [field for contract in sample().contracts.values() for field in contract.fields if field.kind in ("person_name", "address")]
    assert len(fields) >= 6
    assert {field.protection for field in fields} == {"mask"}


def test_no_contract_has_a_column_that_the_negative_list_forbids() -> None:
    _, rows = sample().negative.in_force(MARCH)
    for row in (row for row in rows if row.kind == "field"):
        for resource, contract in sample().contracts.items():
            if row.resource in ("*", resource):
                assert row.field not in {field.header for field in contract.fields}, (row.negative_id, resource)


def test_two_districts_send_the_same_event_under_different_headers_and_codes() -> None:
    event = sample().contracts["grid.event"]
    heping, hexi = event.dialect("heping"), event.dialect("hexi")
    assert (heping.encoding, heping.delimiter) == ("gb18030", "|")
    assert (hexi.encoding, hexi.delimiter) == ("utf-8", "\t")
    assert not set(event.headers("heping")) & set(event.headers("hexi"))
    assert heping.code_books["status_code"]["已结案"] == hexi.code_books["status_code"]["50"] == "5"


def test_no_field_can_break_two_rules_of_shape_with_one_wrong_value() -> None:
    for contract in sample().contracts.values():
        for field in contract.fields:
            shapes = [field.code_set, field.check, field.pattern, field.max_length]
            assert sum(shape is not None for shape in shapes) <= 1, f"{contract.resource}.{field.name}"


@pytest.mark.parametrize("resource", RESOURCES)
def test_plain_great_expectations_reads_the_suite_and_gives_it_back(resource: str) -> None:
    domain, table = resource.split(".")
    suite = json.loads((ROOT / "expectations" / domain / f"{table}.json").read_text(encoding="utf-8"))
    known = set(list_registered_expectation_implementations())
    plain = [one for one in suite["expectations"] if one["type"] in known]
    back = ExpectationSuite(**{**suite, "expectations": plain}).to_json_dict()
    assert plain
    for came, given in zip(back["expectations"], plain, strict=True):
        assert {**came, "kwargs": None} == {**given, "kwargs": None}
        assert came["kwargs"].items() >= given["kwargs"].items()
