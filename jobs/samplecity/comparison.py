"""What the pipeline told the providers, held against the truth: states, counts, and found and planted faults as equal sets."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.samplecity.truth import City, DropTruth

# Columns of errors.csv by place: the headings are in the receipt's language.
LINE, COLUMN, RULE = 2, 4, 8
SEVERAL = "、"
Found = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt as it was found in the provider's bucket: `receipt.json`, and `errors.csv` where there is one."""

    receipt: bytes
    errors: bytes | None


def differences(city: City, told: Mapping[str, Told]) -> list[str]:
    """One line for everything that the receipts (by the drop's place under `drops/`) say otherwise than the truth; empty if nothing."""
    return [line for drop in city.drops for line in _of_drop(city, drop, told.get(drop.file))]


def _of_drop(city: City, drop: DropTruth, told: Told | None) -> list[str]:
    if told is None:
        return [f"{drop.file}: no receipt"]
    receipt = json.loads(told.receipt)
    counts = receipt["counts"] or {}
    reasons = [reason["code"] for reason in receipt["reasons"]]
    wanted = (drop.state, drop.reason, drop.rows_read, drop.rows_accepted, drop.rows_quarantined)
    found = (receipt["state"], reasons[0] if reasons else None, counts.get("read"), counts.get("accepted"), counts.get("quarantined"))
    wrong = [f"{drop.file}: (state, reason, read, accepted, quarantined) should be {wanted}, is {found}"] if wanted != found else []
    return wrong + _fault_differences(city, drop, told.errors or b"")


def _fault_differences(city: City, drop: DropTruth, errors: bytes) -> list[str]:
    many = {_planted_rule(warning.rule): warning.count for warning in city.warnings if warning.file == drop.file}
    planted = Counter((fault.line, fault.column, _planted_rule(fault.rule)) for fault in city.faults if fault.file == drop.file)
    every = _found(errors)
    found = Counter(one for one in every if one[2] not in many)
    wrong = [f"{drop.file}: planted and not found: {one}" for one in sorted((planted - found).elements())]
    wrong += [f"{drop.file}: found and not planted: {one}" for one in sorted((found - planted).elements())]
    counted = Counter(rule for _, _, rule in every if rule in many)
    return wrong + [
        f"{drop.file}: {rule}: {count} rows planted, {counted[rule]} found" for rule, count in many.items() if counted[rule] != count
    ]


def _found(errors: bytes) -> list[Found]:
    rows = list(csv.reader(io.StringIO(errors.decode("utf-8-sig"), newline="")))[1:]
    return [(int(row[LINE]), "" if SEVERAL in row[COLUMN] else row[COLUMN], _found_rule(row[RULE])) for row in rows]


def _found_rule(rule_id: str) -> str:
    """`<field>.<code>` is told by its code, a rule of the suite by its name, an entry of the negative list by what it forbids."""
    if rule_id.startswith("malformed."):
        return rule_id.replace(".", ":", 1)
    if rule_id.startswith("NEG"):
        return "personal_identifier"
    return rule_id.rsplit(".", 1)[-1]


def _planted_rule(rule: str) -> str:
    return rule if rule.startswith("malformed:") else rule.rsplit(":", 1)[-1]
