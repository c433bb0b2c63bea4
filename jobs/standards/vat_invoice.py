"""Value-added tax invoice (增值税发票): a code of 10 or 12 digits and a number of 8 digits name one invoice.

Standard: State Taxation Administration, 10 digits for special invoices, 12 for ordinary, roll and electronic ones.
"""

from pyspark.sql import Column


def vat_invoice_code_is_valid(code: Column) -> Column:
    """Whether the invoice code (发票代码) is 10 or 12 digits."""
    return code.rlike(r"^(?:[0-9]{10}|[0-9]{12})\z")


def vat_invoice_number_is_valid(number: Column) -> Column:
    """Whether the invoice number (发票号码) is 8 digits."""
    return number.rlike(r"^[0-9]{8}\z")
