"""What every provider supplies day by day: small extracts, their size, faults and fate drawn for each provider from the seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

from jobs.catalogue.lists import Duty
from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Outcome, Row
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, spread
from jobs.samplecity.resources import coldchain, credit, grid, licence, market, power, startup, tax, utility

# Rows at scale 1; never fewer than `LEAST`, so that a fault or two stay within what the duty allows.
SMALLEST, LARGEST, LEAST = 20, 80, 24
# One fault for so many rows, and four at most.
ROWS_A_FAULT, MOST_FAULTS = 12, 4
MALFORMED = ("ragged_short", "ragged_long", "undecodable_byte", "nul_byte")
MALFORMED_SHARE = 0.25
# Fewer than any ordinary duty asks for.
TOO_FEW = 6

Fate = Literal["good", "too_few", "too_bad", "other_columns", "other_charset", "forbidden_column", "no_duty_yet"]
OUTCOMES: Mapping[Fate, Outcome] = {
    "good": Outcome(),
    "too_few": Outcome("held", "rows_below_expected"),
    "too_bad": Outcome("held", "quality_below_target"),
    "other_columns": Outcome("refused", "header_differs"),
    "other_charset": Outcome("refused", "wrong_charset"),
    "forbidden_column": Outcome("refused", "forbidden_column"),
    "no_duty_yet": Outcome("refused", "duty_suspended"),
}


EXTRA: Mapping[Fate, Mapping[str, str]] = {"other_columns": {"内部流水号": "0001"}, "forbidden_column": {"finger_print": "0001"}}


@dataclass(frozen=True)
class Growth:
    """How one resource's rows and faults come about. The first fault leaves out a required value, so that every record can bear it."""

    rows: Callable[[Plan, str, date, int], list[Row]]
    faults: Callable[[Plan, str, date, Rows], tuple[Planting, ...]]
    name: str
    warns_of_lateness: bool = False


def _district_events(plan: Plan, provider: str, day: date, rows: int) -> list[Row]:
    return grid.events(plan, provider, plan.catalogue.providers[provider].region_code, day, rows)


def _readings(plan: Plan, provider: str, day: date, rows: int) -> list[Row]:
    readings = power.electricity(plan, day, rows)
    return [readings.row(index) for index in range(rows)]


GROWTHS: Mapping[str, Growth] = {
    credit.RESOURCE: Growth(credit.penalties, credit.faults, "行政处罚", warns_of_lateness=True),
    licence.RESOURCE: Growth(licence.licences, licence.faults, "行政许可", warns_of_lateness=True),
    grid.RESOURCE: Growth(_district_events, grid.faults, "网格事件"),
    utility.RESOURCE: Growth(utility.usage, utility.faults, "日用量"),
    market.RESOURCE: Growth(lambda plan, provider, day, rows: market.registrations(plan, rows), market.faults, "登记"),
    startup.RESOURCE: Growth(lambda plan, provider, day, rows: startup.cases(plan, day, rows), startup.faults, "办件"),
    tax.RESOURCE: Growth(lambda plan, provider, day, rows: tax.invoices(plan, day, rows), tax.faults, "发票"),
    coldchain.RESOURCE: Growth(lambda plan, provider, day, rows: coldchain.batch_moves(plan, day, rows), coldchain.faults, "冷链流转"),
    power.RESOURCE: Growth(_readings, power.faults, "用电"),
}


def ordinary_duties(plan: Plan, day: date) -> list[Duty]:
    """The signed duties of that day whose extracts can be grown here, by provider and resource."""
    _, duties = plan.catalogue.responsibility.in_force(day)
    owed = [duty for duty in duties if duty.status == "signed" and duty.resource in GROWTHS]
    return sorted(owed, key=lambda duty: (duty.provider_id, duty.resource))


def grow(plan: Plan, duty: Duty, day: date, received: date, fate: Fate = "good", part: int = 0) -> Extract:
    """A small extract of this duty for one day. `part` counts further extracts of the same day, whose records are others."""
    provider, resource, growth = duty.provider_id, duty.resource, GROWTHS[duty.resource]
    random = plan.random("ordinary", provider, resource, day.isoformat(), str(part))
    drawn = plan.rows(random.randint(SMALLEST, LARGEST), max(LEAST, duty.expected_rows_min))
    rows = TOO_FEW if fate == "too_few" else drawn
    before = part * plan.rows(LARGEST, LEAST)
    row = fixed(growth.rows(plan, provider, day, before + rows)[before:])
    dialect = plan.catalogue.contracts[resource].dialect(provider)
    is_plain = dialect.encoding == "utf-8" and not dialect.skip_lines and fate != "other_charset"
    return Extract(
        provider=provider,
        resource=resource,
        period=day.isoformat(),
        name=_name(random, growth.name, resource, day, part),
        rows=rows,
        row=row,
        plants=spread(rows, _plantings(random, rows, _room(rows, duty), fate, growth.faults(plan, provider, day, row))),
        outcome=OUTCOMES[fate],
        warnings=credit.late_rows(received) if growth.warns_of_lateness else _no_warning,
        extra=EXTRA.get(fate, {}),
        has_bom=is_plain and random.random() < 0.2,
        newline=random.choice(("\n", "\n", "\r\n")),
        encoding=_other(dialect.encoding) if fate == "other_charset" else None,
    )


def _room(rows: int, duty: Duty) -> int:
    """How many faults the extract may hold and still be published; a doubled key spoils two records."""
    allowed = int(rows * (100 - duty.quality_target_pct) / 100)
    return max(0, min(MOST_FAULTS, rows // ROWS_A_FAULT, allowed - 1))


def _plantings(random: Random, rows: int, room: int, fate: Fate, pool: tuple[Planting, ...]) -> tuple[Planting, ...]:
    if fate == "too_bad":
        return pool[:1] * (rows * 3 // 10)
    if fate != "good":
        return ()
    drawn = random.sample(pool, random.randint(0, room))
    # One malformed line at most: more of them would refuse a file as small as this.
    if drawn and random.random() < MALFORMED_SHARE:
        drawn[-1] = kinds.malformed(random.choice(MALFORMED))
    return tuple(drawn)


def _name(random: Random, title: str, resource: str, day: date, part: int) -> str:
    number = f"_{part}" if part else ""
    forms = (f"{title}{day:%Y%m%d}", f"{title} {day.month}月{day.day}日", resource.split(".")[1], f"{resource.split('.')[1]}_{day:%m%d}")
    return f"{random.choice(forms)}{number}.csv"


def _other(encoding: str) -> Literal["utf-8", "gb18030"]:
    return "gb18030" if encoding == "utf-8" else "utf-8"


def _no_warning(row: Row) -> tuple[Finding, ...]:
    return ()
