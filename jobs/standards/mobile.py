"""Mobile telephone number of the mainland (手机号码): 11 digits.

Standard: the numbering plan of the public telecommunication network (电信网编号计划, 2017), mobile numbers 13 to 19.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.standards.width import half_width


def mobile_is_valid(number: Column) -> Column:
    """Whether the text is 11 digits that begin with 13 to 19. Prefixes are opened over time, so no finer list is held."""
    return number.rlike(r"^1[3-9][0-9]{9}\z")


def mobile_normalised(number: Column) -> Column:
    """The number without +86 or 0086, blanks, hyphens and a spreadsheet's `.0`, half-width. Its validity is not asked."""
    bare = F.regexp_replace(half_width(number), r"[\s-]|\.0\s*$", "")
    return F.regexp_replace(bare, r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$)", "")
