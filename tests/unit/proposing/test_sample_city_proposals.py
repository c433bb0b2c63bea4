"""What is proposed from the sample city's extracts, held against the contracts that people wrote for the same resources.

The resource proposed is taken out of the catalogue first, so that nothing can be looked up in its own contract.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract, Field
from jobs.catalogue.period import Period
from jobs.proposing.proposal import Proposal, Request, propose
from jobs.proposing.sample import Sample, read_sample
from jobs.samplecity.city import special_extracts
from jobs.samplecity.extract import Written, write_extract
from jobs.samplecity.plan import Plan
from tests.unit.samplecity.oracle import find_all
from tests.unit.samplecity.reading import read_records

RECEIVED = date(2021, 3, 9)
SAMPLES = (
    ("market-regulation", "market.enterprise_registration"),
    ("power-company", "power.daily_electricity"),
    ("heping", "grid.event"),
    ("hexi", "grid.event"),
    ("ecology-environment", "credit.administrative_penalty"),
    ("emergency-management", "credit.administrative_penalty"),
    ("housing-construction", "credit.administrative_penalty"),
    ("civil-affairs", "civil.subsistence_family"),
    ("tax-bureau", "tax.vat_invoice"),
    ("cold-chain-center", "coldchain.batch_move"),
    ("government-services", "startup.case"),
)
MOMENTS = ("date", "timestamp")
NUMBERS = ("integer", "number")


@dataclass(frozen=True)
class Proposed:
    """A sample, what was proposed from it, and the contract that is in use; `pairs` are the fields of both, by header."""

    file: Path
    provider: str
    period: str
    written: Written
    sample: Sample
    proposal: Proposal
    real: Contract

    @property
    def pairs(self) -> Iterator[tuple[Field, Field]]:
        names = self.real.headers(self.provider)
        for field in self.proposal.contract.fields:
            yield field, self.real.field(names[field.header])

    def values(self, field: Field) -> set[str]:
        """What the sample holds in the field."""
        return set(next(column for column in self.sample.columns if column.header == field.header).counts)


@pytest.fixture(scope="module", params=SAMPLES, ids="-".join)
def proposed(request: pytest.FixtureRequest, catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Proposed:
    provider, resource = request.param
    extracts = special_extracts(Plan(catalogue, 20210305, 0.1), RECEIVED)
    extract = [one for one in extracts if (one.provider, one.resource) == (provider, resource) and not one.extra][-1]
    file = tmp_path_factory.mktemp("drops") / extract.name
    written = write_extract(extract, catalogue.contracts[resource], file)
    others = {name: contract for name, contract in catalogue.contracts.items() if name != resource}
    sample = read_sample(file)
    system = next(row.system_id for row in catalogue.system.versions[-1][1] if row.owner_id == provider)
    proposal = propose(sample, Request(resource, provider, system), catalogue.model_copy(update={"contracts": others}))
    return Proposed(file, provider, extract.period, written, sample, proposal, catalogue.contracts[resource])


def test_the_dialect_is_the_agreed_one(proposed: Proposed) -> None:
    agreed, [found] = proposed.real.dialect(proposed.provider), proposed.proposal.contract.dialects
    assert (found.encoding, found.delimiter, found.skip_lines) == (agreed.encoding, agreed.delimiter, agreed.skip_lines)


def test_types_are_the_contracts_where_the_sample_holds_a_value(proposed: Proposed) -> None:
    """One value tells nothing; whole numbers may be measured ones; a protected column is a text; a one-digit count may look like a code."""
    for found, real in proposed.pairs:
        if len(proposed.values(found)) < 2 or found.protection != "clear":
            continue
        one_digit = all(len(value) == 1 for value in proposed.values(found))
        allowed = {real.type, *(NUMBERS if real.type in NUMBERS else ())} | ({"string"} if real.type == "integer" and one_digit else set())
        assert found.type in allowed, found.header


def test_numbers_have_room_for_every_digit_that_was_seen(proposed: Proposed) -> None:
    for found, _ in proposed.pairs:
        if found.type == "number":
            places = [len(value.partition(".")[2]) for value in proposed.values(found) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value)]
            assert max(places) <= found.scale < found.precision <= 38


def test_formats_of_dates_and_times_are_agreed_ones(proposed: Proposed) -> None:
    for found, real in proposed.pairs:
        if found.type in MOMENTS and real.type in MOMENTS:
            assert set(found.formats) <= set(real.formats)


def test_check_digits_are_found_and_none_is_made_up(proposed: Proposed) -> None:
    for found, real in proposed.pairs:
        if proposed.values(found) and real.check:
            assert found.check == real.check, found.header
        if found.check and not real.check:
            # Two columns of numbers are wider by agreement than what this sample holds.
            assert real.name in ("party_document_no", "buyer_tax_no")


def test_code_sets_are_the_contracts_or_are_left_to_a_person(proposed: Proposed) -> None:
    told = 0
    for found, real in proposed.pairs:
        if found.code_set:
            assert found.code_set == real.code_set
            told += 1
    regions = [real for _, real in proposed.pairs if real.code_set == "region"]
    assert told >= len(regions)


def test_texts_have_room_and_patterns_of_codes_hold_for_all_but_the_planted(proposed: Proposed) -> None:
    for found, real in proposed.pairs:
        values = proposed.values(found)
        if found.max_length and values:
            assert found.max_length >= max(map(len, values))
        if found.pattern:
            agreeing = [value for value in values if real.pattern is None or re.search(real.pattern, value)]
            assert sum(bool(re.search(found.pattern, value)) for value in agreeing) >= len(agreeing) - len(proposed.written.faults)


def test_the_key_is_the_contracts_but_for_what_is_the_same_in_every_row(proposed: Proposed) -> None:
    names = {field.name: real.name for field, real in proposed.pairs}
    usual = {column.header: max(column.counts.values(), default=0) for column in proposed.sample.columns}
    changing = {real.name for field, real in proposed.pairs if usual[field.header] < 0.95 * proposed.sample.rows or real.type == "date"}
    found = {names[name] for name in proposed.proposal.contract.key}
    if proposed.real.resource == "tax.vat_invoice":
        # Of one day's invoices no two have one number; that each number comes again under another code only other days show.
        assert found == {"invoice_no", "invoice_date"}
    else:
        assert found == set(proposed.real.key) & changing


def test_what_a_contract_protects_is_protected(proposed: Proposed) -> None:
    for found, real in proposed.pairs:
        # A buyer's tax number is a company's as a rule, and looks like any other.
        if real.protection != "clear" and real.name != "buyer_tax_no":
            assert found.protection == real.protection, found.header
            assert found.kind == real.kind, found.header
            assert found.classification >= real.classification


def test_the_sample_is_judged_without_a_fault_but_the_planted(proposed: Proposed, catalogue: Catalogue) -> None:
    contract, resource = proposed.proposal.contract, proposed.real.resource
    planted = {fault.line for fault in proposed.written.faults if fault.severity == "critical"}
    malformed = {fault.line: fault.rule for fault in proposed.written.faults if fault.rule.startswith("malformed:")}
    records = read_records(proposed.file.read_bytes(), contract, proposed.provider, malformed)
    empty = {"contracts": {resource: contract}, "suites": {resource: proposed.proposal.suite.model_copy(update={"expectations": ()})}}
    period = Period.parse(proposed.period)
    found = find_all(records, catalogue.model_copy(update=empty), resource, proposed.provider, (period.start, period.end, RECEIVED))
    critical = {line for line, _, rule in found if rule != "personal_identifier"}
    assert critical <= planted
    assert len(records) + len(malformed) == proposed.written.rows


def test_planted_check_digits_dates_and_doubled_keys_are_found_again(proposed: Proposed, catalogue: Catalogue) -> None:
    contract, resource = proposed.proposal.contract, proposed.real.resource
    malformed = {fault.line: fault.rule for fault in proposed.written.faults if fault.rule.startswith("malformed:")}
    records = read_records(proposed.file.read_bytes(), contract, proposed.provider, malformed)
    empty = {"contracts": {resource: contract}, "suites": {resource: proposed.proposal.suite.model_copy(update={"expectations": ()})}}
    period = Period.parse(proposed.period)
    found = find_all(records, catalogue.model_copy(update=empty), resource, proposed.provider, (period.start, period.end, RECEIVED))
    headers = {field.name: field.header for field in contract.fields}
    protected = {field.header for field in contract.fields if field.protection != "clear" and not field.check}
    lines = {(line, headers.get(name, "")) for line, name, _ in found}
    for fault in proposed.written.faults:
        if fault.rule in ("uscc", "resident_id", "mobile", "bank_card", "parse") and fault.column not in protected:
            assert (fault.line, fault.column) in lines, (fault.line, fault.column, fault.rule)


def test_the_suite_warns_of_no_row_that_is_as_it_was_made(proposed: Proposed) -> None:
    rows = proposed.sample.table.to_pydict()
    headers = {field.name: field.header for field in proposed.proposal.contract.fields}
    tokens = set(proposed.sample.null_tokens)
    for wish in proposed.proposal.suite.expectations:
        assert wish.severity == "warning"
        if wish.type == "expect_column_values_to_be_in_set":
            odd = [value for value in rows[headers[wish.kwargs["column"]]] if value not in {*wish.kwargs["value_set"], *tokens}]
            assert len(odd) <= len(proposed.written.faults)
