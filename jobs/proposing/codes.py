"""Which code set a column's values are from, or which few values it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.catalogue.roster import Code
from jobs.proposing.headers import says, words
from jobs.proposing.sample import Column

# A sample with fewer rows cannot tell what is rare from what is wrong.
ENOUGH_ROWS = 20
MOST_CODES = 30
ROWS_A_CODE = 10
LONGEST_CODE = 20
# Share of the rows that must fit.
FITTING = 0.95


@dataclass(frozen=True)
class Codes:
    """A code set of `conf/codes/` if one alone is meant, those that would fit too, and the values that recur, sorted."""

    code_set: str | None
    others: tuple[str, ...]
    recurring: tuple[str, ...]


def codes_of(column: Column, code_sets: Mapping[str, Sequence[Code]], known: str | None) -> Codes | None:
    """The codes of a column; None for one whose values are no codes. `known` is the code set of the same header elsewhere.

    Of code sets that fit equally well none is taken, and none for single characters, which are in most of them, unless the header has a
    word of its name.
    """
    recurring = recurring_values(column)
    if known and column.share({code.code for code in code_sets[known]}.__contains__) >= FITTING:
        return Codes(known, (), recurring)
    fitting = [name for name, codes in sorted(code_sets.items()) if _fits(column, {code.code for code in codes})]
    if not recurring or says(column.header, "count") or says(column.header, "quantity"):
        return None
    named = [name for name in fitting if set(name.split("_")) & set(words(column.header))]
    telling = named or (fitting if any(len(value) > 1 for value in recurring) else [])
    return Codes(telling[0], (), recurring) if len(telling) == 1 else Codes(None, tuple(fitting), recurring)


def recurring_values(column: Column) -> tuple[str, ...]:
    """The values of a column that holds only few different ones, each more than once; empty for any other.

    A value that stands once may be a fault, or somebody's; what stands once is never told.
    """
    values = sorted(value for value, count in column.counts.items() if count > 1)
    rows = sum(column.counts[value] for value in values)
    is_few = 2 <= len(values) <= MOST_CODES and rows >= max(ENOUGH_ROWS, ROWS_A_CODE * len(values)) and rows >= FITTING * column.filled
    return tuple(values) if is_few and max(map(len, values)) <= LONGEST_CODE else ()


def _fits(column: Column, codes: set[str]) -> bool:
    return len(codes & set(column.counts)) >= 2 and column.share(codes.__contains__) >= FITTING
