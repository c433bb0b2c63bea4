"""A day of the city: what all providers drop from one midnight to the next, in waves, and what must come of each drop.

The day is 11 March 2021, a Thursday. Most drops are of the day before, which is due on it; others come later than their duty allows,
are of a day long past, are wrong in some way, or come a second time. Some quarantined rows are mended and sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.lists import Duty
from jobs.catalogue.working_calendar import working_calendar
from jobs.samplecity.city import Stray, write_drops
from jobs.samplecity.extract import Extract, mended_records
from jobs.samplecity.ordinary import Fate, grow, ordinary_duties
from jobs.samplecity.plan import Plan
from jobs.samplecity.truth import City

DAY, PERIOD, EARLIER, LONG_PAST = date(2021, 3, 11), date(2021, 3, 10), date(2021, 3, 9), date(2021, 2, 26)
LEAST_DROPS = 20
# One drop in so many is ...
STRAY_EACH, RESENT_EACH, FATE_EACH, LONG_PAST_EACH = 20, 50, 60, 60
EARLIER_SHARE, IN_TIME_SHARE = 0.45, 0.85
# Owed by one provider alone; of this one no file is copied.
OWNED, OWNER = "civil.subsistence_family", "civil-affairs"
FATES: tuple[Fate, ...] = ("too_few", "too_bad", "other_columns", "other_charset", "forbidden_column")


@dataclass(frozen=True)
class Arrival:
    """When a file is dropped: the number of its wave, and whether its duty's cut-off was past by then."""

    file: str
    wave: int
    is_late: bool


@dataclass(frozen=True)
class Mending:
    """The rows of one drop as they should have been: the physical line of each quarantined record, and the record without its faults.

    They are sent again in the wave after the drop's own.
    """

    file: str
    wave: int
    records: Mapping[int, str]


@dataclass(frozen=True)
class Day:
    """The drops with their truth, in the order of arrival; `moments` are the waves' times.

    Files sent again are not among the drops: only a receipt tells their names.
    """

    city: City
    arrivals: tuple[Arrival, ...]
    mendings: tuple[Mending, ...]
    moments: tuple[datetime, ...]


@dataclass(frozen=True)
class _Coming:
    """A drop that is to come, before it has its time."""

    extract: Extract
    duty: Duty
    fate: Fate


