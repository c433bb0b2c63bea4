"""Full-width letters and digits of Chinese input methods as their ASCII forms."""

from pyspark.sql import Column
from pyspark.sql import functions as F

# U+FF01 to U+FF5E stand 0xFEE0 above ASCII; the ideographic space is apart.
FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
HALF_WIDTH = "".join(map(chr, range(0x21, 0x7F))) + " "


def half_width(text: Column) -> Column:
    """The text with full-width forms of ASCII as ASCII: NFKC as far as codes and numbers need it."""
    # Most texts are ASCII already, and `translate` costs three times the test.
    return F.when(F.octet_length(text) == F.length(text), text).otherwise(F.translate(text, FULL_WIDTH, HALF_WIDTH))


def code_form(text: Column) -> Column:
    """Half-width, upper-case, without blanks around: the form in which codes are compared."""
    return F.upper(F.trim(half_width(text)))
