"""Unified social credit code (统一社会信用代码) of a legal person or other organisation: 18 characters.

1 registrar, 2 kind of body, 3-8 region of the registrar, 9-17 organisation code (GB 11714), 18 check character.

Standard: GB 32100-2015.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.standards.checksum import weighted_characters
from jobs.standards.organisation_code import organisation_code_is_valid
from jobs.standards.width import code_form

# GB 32100-2015, 5.6: without I, O, S, V and Z. Weights are 3^(i-1) mod 31.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, index, 31) for index in range(17))
# GB 32100-2015, table 2, with its amendment: registrar -> kinds of body.
KINDS = {
    "1": "1239",  # 机构编制
    "2": "19",  # 外交
    "3": "123459",  # 司法行政
    "4": "19",  # 文化
    "5": "1239",  # 民政
    "6": "129",  # 旅游
    "7": "129",  # 宗教
    "8": "19",  # 工会
    "9": "123",  # 市场监督管理
    "A": "19",  # 中央军委
    "N": "1239",  # 农业
    "Y": "1",  # 其他
}
SHAPE = rf"^(?:{'|'.join(f'{registrar}[{kinds}]' for registrar, kinds in KINDS.items())})[0-9]{{6}}[{ALPHABET}]{{10}}\z"


def uscc_is_valid(code: Column) -> Column:
    """Whether the code has the standard's shape, a registrar and kind of its table, and the right check character.

    The organisation code inside is not checked, see `uscc_organisation_code_is_valid`. Lower-case and full-width forms are not
    valid as they stand, see `uscc_normalised`.

    Standard: GB 32100-2015, 5 and annex A: the sum over all 18 characters, the last with weight 1, is a multiple of 31.
    """
    return code.rlike(SHAPE) & (weighted_characters(code, ALPHABET, (*WEIGHTS, 1)) % 31 == 0)


def uscc_check_character(first17: Column) -> Column:
    """The 18th character that the first 17 call for; null if they are not 17 characters of the alphabet.

    Standard: GB 32100-2015, annex A: 31 minus the remainder of the weighted sum by 31; 31 gives "0".
    """
    place = (31 - weighted_characters(first17, ALPHABET, WEIGHTS) % 31) % 31
    return F.when(first17.rlike(rf"^[{ALPHABET}]{{17}}\z"), F.substring(F.lit(ALPHABET), place + 1, 1))


def uscc_organisation_code(code: Column) -> Column:
    """Characters 9 to 17, the organisation code."""
    return F.substring(code, 9, 9)


def uscc_organisation_code_is_valid(code: Column) -> Column:
    """Whether the organisation code inside has its own right check character; a code in use may fail it, so it only warns.

    Standard: GB 32100-2015, table 1; GB 11714-1997.
    """
    return organisation_code_is_valid(uscc_organisation_code(code))


def uscc_normalised(code: Column) -> Column:
    """The code half-width, upper-case and trimmed: what a clerk meant. Whether it is valid is for `uscc_is_valid` to say."""
    return code_form(code)
