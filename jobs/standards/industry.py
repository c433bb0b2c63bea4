"""Industry of the national economy (国民经济行业分类): a section letter, and two to four digits of division, group and class.

Standard: GB/T 4754-2017.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

# GB/T 4754-2017, table 1: the last division of each section; sections follow one another without a gap.
LAST_DIVISIONS = {
    "A": 5, "B": 12, "C": 43, "D": 46, "E": 50, "F": 52, "G": 60, "H": 62, "I": 65, "J": 69,
    "K": 70, "L": 72, "M": 75, "N": 79, "O": 82, "P": 83, "Q": 85, "R": 90, "S": 96, "T": 97,
}  # fmt: skip
SHAPE = r"^[A-T]?(?!00|98|99)[0-9]{2,4}\z"


def industry_code_is_valid(code: Column) -> Column:
    """Whether the code is a division, group or class that may exist, and its letter, if it has one, is its division's section.

    Groups and classes inside a division are not looked up.

    Standard: GB/T 4754-2017, 4 and table 1.
    """
    letter = F.regexp_extract(code, "^[A-T]", 0)
    return code.rlike(SHAPE) & ((letter == "") | (letter == _section(code)))


def industry_section(code: Column) -> Column:
    """The section letter that the code's division belongs to; null if the code is not valid."""
    return F.when(industry_code_is_valid(code), _section(code))


def _section(code: Column) -> Column:
    division = F.regexp_extract(code, "^[A-T]?([0-9]{2})", 1)
    return F.substring(F.lit(_sections()), division.try_cast("int"), 1)


def _sections() -> str:
    """A letter for each division from 1 to 97."""
    letters, first = "", 1
    for letter, last in LAST_DIVISIONS.items():
        letters += letter * (last - first + 1)
        first = last + 1
    return letters
