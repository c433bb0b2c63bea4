"""power.daily_electricity: one row a meter and day; large, so that rows are made on the fly from a few columns of numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Row
from jobs.samplecity.firms import Firm, firms
from jobs.samplecity.identifiers import full_width
from jobs.samplecity.plan import Plan, Planting, Rows, in_hundredths, spread

PROVIDER, RESOURCE = "power-company", "power.daily_electricity"
LEAST_FAULTY = 1_000
FIRST_ACCOUNT = 2_100_000_000
# The clean day is one on which all are at work; it has as many meters at scale 1.
BASE_DAY, BASE_METERS = date(2021, 3, 4), 20_000
# Meters of a firm that was there on that day, and of one that came later: those are few, for they have no base to be held against.
METERS, LATER_METERS = 4, 80
# Of one firm in so many the company knows no code; such a share stands still on a later day and uses so little of its electricity.
UNKNOWN_EACH = 12
STOPPED_SHARE, STOPPED_DIVISOR = 0.15, 20
SMALLEST, LARGEST = 1, 20_000
DAY_SECONDS = 24 * 3600
NO_BANDS = {"peak_usage_kwh": "", "flat_usage_kwh": "", "valley_usage_kwh": ""}
BANDS_APART = {"usage_kwh": "30.00", "peak_usage_kwh": "10.00", "flat_usage_kwh": "10.00", "valley_usage_kwh": "9.90"}


@dataclass(frozen=True)
class Readings:
    """One day's readings as columns; a row is put together when it is asked for. Energy in hundredths of a kWh."""

    day: str
    owners: list[Firm]
    owner: list[int]
    bands: list[list[int]]
    second: list[int]

    def row(self, index: int) -> Row:
        """Record `index`; the three bands add up to the day's usage. Every seventh meter has no firm's code."""
        firm = self.owners[self.owner[index]]
        peak, flat, valley = (band[index] for band in self.bands)
        return {
            "account_no": str(FIRST_ACCOUNT + index),
            "account_name": firm.name,
            "uscc": firm.uscc if index % 7 else "",
            "usage_date": self.day,
            "industry_class_code": firm.industry,
            "region_code": firm.region,
            "voltage_class_code": "2",
            "usage_class_code": "2" if index % 7 else "4",
            "contract_capacity_kva": "315",
            "usage_kwh": in_hundredths(peak + flat + valley),
            "peak_usage_kwh": in_hundredths(peak),
            "flat_usage_kwh": in_hundredths(flat),
            "valley_usage_kwh": in_hundredths(valley),
            "reading_kind_code": "1" if index % 50 else "2",
            "read_at": f"{self.day} {clock(self.second[index])}",
        }

    def block(self, start: int, stop: int) -> str:
        """Records `start` to `stop` as they stand in the file, the same as of `row`, ten times as fast."""
        coded = [f",{firm.name},{firm.uscc},{self.day},{firm.industry},{firm.region},2,2,315," for firm in self.owners]
        others = [f",{firm.name},,{self.day},{firm.industry},{firm.region},2,4,315," for firm in self.owners]
        energy, times = _texts()
        peaks, flats, valleys = (band[start:stop] for band in self.bands)
        columns = zip(range(start, stop), self.owner[start:stop], peaks, flats, valleys, self.second[start:stop], strict=True)
        return "".join(
            f"{FIRST_ACCOUNT + index}{(coded if index % 7 else others)[owner]}{energy[peak + flat + valley]},{energy[peak]},{energy[flat]},"
            f"{energy[valley]},{'1' if index % 50 else '2'},{self.day} {times[second]}\n"
            for index, owner, peak, flat, valley, second in columns
        )


