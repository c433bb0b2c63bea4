"""The content of the sample city's catalogue against facts from outside: the issue, the standards, plain Great Expectations."""

import json
import re
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
    "credit.administrative_penalty",
    "grid.event",
    "market.enterprise_registration",
    "power.daily_electricity",
    "startup.case",
    "tax.vat_invoice",
]
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


def test_the_eight_resources_are_there_with_columns_and_rules() -> None:
    assert sorted(sample().contracts) == RESOURCES
    for resource, contract in sample().contracts.items():
        assert 15 <= len(contract.fields) <= 25, resource
        assert 5 <= len(sample().suites[resource].expectations) <= 10, resource
        assert contract.key, resource
        assert re.fullmatch(CATALOGUE_CODE, contract.catalogue_code), resource


@pytest.mark.parametrize("resource", RESOURCES)
def test_someone_owes_every_resource(resource: str) -> None:
    _, duties = sample().responsibility.in_force(date(2021, 3, 5))
    providers = [duty.provider_id for duty in duties if duty.resource == resource and duty.status == "signed"]
    expected = {"credit.administrative_penalty": 5, "grid.event": 2}.get(resource, 1)
    assert len(providers) == expected


def test_every_providers_code_is_valid_and_of_a_public_body() -> None:
    codes = [provider.uscc or "" for provider in sample().providers.values()]
    assert len(set(codes)) == len(codes) == 13
    for code in codes:
        assert code[:2] in {"11", "12", "13"}, code
        assert (31 - check_value(code)) % 31 == ALPHABET.index(code[17]), code


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
    _, rows = sample().negative.in_force(date(2021, 3, 5))
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
