"""civil.subsistence_family: families on the minimum allowance; the persons are nobody."""

from collections.abc import Callable
from datetime import date
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Row
from jobs.samplecity.identifiers import DISTRICTS, make_bank_card, make_mobile, make_resident_id, resident_check
from jobs.samplecity.names import make_address, make_person
from jobs.samplecity.plan import Plan, Planting, fixed, in_yuan, some_day, spread

PROVIDER, RESOURCE = "civil-affairs", "civil.subsistence_family"
MONTH = "2021-03"
LEAST_FAULTY = 200
STANDARD_CENTS = 101_000
FIRST, LAST = date(2008, 1, 1), date(2021, 1, 31)

BIRTH_DIFFERS = kinds.breaks("expression:birth_date_of_resident_id")
INCOME_TOO_HIGH = Finding("income_per_head_yuan", "maximum:income_within_line", "warning")
# Of nobody: the check character of the first would be a capital X, and the second's birth month is 13.
LOWER_X = {"head_resident_id": "12010119490101000x", "head_birth_date": "1949-01-01", "head_sex_code": "2"}
MONTH_13 = "12010119491301000" + resident_check("12010119491301000")
WITHOUT_CARD = {"status_code": "1", "bank_card_no": ""}
TOO_MANY_INSURED = {"member_count": "2", "insured_member_count": "3"}


def families(plan: Plan, month: str, rows: int) -> list[Row]:
    """`rows` families in one month."""
    random = plan.random(RESOURCE, PROVIDER, month)
    return [_family(random, number, month) for number in range(rows)]


def _family(random: Random, number: int, month: str) -> Row:
    region, head, members = random.choice(DISTRICTS), make_resident_id(random), random.randint(1, 5)
    income = random.randint(0, STANDARD_CENTS - 1)
    insured = random.randint(1, members)
    return {
        "family_id": f"DB{region}{number:06d}",
        "head_name": make_person(random),
        "head_resident_id": head,
        "head_sex_code": sex_of(head),
        "head_birth_date": f"{head[6:10]}-{head[10:12]}-{head[12:14]}",
        "mobile": make_mobile(random),
        "bank_card_no": make_bank_card(random),
        "bank_name": "样例银行",
        "address": make_address(random),
        "region_code": region,
        "street_code": f"{region}{random.randint(1, 30):03d}",
        "member_count": str(members),
        "insured_member_count": str(insured),
        "income_per_head_yuan": in_yuan(income),
        "poverty_cause_code": random.choice(("1", "2", "5")),
        "allowance_month": month,
        "allowance_yuan": in_yuan((STANDARD_CENTS - income) * insured),
        "approved_date": some_day(random, FIRST, LAST).isoformat(),
        "status_code": "1",
        "remark": "因病支出较大，\n已复核" if random.random() < 0.1 else "",
    }


def sex_of(resident_id: str) -> str:
    """The sex that the 17th digit says. Standard: GB 11643-1999; codes of GB/T 2261.1."""
    return "1" if int(resident_id[16]) % 2 else "2"


def extracts(plan: Plan) -> list[Extract]:
    """One month, with faults in the persons' numbers above all."""
    rows = plan.rows(1_500, LEAST_FAULTY)
    row = fixed(families(plan, MONTH, rows))
    return [Extract(PROVIDER, RESOURCE, MONTH, "低保家庭 2021年3月.csv", rows, row, spread(rows, (*_numbers(plan), *_others(row))))]


def _numbers(plan: Plan) -> tuple[Planting, ...]:
    person = make_resident_id(plan.random(RESOURCE, "remark"))
    return (
        kinds.wrong_check_digit("head_resident_id", "resident_id"),
        kinds.change("resident_id_lower_x", lambda _: LOWER_X, Finding("head_resident_id", "resident_id")),
        kinds.value("excel_damaged_number", "head_resident_id", "1.2E+17", "resident_id"),
        kinds.change("birth_month_13", lambda _: {"head_resident_id": MONTH_13}, Finding("head_resident_id", "resident_id"), BIRTH_DIFFERS),
        kinds.change("birth_date_differs", lambda _: {"head_birth_date": "1950-01-01"}, BIRTH_DIFFERS),
        kinds.change("sex_differs", lambda row: {"head_sex_code": "1"}, kinds.breaks("expression:sex_of_resident_id", "warning")),
        kinds.wrong_check_digit("bank_card_no", "bank_card"),
        kinds.change("supported_without_card", lambda _: WITHOUT_CARD, Finding("bank_card_no", "required:card_while_supported")),
        kinds.value("mobile_too_short", "mobile", "1990000123", "mobile"),
        kinds.value("mobile_as_float", "mobile", "19900001234.0", "mobile"),
        kinds.identifier_in_text("remark", f"与{person}同户"),
    )


def _others(row: Callable[[int], Row]) -> tuple[Planting, ...]:
    return (
        kinds.null_token("head_name", "无"),
        kinds.value("code_outside_set", "head_sex_code", "男", "code_set"),
        kinds.value("above_maximum", "member_count", "31", "maximum"),
        kinds.change("more_insured_than_members", lambda _: TOO_MANY_INSURED, kinds.breaks("pair_order:insured_within_members")),
        kinds.change("above_income_line", lambda _: {"income_per_head_yuan": "1010.01"}, INCOME_TOO_HIGH),
        kinds.change(
            "other_month", lambda _: {"allowance_month": "2021-02"}, Finding("allowance_month", "expression:allowance_month_is_period")
        ),
        kinds.value("wrong_pattern", "family_id", "DB12010100000", "pattern"),
        kinds.key_doubled(("family_id",), row),
        kinds.oversized("line_breaks", "address", "样板道1号\n2门"),
        kinds.malformed("ragged_short"),
    )
