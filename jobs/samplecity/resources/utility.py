"""utility.daily_usage: water and gas in cubic metres, heat in gigajoules, one row an account and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Finding, Row
from jobs.samplecity.identifiers import DISTRICTS, make_uscc
from jobs.samplecity.names import make_firm
from jobs.samplecity.plan import Plan, Planting, Rows, in_hundredths

RESOURCE = "utility.daily_usage"
KEY = ("account_no", "usage_date")


@dataclass(frozen=True)
class Kind:
    """What one agency supplies: its code, the column of its quantity, and the rule that asks for it."""

    code: str
    column: str
    rule: str


KINDS: Mapping[str, Kind] = {
    "water-group": Kind("1", "usage_m3", "required:water_in_cubic_metres"),
    "gas-group": Kind("2", "usage_m3", "required:gas_in_cubic_metres"),
    "heating-group": Kind("3", "heat_gj", "required:heat_in_gigajoules"),
}
METERS_APART = kinds.breaks("expression:readings_make_usage", "warning")
RUNS_BACKWARDS = {"opening_reading": "100.00", "closing_reading": "99.00"}


def usage(plan: Plan, provider: str, day: date, rows: int) -> list[Row]:
    """`rows` accounts of one agency on one day."""
    random = plan.random(RESOURCE, provider, day.isoformat())
    return [_usage(random, number, day, KINDS[provider]) for number in range(rows)]


def _usage(random: Random, number: int, day: date, kind: Kind) -> Row:
    opening, used = random.randrange(10_000_000), random.randint(100, 200_000)
    return {
        "account_no": f"3{kind.code}{number:08d}",
        "account_name": make_firm(random),
        "uscc": make_uscc(random) if random.random() < 0.8 else "",
        "utility_kind_code": kind.code,
        "usage_date": day.isoformat(),
        "industry_class_code": random.choice(("1432", "5179", "6210", "")),
        "region_code": random.choice(DISTRICTS),
        "customer_class_code": random.choice("1123"),
        "meter_no": f"SB{kind.code}{number:07d}",
        "meter_diameter_mm": random.choice(("20", "50", "100")),
        "opening_reading": in_hundredths(opening),
        "closing_reading": in_hundredths(opening + used),
        "usage_m3": "",
        "heat_gj": "",
        "reading_kind_code": "1" if random.random() < 0.9 else "2",
        "read_at": f"{day} {random.randrange(24):02d}:{random.randrange(60):02d}:00",
        kind.column: in_hundredths(used),
    }


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in readings; the first leaves out a value that is asked for."""
    kind = KINDS[provider]
    apart = (METERS_APART,) if kind.column == "usage_m3" else ()
    backwards = {**RUNS_BACKWARDS, kind.column: "1.00"}
    return (
        kinds.missing("meter_no"),
        kinds.change("usage_left_out", lambda _: {kind.column: ""}, Finding(kind.column, kind.rule)),
        kinds.change("below_minimum", lambda _: {kind.column: "-1.00"}, Finding(kind.column, "minimum"), *apart),
        kinds.change("meter_runs_backwards", lambda _: backwards, kinds.breaks("pair_order:readings_in_order"), *apart),
        kinds.value("not_a_number", "closing_reading", "一百", "parse"),
        kinds.value("excel_damaged_number", "account_no", "3.1E+09", "pattern"),
        kinds.value("uscc_wrong_check", "uscc", "91120101MA05TEX083", "uscc"),
        kinds.value("code_outside_set", "customer_class_code", "居民", "code_set"),
        kinds.value("impossible_time", "read_at", f"{day} 25:00:00", "parse"),
        kinds.change(
            "outside_the_period", lambda _: {"usage_date": "2021-01-31"}, Finding("usage_date", "expression:usage_date_in_period")
        ),
        kinds.change(
            "read_before_usage", lambda _: {"read_at": "2021-01-31 23:00:00"}, kinds.breaks("expression:read_not_before_usage", "warning")
        ),
        kinds.key_doubled(KEY, row),
    )
