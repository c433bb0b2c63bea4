"""What a pass judges by, stored under its hash at the pass' creation: contract and compiled rules."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.lists import Negative
from jobs.collect.pipeline import Desk
from jobs.errors import RuleError
from jobs.quality.by_gx import faults_by_gx
from jobs.quality.header import header_rules
from jobs.quality.rules import Rule, compile_rules


class Definition(Frozen):
    """Contract, suite hash, compiled rules, and the text fields in which identifiers are masked on publishing."""

    contract: Contract
    suite_sha256: str
    rules: tuple[Rule, ...]
    redacted: tuple[str, ...] = ()


def definition_of(desk: Desk, resource: str, negatives: Sequence[Negative]) -> Definition:
    """The definition in force now for batches to which these content entries of the negative list apply."""
    contract, suite = desk.catalogue.contracts[resource], desk.catalogue.suites[resource]
    rules = compile_rules(contract, suite, desk.catalogue.code_sets, negatives)
    masking = [row for row in negatives if row.kind == "content" and row.action == "mask"]
    fields = tuple(field.name for field in contract.fields if field.is_narrative and any(row.field in ("*", field.name) for row in masking))
    return Definition(contract=contract, suite_sha256=suite.sha256, rules=rules, redacted=fields)


def store_definition(desk: Desk, definition: Definition) -> str:
    """The hash under which the definition stands in control."""
    value = definition.model_dump(mode="json")
    name = hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if not desk.control.keys(f"definitions/{name}.json"):
        desk.control.create(f"definitions/{name}.json", value)
    return name


def read_definition(desk: Desk, name: str) -> Definition:
    """The definition stored under that hash."""
    return Definition.model_validate(desk.control.read(f"definitions/{name}.json"))


def check_rules(catalogue: Catalogue) -> None:
    """Raise RuleError if any resource's rules cannot be compiled with today's negative list, naming all that Great Expectations refuses."""
    today = date.today()  # noqa: DTZ011 (the day's lists, to the day)
    faults: list[str] = []
    for resource, contract in catalogue.contracts.items():
        suite, negatives = catalogue.suites[resource], catalogue.negatives(None, resource, today, today)
        rules = (*compile_rules(contract, suite, catalogue.code_sets, negatives), *header_rules(suite.expectations, suite.suite_parameters))
        built = faults_by_gx(rule for rule in rules if rule.method != "lake")
        faults += [f"{resource}: {fault.rule.rule_id} ({fault.rule.type}): {fault.cause}" for fault in built]
    if faults:
        raise RuleError(f"{len(faults)} rule(s) that Great Expectations cannot build: " + "; ".join(faults) + ". Mend the suites.")