def write_day(root: Path, catalogue: Catalogue, seed: int, scale: float, drops: int, waves: int, received: date) -> Day:
    """Write `root/drops/…` and `root/truth.json` for `drops` arrivals (resent files counted) in `waves` waves.

    All hangs on the arguments alone, so that the same call gives the same day. Raises: ValueError for too few drops or waves.
    """
    if drops < LEAST_DROPS or waves < 2:
        raise ValueError(f"a day has {LEAST_DROPS} drops and 2 waves at least, not {drops} and {waves}")
    plan = Plan(catalogue, seed, scale)
    random = plan.random("day")
    strays, resends = max(5, drops // STRAY_EACH), max(1, drops // RESENT_EACH)
    # The last wave comes at the day's end.
    moments = tuple(datetime.combine(DAY, time()) + timedelta(days=1) * (wave + 1) / waves for wave in range(waves))
    coming = [(_wave_of(random, one, moments), one) for one in _grown(plan, random, drops - strays - resends, received)]
    arriving: list[tuple[int, Extract | Stray]] = [(wave, one.extract) for wave, one in coming]
    arriving = sorted([*arriving, *_strays(random, coming, strays, waves)], key=lambda pair: (pair[0], pair[1].file))
    city = write_drops(root, plan, received, [one for _, one in arriving])
    due = {one.extract.file: _due(one) for _, one in coming}
    arrivals = tuple(Arrival(one.file, wave, one.file in due and moments[wave] > due[one.file]) for wave, one in arriving)
    mendings = [_mending(city, plan, extract, wave + 1) for wave, extract in _resent(random, city, coming, resends, waves)]
    return Day(city, arrivals, tuple(mendings), moments)


def _grown(plan: Plan, random: Random, count: int, received: date) -> list[_Coming]:
    """`count` extracts: of the day before from as many duties as there is room for, of earlier days, and further ones of the same day."""
    duties = ordinary_duties(plan, PERIOD)
    mergeable = [duty for duty in duties if plan.catalogue.contracts[duty.resource].load == "upsert"]
    main = duties if len(duties) <= count // 2 else random.sample(duties, count // 2)
    past = random.sample(mergeable, min(len(mergeable), max(1, count // LONG_PAST_EACH)))
    left = count - len(main) - len(past)
    earlier = random.sample(duties, min(len(duties), int(left * EARLIER_SHARE)))
    more = random.sample(mergeable, len(mergeable)) * (left // len(mergeable) + 1)
    wanted = [(duty, PERIOD, 0) for duty in main] + [(duty, EARLIER, 0) for duty in earlier]
    wanted += [(duty, PERIOD, 1 + number // len(mergeable)) for number, duty in enumerate(more[: left - len(earlier)])]
    fated = random.sample(range(len(wanted)), max(1, count // FATE_EACH) * len(FATES))
    fates = {place: FATES[number % len(FATES)] for number, place in enumerate(fated)}
    found = [_coming(plan, duty, day, received, fates.get(place, "good"), part) for place, (duty, day, part) in enumerate(wanted)]
    return found + [_coming(plan, duty, LONG_PAST, received, _fate_then(plan, duty), 0) for duty in past]


def _coming(plan: Plan, duty: Duty, day: date, received: date, fate: Fate, part: int) -> _Coming:
    return _Coming(grow(plan, duty, day, received, fate, part), duty, fate)


def _fate_then(plan: Plan, duty: Duty) -> Fate:
    """Whether the provider owed the resource on the day long past already."""
    then = plan.catalogue.duty(duty.provider_id, duty.resource, LONG_PAST)
    return "good" if then and then.status == "signed" else "no_duty_yet"


def _due(one: _Coming) -> datetime:
    """The cut-off of the extract's period: so many working days after its end, at the duty's hour."""
    day = working_calendar().working_days_after(date.fromisoformat(one.extract.period), one.duty.lag_working_days)
    return datetime.combine(day, time.fromisoformat(one.duty.cutoff_time))


def _wave_of(random: Random, one: _Coming, moments: tuple[datetime, ...]) -> int:
    """Mostly one before the cut-off, where the day has one."""
    in_time = [wave for wave, moment in enumerate(moments) if moment <= _due(one)]
    return random.choice(in_time) if in_time and random.random() < IN_TIME_SHARE else random.randrange(len(moments))


def _strays(random: Random, coming: list[tuple[int, _Coming]], count: int, waves: int) -> list[tuple[int, Stray]]:
    """Copies of good files where they do not belong, each in a later wave than the file."""
    good = [(wave, one.extract) for wave, one in coming if one.fate == "good" and wave < waves - 1 and one.duty.provider_id != OWNER]
    chosen = random.sample(good, min(count, len(good)))
    return [(random.randrange(wave + 1, waves), _stray(extract, number)) for number, (wave, extract) in enumerate(chosen)]


def _stray(extract: Extract, number: int) -> Stray:
    resource, period, name = extract.resource, extract.period, f"补报{number} {extract.name}"
    return (
        Stray(extract, resource, period, f"{extract.name.removesuffix('.csv')}（重发）.csv", "already_landed", "already_landed"),
        Stray(extract, f"{resource}s", period, name, "refused", "unknown_resource"),
        Stray(extract, resource, "2021-02-30", name, "refused", "period_impossible"),
        Stray(extract, resource, period[:7], name, "refused", "period_not_in_cycle"),
        Stray(extract, OWNED, period[:7], name, "refused", "no_duty"),
    )[number % 5]


def _resent(random: Random, city: City, coming: list[tuple[int, _Coming]], count: int, waves: int) -> list[tuple[int, Extract]]:
    """Published extracts with quarantined rows and no warning, so that nothing is left to tell of once they are mended."""
    warned = {fault.file for fault in city.faults if fault.severity == "warning"} | {entry.file for entry in city.warnings}
    mendable = {drop.file for drop in city.drops if drop.state == "published" and drop.rows_quarantined and drop.file not in warned}
    fit = [(wave, one.extract) for wave, one in coming if one.extract.file in mendable and wave < waves - 1]
    return random.sample(fit, min(count, len(fit)))


def _mending(city: City, plan: Plan, extract: Extract, wave: int) -> Mending:
    lines = sorted({fault.line for fault in city.faults if fault.file == extract.file and fault.severity == "critical"})
    records = mended_records(extract, plan.catalogue.contracts[extract.resource])
    return Mending(extract.file, wave, dict(zip(lines, records, strict=True)))
