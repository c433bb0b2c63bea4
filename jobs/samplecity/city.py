"""The city as a whole: every provider's drops, good and bad, written with the truth beside them.

Some twenty extracts are made for what they show (a large file, a held batch, a column that nobody may gather); all the others are
ordinary ones, drawn for each provider from the seed.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jobs.catalogue.catalogue import Catalogue
from jobs.samplecity.extract import Extract, Fault, State, Written, write_extract
from jobs.samplecity.ordinary import Fate, grow, ordinary_duties
from jobs.samplecity.plan import Plan
from jobs.samplecity.resources import civil, coldchain, credit, grid, market, power, startup, tax
from jobs.samplecity.truth import TRUTH, City, DropTruth, ManyWarnings, write_truth

MANIFEST_SUFFIX = ".manifest.json"
DAY, DAY_BEFORE = date(2021, 3, 5), date(2021, 3, 4)
# How many ordinary extracts come to a bad end, and how; and the share of duties of which the day before comes too.
FATES: tuple[Fate, ...] = ("too_few",) * 3 + ("too_bad",) * 3 + ("other_columns",) * 2 + ("other_charset",) * 2
TWO_DAYS_SHARE = 1 / 6


@dataclass(frozen=True)
class Stray:
    """A copy of an extract's file under another resource, period or name, and what must come of it."""

    of: Extract
    resource: str
    period: str
    name: str
    state: State
    reason: str

    @property
    def file(self) -> str:
        """Its place under `drops/`."""
        return f"{self.of.provider}/{self.resource}/{self.period}/{self.name}"


def write_city(root: Path, catalogue: Catalogue, seed: int, scale: float, received: date) -> City:
    """Write `root/drops/<provider>/<resource>/<period>/<name>` and `root/truth.json`, in place of what stood there.

    The files hang on seed and scale alone, `received` (the day of the drop) only decides which penalties are told too late.
    """
    plan = Plan(catalogue, seed, scale)
    special = special_extracts(plan, received)
    ordinary = _ordinary_extracts(plan, received, {(one.provider, one.resource) for one in special})
    return write_drops(root, plan, received, [*_in_order([*special, *ordinary]), *strays(special)])


def write_drops(root: Path, plan: Plan, received: date, arriving: Sequence[Extract | Stray]) -> City:
    """Write the drops in this order, and the truth about them, in place of what stood in `root`; a stray comes after what it copies."""
    shutil.rmtree(root / "drops", ignore_errors=True)
    (root / TRUTH).unlink(missing_ok=True)
    drops: list[DropTruth] = []
    faults: list[Fault] = []
    warnings: list[ManyWarnings] = []
    for one in arriving:
        if isinstance(one, Stray):
            drops.append(_write_stray(root, one))
            continue
        path = root / "drops" / one.file
        written = write_extract(one, plan.catalogue.contracts[one.resource], path)
        if one.has_manifest:
            _write_manifest(path, written.rows)
        drops.append(_drop_truth(one, written))
        if one.outcome.state != "refused":
            faults += written.faults
            warnings += [ManyWarnings(one.file, rule, count) for rule, count in sorted(written.warnings.items())]
    city = City(root, plan.seed, plan.scale, received, tuple(drops), tuple(faults), tuple(warnings))
    write_truth(city)
    return city


def special_extracts(plan: Plan, received: date) -> list[Extract]:
    """The extracts that are made for what they show, the earlier periods first."""
    extracts = [
        *market.extracts(plan),
        *power.extracts(plan),
        *tax.extracts(plan),
        *credit.extracts(plan, received),
        *coldchain.extracts(plan),
        *grid.extracts(plan),
        *civil.extracts(plan),
        *startup.extracts(plan),
    ]
    return _in_order(extracts)


def _ordinary_extracts(plan: Plan, received: date, made: set[tuple[str, str]]) -> list[Extract]:
    """One extract of every duty that no special one stands for, of some of them the day before's too; a few come to a bad end."""
    duties = [duty for duty in ordinary_duties(plan, DAY) if (duty.provider_id, duty.resource) not in made]
    random = plan.random("fates")
    fates = dict(zip(random.sample(range(len(duties)), len(FATES)), FATES, strict=True))
    both = {number for number in range(len(duties)) if random.random() < TWO_DAYS_SHARE}
    extracts = [grow(plan, duty, DAY, received, fates.get(number, "good")) for number, duty in enumerate(duties)]
    return extracts + [grow(plan, duties[number], DAY_BEFORE, received) for number in sorted(both)]


def _in_order(extracts: list[Extract]) -> list[Extract]:
    return sorted(extracts, key=lambda extract: (extract.period, extract.provider, extract.resource))


def strays(extracts: list[Extract]) -> list[Stray]:
    """Drops that no batch comes of: known bytes under a new name, a resource nobody knows, a month that does not exist.

    `extracts` are the special ones.
    """
    first = {extract.resource: extract for extract in reversed(extracts)}
    registration, move, penalty = (first[module.RESOURCE] for module in (market, coldchain, credit))
    return [
        Stray(registration, registration.resource, registration.period, "登记 20210304（重发）.csv", "already_landed", "already_landed"),
        Stray(move, "coldchain.batch_moves", move.period, "moves.csv", "refused", "unknown_resource"),
        Stray(penalty, penalty.resource, "2021-13", "penalties.csv", "refused", "period_impossible"),
    ]


def _write_stray(root: Path, stray: Stray) -> DropTruth:
    path = root / "drops" / stray.file
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / "drops" / stray.of.file, path)
    return DropTruth(
        file=stray.file,
        provider=stray.of.provider,
        resource=stray.resource,
        period=stray.period,
        name=stray.name,
        state=stray.state,
        reason=stray.reason,
        rows_read=None,
        rows_accepted=None,
        rows_quarantined=None,
        copy_of=stray.of.file,
    )


def _drop_truth(extract: Extract, written: Written) -> DropTruth:
    is_judged = extract.outcome.state != "refused"
    return DropTruth(
        file=extract.file,
        provider=extract.provider,
        resource=extract.resource,
        period=extract.period,
        name=extract.name,
        state=extract.outcome.state,
        reason=extract.outcome.reason,
        rows_read=written.rows if is_judged else None,
        rows_accepted=written.rows - written.quarantined if is_judged else None,
        rows_quarantined=written.quarantined if is_judged else None,
    )


def _write_manifest(path: Path, rows: int) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + MANIFEST_SUFFIX).write_text(json.dumps({"rows": rows, "sha256": digest}) + "\n", encoding="utf-8")
