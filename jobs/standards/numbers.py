"""Numbers from text, strictly: ASCII digits with a point, as GB/T 15835 writes them for exchange, and no thousand separators."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def parse_number(text: Column, precision: int, scale: int) -> Column:
    """The text as `decimal(precision, scale)`; null if it is not a plain number or does not fit without rounding.

    A sign, leading zeros, zeros behind the last place and a missing zero before the point (`.5`, as Oracle writes it) are accepted;
    blanks, thousand separators, full-width digits, exponents and a bare point are not.
    """
    places = rf"\.[0-9]{{1,{scale}}}0*" if scale else r"\.0+"
    shape = rf"[+-]?(?=\.?[0-9])0*[0-9]{{0,{precision - scale}}}(?:{places})?"
    return F.when(text.rlike(rf"^{shape}\z"), text.try_cast(f"decimal({precision},{scale})"))


def parse_integer(text: Column) -> Column:
    """The text as bigint; null if it is not a sign and digits alone, or does not fit into 64 bits."""
    return F.when(text.rlike(r"^[+-]?[0-9]+\z"), text.try_cast("bigint"))
