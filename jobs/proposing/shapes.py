"""What the values of a column look like: identifiers by their check characters, dates by their formats, numbers, shapes of codes.

Plain Python over the values of a sample; the standards' own `Column` functions need a Spark session and judge what is dropped.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TypeVar

from jobs.catalogue.contract import Check
from jobs.samplecity.identifiers import luhn_check, organisation_check, resident_check, uscc_check

DATE_FORMATS = ("yyyy-MM-dd", "yyyyMMdd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyy年MM月dd日")
TIMESTAMP_FORMATS = (
    *(f"{day} {time}" for day in DATE_FORMATS if day != "yyyyMMdd" for time in ("HH:mm:ss", "HH:mm")),
    "yyyyMMddHHmmss",
    "yyyyMMdd HH:mm:ss",
)
# Digits alone, which codes are made of too.
COMPACT = frozenset({"yyyyMMdd", "yyyyMMddHHmmss"})
# A date of the sentinel kind (9999-12-31) is one too.
FIRST_YEAR = 1900
_FIELDS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
SHORTEST_CODE = 4
_ALPHABETS = ("0-9", "0-9A-F", "0-9a-f", "0-9A-Z", "0-9a-z", "0-9A-Za-z")

Feature = TypeVar("Feature", int, str)


def uscc_is_valid(text: str) -> bool:
    """Whether the text is a unified social credit code. Standard: GB 32100-2015, 5.6."""
    return bool(re.fullmatch("[0-9A-HJ-NPQRTUWXY]{18}", text)) and uscc_check(text[:17]) == text[17]


def resident_id_is_valid(text: str) -> bool:
    """Whether the text is a citizen identity number. Standard: GB 11643-1999."""
    return bool(re.fullmatch("[0-9]{17}[0-9X]", text)) and date_is_valid(text[6:14], "yyyyMMdd") and resident_check(text[:17]) == text[17]


def organisation_code_is_valid(text: str) -> bool:
    """Whether the text is an organisation code, with or without its hyphen. Standard: GB 11714-1997."""
    return bool(re.fullmatch("[0-9A-Z]{8}-?[0-9X]", text)) and organisation_check(text[:8]) == text[-1]


def bank_card_is_valid(text: str) -> bool:
    """Whether the text is 13 to 19 digits and the last fits. Standard: ISO/IEC 7812-1, annex B."""
    return bool(re.fullmatch("[1-9][0-9]{12,18}", text)) and luhn_check(text[:-1]) == text[-1]


def mobile_is_valid(text: str) -> bool:
    """Whether the text is a mobile number: 11 digits from 13 to 19."""
    return bool(re.fullmatch("1[3-9][0-9]{9}", text))


# In the order in which they are tried: what fewer numbers satisfy by chance comes first.
CHECKS: Mapping[Check, Callable[[str], bool]] = {
    "uscc": uscc_is_valid,
    "resident_id": resident_id_is_valid,
    "mobile": mobile_is_valid,
    "organisation_code": organisation_code_is_valid,
    "bank_card": bank_card_is_valid,
}


def date_is_valid(text: str, accepted: str) -> bool:
    """Whether the text is a day, or a time, in exactly this format of a contract, from the year 1900 on."""
    shape, theirs = _format(accepted)
    if not shape.fullmatch(text):
        return False
    try:
        return datetime.strptime(text, theirs).year >= FIRST_YEAR  # noqa: DTZ007 (no zone is asked for)
    except ValueError:
        return False


@cache
def _format(accepted: str) -> tuple[re.Pattern[str], str]:
    shape, theirs = re.escape(accepted), accepted
    for ours, python in _FIELDS.items():
        shape, theirs = shape.replace(ours, f"[0-9]{{{len(ours)}}}"), theirs.replace(ours, python)
    return re.compile(shape), theirs


def is_integer(text: str) -> bool:
    """Whether the text is a whole number that a 64-bit integer holds, without leading zeros."""
    return bool(re.fullmatch("[+-]?(?:0|[1-9][0-9]{0,17})", text))


def is_number(text: str) -> bool:
    """Whether the text is a plain decimal number; `007` is none, it would lose its zeros."""
    return bool(re.fullmatch(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)", text))


def digits_of(text: str) -> tuple[int, int]:
    """Digits before and behind the point of a plain number."""
    whole, _, places = text.lstrip("+-").partition(".")
    return len(whole), len(places)


def code_pattern(counts: Mapping[str, int], enough: float) -> str | None:
    """The regular expression of codes of one or two fixed lengths, of four characters or more, which at least that share of rows has.

    Capital letters that codes begin with are kept as they are. None where the values are no such codes.
    """
    rows = sum(counts.values())
    lengths = _usual(_summed(counts, len), enough)
    if not lengths or min(lengths) < SHORTEST_CODE:
        return None
    prefixes = _usual(_summed(counts, _leading_letters), enough)
    prefix = prefixes[0] if len(prefixes) == 1 else ""
    for alphabet in _ALPHABETS:
        parts = [f"[{alphabet}]{{{length - len(prefix)}}}" for length in sorted(lengths)]
        pattern = f"^{prefix}{parts[0]}$" if len(parts) == 1 else f"^{prefix}({'|'.join(parts)})$"
        if sum(count for text, count in counts.items() if _is_code(text, pattern)) >= enough * rows:
            return pattern
    return None


def _is_code(text: str, pattern: str) -> bool:
    """Whether the text is of the pattern, and no word: a digit is in it."""
    return bool(re.search("[0-9]", text)) and bool(re.fullmatch(pattern, text))


def _leading_letters(text: str) -> str:
    letters = re.match("[A-Z]*", text)
    return letters[0] if letters else ""


def _summed(counts: Mapping[str, int], feature: Callable[[str], Feature]) -> Counter[Feature]:
    sums: Counter[Feature] = Counter()
    for text, count in counts.items():
        sums[feature(text)] += count
    return sums


def _usual(sums: Counter[Feature], enough: float) -> list[Feature]:
    """The one feature that enough rows have, else the two that they share; none where there are more."""
    rows = sum(sums.values())
    for number in (1, 2):
        usual = sums.most_common(number)
        if len(usual) == number and sum(count for _, count in usual) >= enough * rows:
            return [feature for feature, _ in usual]
    return []
