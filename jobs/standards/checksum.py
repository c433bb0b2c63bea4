"""Weighted sums over the characters of a text: what the check characters of the standards are made of."""

from collections.abc import Sequence
from functools import reduce
from operator import add

from pyspark.sql import Column
from pyspark.sql import functions as F


def weighted_characters(code: Column, alphabet: str, weights: Sequence[int], first: int = 1) -> Column:
    """Sum of weight times place in `alphabet` (from 0), character by character from the `first` on.

    A character outside the alphabet counts as -1 and a missing one as 0, so guard by a pattern; characters are ASCII.
    """
    # Over bytes a substring is found at once; over characters Spark walks the text from its start for each term.
    places = [_place(code, first + index, alphabet) * weight for index, weight in enumerate(weights)]
    return reduce(add, places) - sum(weights)


def _place(code: Column, position: int, alphabet: str) -> Column:
    character = F.substring(code.cast("binary"), position, 1).cast("string")
    return F.call_function("instr", F.lit(alphabet), character)


def weighted_digits(number: Column, weights: Sequence[int]) -> Column:
    """Sum of weight times digit of a whole number that has as many digits as there are weights, leading zeros included."""
    terms = [F.call_function("div", number, F.lit(10**power)) % 10 * weight for power, weight in enumerate(reversed(weights))]
    return reduce(add, terms)
