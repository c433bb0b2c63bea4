"""What is shown of a personal identifier, and the keyed token that stands for it in joins.

Standard: GB/T 35273-2020, 6.2 and 7.2 (de-identification, restriction of display); RFC 2104 and FIPS 198-1 for HMAC.
"""

import hashlib
from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.errors import RuleError
from jobs.standards.width import code_form

BLOCK_BYTES = 64  # of SHA-256
SEPARATOR = "\u001f"
STREET = r"^.{4,}?(?:街道|镇|乡|苏木)"
# Of the Hundred Family Surnames (百家姓) those of two characters that are still borne.
COMPOUND_SURNAMES = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|司空|夏侯|端木|长孙|宇文|"
    "轩辕|南宫|西门|独孤|呼延|百里|东郭|闻人|申屠|拓跋|赫连|澹台"
)


def masked(value: Column, kind: str) -> Column:
    """What may be shown of the value: as many characters as it has, but for an address, most of them `*`. Null stays null.

    resident_id keeps 6 and 4, mobile 3 and 4, bank_card the last 4, person_name the surname, address the street or town, else 6
    characters, generic the first one. A value too short for its kind is all `*`.

    Raises: RuleError, if the kind is unknown.
    """
    if kind not in MASKS:
        raise RuleError(f"masking: kind {kind!r} is unknown, known are {sorted(MASKS)}. Nothing is shown.")
    return MASKS[kind](value)


def token(value: Column, kind: str, inner_pad: Column, outer_pad: Column) -> Column:
    """HMAC-SHA-256 as 64 hexadecimal digits of kind, U+001F and the value half-width, upper-case and trimmed; null if that is empty.

    The pads are those of `hmac_pads`, as binary columns, so that the key stands in no plan.

    Standard: RFC 2104, 2: H(key ^ opad, H(key ^ ipad, text)).
    """
    form = F.nullif(code_form(value), F.lit(""))
    message = F.concat(F.lit(kind + SEPARATOR), form).cast("binary")
    inner = F.unhex(F.sha2(F.concat(inner_pad, message), 256))
    return F.sha2(F.concat(outer_pad, inner), 256)


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The key filled up to SHA-256's block and mixed with the inner (0x36) and the outer (0x5c) byte.

    Standard: RFC 2104, 2 and 3: a key longer than the block is hashed first.
    """
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _stars(count: Column) -> Column:
    return F.repeat(F.lit("*"), count)


def _keeping(first: int, last: int, shortest: int) -> Callable[[Column], Column]:
    def mask(value: Column) -> Column:
        length = F.length(value)
        hidden = F.concat(F.substring(value, 1, first), _stars(length - (first + last)), F.right(value, F.lit(last)))
        return F.when(length >= shortest, hidden).otherwise(_stars(length))

    return mask


def _person_name(value: Column) -> Column:
    length = F.length(value)
    surname = F.when(value.rlike(f"^(?:{COMPOUND_SURNAMES})."), 2).otherwise(1)
    shown = F.concat(F.substring(value, F.lit(1), surname), _stars(length - surname))
    return F.when(length > 1, shown).otherwise(_stars(length))


def _address(value: Column) -> Column:
    street = F.regexp_extract(value, STREET, 0)
    shown = F.when(street != "", street).otherwise(F.substring(value, 1, 6))
    length = F.length(value)
    return F.when(length > 6, F.concat(shown, F.lit("****"))).otherwise(_stars(length))


MASKS: dict[str, Callable[[Column], Column]] = {
    "resident_id": _keeping(6, 4, shortest=15),
    "mobile": _keeping(3, 4, shortest=11),
    "bank_card": _keeping(0, 4, shortest=13),
    "person_name": _person_name,
    "address": _address,
    "generic": _keeping(1, 0, shortest=2),
}