def electricity(plan: Plan, day: date, rows: int) -> Readings:
    """One day's readings of `rows` meters: the same meters of the same firms every day, with the day's own use."""
    random = plan.random(RESOURCE, PROVIDER, day.isoformat())
    owner = _owner_of(np.arange(rows), plan.rows(BASE_METERS))
    owners = [
        replace(firm, uscc="") if number % UNKNOWN_EACH == UNKNOWN_EACH - 1 else firm
        for number, firm in enumerate(firms(plan, int(owner[-1]) + 1))
    ]
    numbers = np.random.default_rng(random.getrandbits(64))
    is_stopped = (numbers.random(len(owners)) < STOPPED_SHARE) & (day > BASE_DAY)
    divisor = np.where(is_stopped, STOPPED_DIVISOR, 1)[owner]
    bands = [(numbers.integers(SMALLEST, LARGEST, size=rows) // divisor).tolist() for _ in range(3)]
    return Readings(day.isoformat(), owners, owner.tolist(), bands, numbers.integers(DAY_SECONDS, size=rows).tolist())


def _owner_of(meter: "np.ndarray[Any, np.dtype[np.int64]]", base: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The number of each meter's firm: `METERS` in a row for the first `base` meters, `LATER_METERS` for those that came later."""
    return np.where(meter < base, meter // METERS, -(-base // METERS) + (meter - base) // LATER_METERS)


def clock(second: int) -> str:
    """A time of the day as `HH:mm:ss`."""
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@cache
def _texts() -> tuple[list[str], list[str]]:
    """Every energy and every time of the day that occurs, written once."""
    return [in_hundredths(hundredths) for hundredths in range(3 * LARGEST)], [clock(second) for second in range(DAY_SECONDS)]


def extracts(plan: Plan) -> list[Extract]:
    """A clean day, and one with faults far apart in a large file; no cell of either needs a quote."""
    small, large = plan.rows(BASE_METERS), plan.rows(100_000, LEAST_FAULTY)
    clean, faulty = electricity(plan, BASE_DAY, small), electricity(plan, date(2021, 3, 5), large)
    plants = spread(large, _faults(faulty.row))
    return [
        Extract(PROVIDER, RESOURCE, "2021-03-04", "usage_20210304.csv", small, clean.row, block=clean.block, has_manifest=True),
        Extract(PROVIDER, RESOURCE, "2021-03-05", "usage_20210305.csv", large, faulty.row, plants, block=faulty.block, has_manifest=True),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in a small extract; the first leaves out a value that is asked for."""
    return (
        kinds.missing("usage_kwh"),
        kinds.value("not_a_number", "usage_kwh", "一百度", "parse"),
        kinds.change("excel_damaged_number", lambda row: {"account_no": "2.1E+09"}, Finding("account_no", "pattern")),
        kinds.change("parts_not_the_whole", lambda _: BANDS_APART, kinds.breaks("expression:parts_sum_to_usage", "warning")),
        kinds.value("code_outside_set", "reading_kind_code", "3", "code_set"),
    )


def _faults(row: Callable[[int], Row]) -> tuple[Planting, ...]:
    return (
        kinds.change("full_width", lambda row: {"account_no": full_width(row["account_no"])}, Finding("account_no", "pattern")),
        kinds.change("excel_damaged_number", lambda row: {"account_no": "2.1E+09"}, Finding("account_no", "pattern")),
        kinds.missing("usage_kwh"),
        kinds.null_token("usage_date", "-"),
        kinds.value("below_minimum", "usage_kwh", "-5.00", "minimum", **NO_BANDS),
        kinds.value("not_a_number", "usage_kwh", "一百度", "parse"),
        kinds.change("parts_not_the_whole", lambda _: BANDS_APART, kinds.breaks("expression:parts_sum_to_usage", "warning")),
        kinds.malformed("unclosed_quote"),
        kinds.change(
            "outside_the_period", lambda _: {"usage_date": "2021-03-01"}, Finding("usage_date", "expression:usage_date_in_period")
        ),
        kinds.malformed("text_after_quote"),
        kinds.key_doubled(("account_no", "usage_date"), row),
        kinds.after_blank_lines(kinds.malformed("ragged_short"), 2),
        kinds.value("code_outside_set", "reading_kind_code", "3", "code_set"),
        kinds.letter_for_digit("uscc"),
        kinds.malformed("undecodable_byte"),
    )
