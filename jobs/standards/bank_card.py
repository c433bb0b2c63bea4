"""Personal bank card number: 13 to 19 digits, the last by Luhn. Accounts of companies are not Luhn numbers.

Standard: ISO/IEC 7812-1, annex B; JR/T 0008-2000.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F


def bank_card_is_valid(number: Column) -> Column:
    """Whether the text is 13 to 19 digits without blanks, does not begin with 0, and ends in its Luhn digit.

    Standard: ISO/IEC 7812-1, annex B.
    """
    return number.rlike(r"^[1-9][0-9]{12,18}\z") & luhn_holds(number)


def luhn_holds(digits: Column) -> Column:
    """Whether a text of digits ends in its Luhn digit; false for any other text."""
    return F.call_function("luhn_check", digits)
