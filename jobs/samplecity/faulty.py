"""One more drop with one named fault in it, for whoever wants to see the receipt line that a fault causes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jobs.catalogue.catalogue import Catalogue
from jobs.errors import HaiheError
from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Fault, Row, write_extract
from jobs.samplecity.plan import Plan, Planting, fixed
from jobs.samplecity.resources import civil, market

ROWS = 60
# The faulty record; the header is line 1.
AT = 40
MONTHS_OF = "%Y-%m"


@dataclass(frozen=True)
class FaultyDrop:
    """A file to drop, and the lines its receipt must show; nothing else in it is at fault."""

    provider: str
    key: str
    path: Path
    rows: int
    faults: tuple[Fault, ...]


FaultOf = Callable[[Callable[[int], Row]], Planting]
OF_FIRMS: Mapping[str, FaultOf] = {
    "required": lambda row: kinds.missing("entity_name"),
    "uscc": lambda row: kinds.wrong_check_digit("uscc", "uscc"),
    "uscc_letter_o": lambda row: kinds.letter_for_digit("uscc"),
    "date": lambda row: kinds.value("impossible_date", "established_date", "2021-02-30", "parse"),
    "number": lambda row: kinds.value("thousands_separator", "registered_capital_10k_yuan", "5,000.00", "parse"),
    "minimum": lambda row: kinds.value("below_minimum", "registered_capital_10k_yuan", "-5", "minimum"),
    "code_set": lambda row: kinds.value("code_outside_set", "registration_state_code", "存续", "code_set"),
    "pattern": lambda row: kinds.value("wrong_pattern", "registration_no", "12010100000001", "pattern"),
    "max_length": lambda row: kinds.too_long("entity_name", 200),
    "end_before_start": lambda row: market.end_before_start(),
    "key_doubled": lambda row: kinds.key_doubled(("entity_id",), row),
    "ragged": lambda row: kinds.malformed("ragged_long"),
    "undecodable": lambda row: kinds.malformed("undecodable_byte"),
    "nul": lambda row: kinds.malformed("nul_byte"),
    "text_after_quote": lambda row: kinds.malformed("text_after_quote"),
}
OF_FAMILIES: Mapping[str, FaultOf] = {
    "resident_id": lambda row: kinds.wrong_check_digit("head_resident_id", "resident_id"),
    "excel": lambda row: kinds.value("excel_damaged_number", "head_resident_id", "1.2E+17", "resident_id"),
    "bank_card": lambda row: kinds.wrong_check_digit("bank_card_no", "bank_card"),
    "mobile": lambda row: kinds.value("mobile_too_short", "mobile", "1990000123", "mobile"),
}
FAULTS = tuple(sorted((*OF_FIRMS, *OF_FAMILIES)))


def write_faulty_drop(root: Path, catalogue: Catalogue, fault: str, day: date, seed: int) -> FaultyDrop:
    """Write `root/planted/<provider>/<key>` with the one fault, for the period that holds `day` (its month, where the duty is monthly).

    Raises: HaiheError for a fault that is not in `FAULTS`.
    """
    plan = Plan(catalogue, seed, 1.0)
    if fault in OF_FIRMS:
        row = fixed(market.registrations(plan, ROWS))
        extract = _extract(market.PROVIDER, market.RESOURCE, day.isoformat(), fault, row, OF_FIRMS[fault])
    elif fault in OF_FAMILIES:
        month = day.strftime(MONTHS_OF)
        row = fixed(civil.families(plan, month, ROWS))
        extract = _extract(civil.PROVIDER, civil.RESOURCE, month, fault, row, OF_FAMILIES[fault])
    else:
        raise HaiheError(f"{fault}: no such fault. Nothing was written. Choose one of: {', '.join(FAULTS)}.")
    path = root / "planted" / extract.file
    written = write_extract(extract, catalogue.contracts[extract.resource], path)
    return FaultyDrop(extract.provider, f"{extract.resource}/{extract.period}/{extract.name}", path, written.rows, written.faults)


def _extract(provider: str, resource: str, period: str, fault: str, row: Callable[[int], Row], plant: FaultOf) -> Extract:
    return Extract(provider, resource, period, f"planted_{fault}.csv", ROWS, row, plant(row)(AT, ROWS // 6))
