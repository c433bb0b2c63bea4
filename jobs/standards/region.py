"""Administrative division code (行政区划代码): province, city and county, two digits each. Which codes exist is data, in `conf/codes`.

Standard: GB/T 2260-2007; GB/T 10114-2003 for the three digits of a street or town behind them.
"""

from pyspark.sql import Column

# GB/T 2260-2007, table 1: the two digits of a province.
PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"


def region_code_has_shape(code: Column) -> Column:
    """Whether the text is six digits that begin with a province's two; nothing may stand below a city that is 00."""
    return code.rlike(rf"^{PROVINCE}(?:0000|(?!00)[0-9]{{4}})\z")


def region_code_is_of_county(code: Column) -> Column:
    """Whether the code has the shape and names a county or district, not a province, a city or a grouping such as 120100."""
    return code.rlike(rf"^{PROVINCE}(?!00)[0-9]{{2}}(?!00)[0-9]{{2}}\z")


def street_code_has_shape(code: Column) -> Column:
    """Whether the text is a county's six digits and three more that are not 000.

    Standard: GB/T 10114-2003.
    """
    return code.rlike(rf"^{PROVINCE}(?!00)[0-9]{{2}}(?!00)[0-9]{{2}}(?!000)[0-9]{{3}}\z")
