"""Organisation code (组织机构代码): 8 characters and a check character, printed with a hyphen between them.

Standard: GB 11714-1997.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.standards.checksum import weighted_characters
from jobs.standards.width import code_form

# GB 11714-1997, 4: letters count from A=10 to Z=35.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHECK_CHARACTERS = "0123456789X"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_code_is_valid(code: Column) -> Column:
    """Whether the code, with or without its printed hyphen, has the right shape and check character.

    Standard: GB 11714-1997, 4: C9 = 11 - (weighted sum mod 11), where 10 is "X" and 11 is "0".
    """
    check = F.call_function("instr", F.lit(CHECK_CHARACTERS), F.right(code, F.lit(1))) - 1
    return code.rlike(r"^[0-9A-Z]{8}-?[0-9X]\z") & ((weighted_characters(code, ALPHABET, WEIGHTS) + check) % 11 == 0)


def organisation_code_check_character(first8: Column) -> Column:
    """The ninth character that the first 8 call for; null if they are not 8 digits and capital letters.

    Standard: GB 11714-1997, 4.
    """
    place = (11 - weighted_characters(first8, ALPHABET, WEIGHTS) % 11) % 11
    return F.when(first8.rlike(r"^[0-9A-Z]{8}\z"), F.substring(F.lit(CHECK_CHARACTERS), place + 1, 1))


def organisation_code_normalised(code: Column) -> Column:
    """The code half-width, upper-case, trimmed and without its hyphen."""
    return F.replace(code_form(code), F.lit("-"), F.lit(""))
