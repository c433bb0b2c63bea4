"""Citizen identity number (公民身份号码): 18 characters.

1-6 address code at first issue, 7-14 date of birth, 15-17 sequence (odd male, even female), 18 check character.

Standard: GB 11643-1999.
"""

from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.standards.checksum import weighted_digits
from jobs.standards.width import code_form

# GB 11643-1999, 5: weights are 2^(18-i) mod 11; the check character stands at the place of the sum mod 11.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
SHAPE = r"^[1-9][0-9]{16}[0-9X]\z"
OLD_SHAPE = r"^[1-9][0-9]{14}\z"
# What a 64-bit float keeps of a number of 18 digits: a multiple of the spacing below the given bound.
FLOAT_SPACINGS = ((2**57, 16), (2**58, 32), (2**59, 64), (2**60, 128))


def resident_id_is_valid(number: Column, as_of: Column | date | None = None) -> Column:
    """Whether the number has the shape, a date of birth that exists and is not after `as_of`, and the right check character.

    The address code is not compared with GB/T 2260: retired codes, residence permits of Hong Kong, Macao and Taiwan (81, 82, 83) and
    permanent residents (9) are valid. Without `as_of` any existing date of birth will do. A lower-case x is not valid as it stands.

    Standard: GB 11643-1999, 4 and 5.
    """
    born = _birth_date(number)
    place = F.call_function("instr", F.lit(CHECK_CHARACTERS), F.substring(number, 18, 1)) - 1
    is_right = number.rlike(SHAPE) & (_sum_mod_11(number) == place) & (born.isNotNull() | number.isNull())
    return is_right if as_of is None else is_right & (born <= _date(as_of))


def resident_id_check_character(first17: Column) -> Column:
    """The 18th character that the first 17 digits call for; null if they are not 17 digits.

    Standard: GB 11643-1999, 5 (ISO 7064, MOD 11-2).
    """
    return F.when(first17.rlike(r"^[0-9]{17}\z"), F.substring(F.lit(CHECK_CHARACTERS), (_sum_mod_11(first17) + 1).cast("int"), 1))


def resident_id_birth_date(number: Column) -> Column:
    """The date in characters 7 to 14; null if it does not exist or the number has not the shape. Validity is not asked."""
    return F.when(number.rlike(SHAPE), _birth_date(number))


def resident_id_sex(number: Column) -> Column:
    """`1` male or `2` female (GB/T 2261.1) by the 17th character; null if the number has not the shape."""
    return F.when(number.rlike(SHAPE), F.when(F.substring(number, 17, 1).isin(*"13579"), F.lit("1")).otherwise(F.lit("2")))


def resident_id_normalised(number: Column) -> Column:
    """The number half-width, upper-case and trimmed; one of 15 digits as its 18 characters.

    Standard: GB 11643-1999, foreword: the 15 digits of GB 11643-1989 get the century 19 and a check character.
    """
    form = code_form(number)
    longer = F.concat(F.substring(form, 1, 6), F.lit("19"), F.substring(form, 7, 9))
    return F.when(form.rlike(OLD_SHAPE), F.concat(longer, resident_id_check_character(longer))).otherwise(form)


def resident_id_is_excel_damage(number: Column) -> Column:
    """Whether a spreadsheet has kept the number as a number: an exponent, the last three digits zero, or a 64-bit float's rounding.

    Only an invalid number is damaged; one number in 16 to 128 of those mistyped by hand looks the same.
    """
    value = number.try_cast("bigint")
    spacing = F.lit(FLOAT_SPACINGS[-1][1])
    for bound, width in reversed(FLOAT_SPACINGS[:-1]):
        spacing = F.when(value < bound, width).otherwise(spacing)
    is_rounded = number.rlike(r"^[1-9][0-9]{17}\z") & ((value % 1000 == 0) | (value % spacing == 0)) & ~resident_id_is_valid(number)
    return number.rlike(r"^[1-9](?:\.[0-9]+)?[Ee]\+?1[4-8]\z") | is_rounded


def _sum_mod_11(number: Column) -> Column:
    return weighted_digits(F.substring(number, 1, 17).try_cast("bigint"), WEIGHTS) % 11


def _birth_date(number: Column) -> Column:
    year, month, day = F.substring(number, 7, 4), F.substring(number, 11, 2), F.substring(number, 13, 2)
    return F.concat(year, F.lit("-"), month, F.lit("-"), day).try_cast("date")


def _date(value: Column | date) -> Column:
    return F.lit(value) if isinstance(value, date) else value
