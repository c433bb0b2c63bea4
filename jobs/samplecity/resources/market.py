"""market.enterprise_registration: rows as the market supervision bureau registers firms."""

from collections.abc import Callable
from datetime import date
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Row
from jobs.samplecity.identifiers import DISTRICTS, full_width, make_uscc
from jobs.samplecity.names import make_address, make_firm, make_person
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, some_day, spread

PROVIDER, RESOURCE = "market-regulation", "market.enterprise_registration"
# So many rows that all faults have room and stay below the gate.
LEAST_FAULTY = 300
FAR_TOO_LONG = 8_000

FIRST, LAST = date(2001, 1, 1), date(2021, 2, 26)
LONG_TERM = "9999-12-31"
# (section, class) of GB/T 4754-2017.
INDUSTRIES = (("C", "2662"), ("C", "1432"), ("F", "5179"), ("G", "5941"), ("I", "6513"), ("H", "6210"), ("E", "4710"), ("N", "7721"))

PREFIX_OF_TYPE = kinds.breaks("expression:uscc_prefix_of_type", "warning")
OPERATION_REVERSED = {"operation_from_date": "2020-06-01", "operation_to_date": "2020-05-31"}
CANCELLED_UNDATED = {"registration_state_code": "3", "cancelled_date": ""}
SECTION_CLASH = {"industry_section_code": "A", "industry_class_code": "2662"}
SEVERAL = {
    "entity_name": "NULL",
    "registrar_code": "120100",
    "approved_date": "2021/13/01",
    "currency_code": "人民币",
    "industry_section_code": "",
    "industry_class_code": "26",
}
SEVERAL_FINDINGS = (
    Finding("entity_name", "required"),
    Finding("registrar_code", "code_set"),
    Finding("approved_date", "parse"),
    Finding("currency_code", "code_set"),
    Finding("industry_class_code", "pattern"),
)


def make_registration(random: Random, number: int) -> Row:
    """A firm, most of them in business; a cancelled one has its date."""
    region = random.choice(DISTRICTS)
    section, industry = random.choice(INDUSTRIES)
    established = some_day(random, FIRST, LAST)
    approved = some_day(random, established, LAST)
    is_cancelled = random.random() < 0.05
    return {
        "entity_id": f"1200{number:010d}",
        "uscc": make_uscc(random, "91", region),
        "registration_no": "",
        "entity_name": make_firm(random),
        "entity_type_code": "1130",
        "registration_state_code": "3" if is_cancelled else "1",
        "legal_representative_name": make_person(random),
        "registered_capital_10k_yuan": str(random.choice((10, 50, 100, 500, 1000, 3000))),
        "currency_code": "156",
        "established_date": established.isoformat(),
        "approved_date": approved.strftime("%Y/%m/%d") if random.random() < 0.1 else approved.isoformat(),
        "operation_from_date": established.isoformat(),
        "operation_to_date": LONG_TERM if random.random() < 0.7 else "",
        "business_scope": _scope(random),
        "address": make_address(random),
        "street_code": f"{region}{random.randint(1, 30):03d}",
        "registrar_code": region,
        "industry_section_code": section,
        "industry_class_code": industry,
        "cancelled_date": approved.isoformat() if is_cancelled else "",
    }


def _scope(random: Random) -> str:
    scope = "许可项目：食品经营；一般项目：货物进出口，技术服务"
    return scope.replace("；", "；\n") + '（"样例"）' if random.random() < 0.1 else scope


def registrations(plan: Plan, rows: int) -> list[Row]:
    """`rows` firms, the same ones in every period."""
    random = plan.random(RESOURCE, PROVIDER)
    return [make_registration(random, number) for number in range(rows)]


def extracts(plan: Plan) -> list[Extract]:
    """A clean extract of one day, and the next day's with a fault of almost every kind."""
    small, large = plan.rows(1_000), plan.rows(5_000, LEAST_FAULTY)
    clean, faulty = (fixed(registrations(plan, rows)) for rows in (small, large))
    plants = spread(large, (*_values(), *_records(faulty)))
    return [
        Extract(PROVIDER, RESOURCE, "2021-03-04", "登记 20210304.csv", small, clean, newline="\r\n"),
        Extract(PROVIDER, RESOURCE, "2021-03-05", "企业登记 2021年3月5日.csv", large, faulty, plants),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in a small extract; the first leaves out a value that is asked for."""
    return (
        kinds.missing("entity_name"),
        kinds.wrong_check_digit("uscc", "uscc"),
        kinds.value("wrong_pattern", "registration_no", "12010100000001", "pattern"),
        kinds.value("impossible_date", "established_date", "2021-02-30", "parse"),
        end_before_start(),
        kinds.key_doubled(("entity_id",), row),
    )


def end_before_start() -> Planting:
    """A firm that ceases before it begins."""
    return kinds.change("end_before_start", lambda _: OPERATION_REVERSED, kinds.breaks("pair_order:operation_period_in_order"))


def _values() -> tuple[Planting, ...]:
    return (
        kinds.missing("entity_name"),
        kinds.after_blank_lines(kinds.missing("address"), 3),
        kinds.after_line_breaks(kinds.missing("uscc"), "business_scope", "许可项目：\n食品经营；\n一般项目：\n技术服务"),
        kinds.null_token("legal_representative_name", "无"),
        kinds.letter_for_digit("uscc"),
        kinds.wrong_check_digit("uscc", "uscc"),
        kinds.spoilt("uscc_lower_case", "uscc", "uscc", str.lower),
        kinds.change("full_width", lambda row: {"uscc": full_width(row["uscc"])}, Finding("uscc", "uscc"), PREFIX_OF_TYPE),
        kinds.value("wrong_pattern", "registration_no", "12010100000001", "pattern"),
        kinds.value("wrong_pattern", "street_code", "12010l001", "pattern"),
        kinds.value("code_outside_set", "entity_type_code", "9999", "code_set"),
        kinds.value("name_for_code", "registration_state_code", "存续", "code_set"),
        kinds.value("not_a_number", "registered_capital_10k_yuan", "壹佰万", "parse"),
        kinds.value("thousands_separator", "registered_capital_10k_yuan", "5,000.00", "parse"),
        kinds.value("below_minimum", "registered_capital_10k_yuan", "-5", "minimum"),
        kinds.value("impossible_date", "established_date", "2021-02-30", "parse"),
        kinds.value("before_minimum", "established_date", "1949-09-30", "minimum"),
        kinds.too_long("entity_name", 200),
    )


def _records(row: Callable[[int], Row]) -> tuple[Planting, ...]:
    return (
        end_before_start(),
        kinds.change("cancelled_undated", lambda _: CANCELLED_UNDATED, Finding("cancelled_date", "required:cancelled_date_when_cancelled")),
        kinds.change("section_of_other_class", lambda _: SECTION_CLASH, kinds.breaks("expression:section_of_class", "warning")),
        kinds.change("several_in_one_row", lambda _: SEVERAL, *SEVERAL_FINDINGS),
        kinds.key_doubled(("entity_id",), row),
        kinds.malformed("ragged_short"),
        kinds.malformed("ragged_long"),
        kinds.malformed("undecodable_byte"),
        kinds.malformed("nul_byte"),
        kinds.oversized("field_too_long", "business_scope", "许可项目, " * FAR_TOO_LONG),
    )
