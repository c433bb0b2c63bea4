"""The key: the first column, or pair of columns, whose values stand in one row only."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from jobs.catalogue.contract import Field
from jobs.proposing.codes import ENOUGH_ROWS
from jobs.proposing.headers import says
from jobs.proposing.sample import Column, Sample

# Share of the rows whose key must be theirs alone: a sample may hold a few rows twice.
ALONE = 0.98
# Years of ends of validity that mean "long-term".
FOR_GOOD = ("2099", "9999")
# So many columns are tried in pairs.
PAIRED = 10


def key_of(sample: Sample, fields: Sequence[Field]) -> tuple[tuple[str, ...], str]:
    """Names of the key's fields, and why; no names where the sample shows no key.

    A day that is the same in every row belongs to the key: it will differ in the next file, which holds the same numbers again.
    """
    if sample.rows < ENOUGH_ROWS:
        return (), f"{sample.rows} rows are too few to tell a key"
    columns = {field.name: column for field, column in zip(fields, sample.columns, strict=True)}
    able = [field for field in fields if _may_be_key(field, columns[field.name])]
    numbers = [field for field in _likeliest(able) if field.type not in ("date", "timestamp")]
    single = next((field for field in numbers if _share_alone(sample, (field.header,)) >= ALONE), None)
    if single is None:
        return _pair(sample, able)
    days = [field for field in fields if field.type == "date" and _is_one_day(columns[field.name])]
    if len(days) == 1:
        return (single.name, days[0].name), f"{single.name} is one row's alone, {days[0].name} is one day in all rows"
    return (single.name,), f"in {_told(sample, (single.header,))} rows it is theirs alone"


def _pair(sample: Sample, able: Sequence[Field]) -> tuple[tuple[str, ...], str]:
    for one, other in combinations(_likeliest(able)[:PAIRED], 2):
        headers = (one.header, other.header)
        if _share_alone(sample, headers) >= ALONE:
            return (one.name, other.name), f"in {_told(sample, headers)} rows the pair is theirs alone"
    return (), "no column and no pair of columns is one row's alone"


def _likeliest(fields: Sequence[Field]) -> list[Field]:
    """Fields whose header speaks of a number or code first, else in the file's order."""
    return sorted(fields, key=lambda field: not (says(field.header, "code") or field.name.endswith(("_id", "_no"))))


def _may_be_key(field: Field, column: Column) -> bool:
    is_whole = column.filled >= ALONE * column.rows and len(column.counts) > 1
    is_personal = field.protection != "clear"
    return is_whole and not is_personal and not field.is_narrative and field.type in ("string", "integer", "date", "timestamp")


def _is_one_day(column: Column) -> bool:
    """Whether nearly all rows hold the same day, and it is none that means "for good"."""
    day, rows = max(column.counts.items(), key=lambda entry: entry[1], default=("", 0))
    return rows >= ALONE * column.rows and not day.startswith(FOR_GOOD)


def _told(sample: Sample, headers: Sequence[str]) -> str:
    return f"{round(_share_alone(sample, headers) * sample.rows):,} of {sample.rows:,}"


def _share_alone(sample: Sample, headers: Sequence[str]) -> float:
    """Share of the rows whose values in these columns no other row has."""
    keys = zip(*(sample.table[header].to_pylist() for header in headers), strict=True)
    alone = sum(count == 1 for count in Counter(keys).values())
    return alone / sample.rows
