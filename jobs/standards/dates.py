"""Dates and times from text, by the formats that a contract accepts, strictly.

A format is made of `yyyy MM dd HH mm ss`, each once and of fixed width, and of separators that are not letters.

Standard: GB/T 7408-2005, 5.2.1 and 5.3.1, whose basic (20210305) and extended (2021-03-05) formats are both in use.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.errors import RuleError

SOURCE_ZONE = "Asia/Shanghai"
# Ends of validity that mean "long-term" beside any date of the year 9999 (双公示 data rules).
LONG_TERM_DATE = date(2099, 12, 31)

FIELDS = {"yyyy": "(?!0000)[0-9]{4}", "MM": "[0-9]{2}", "dd": "[0-9]{2}", "HH": "[0-9]{2}", "mm": "[0-9]{2}", "ss": "[0-9]{2}"}
ACCEPTED_FIELDS = [["yyyy", "MM", "dd"], ["yyyy", "MM", "dd", "HH", "mm"], ["yyyy", "MM", "dd", "HH", "mm", "ss"]]
ISO_FORMATS = ("yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss")


def parse_date(text: Column, formats: Sequence[str]) -> Column:
    """The date that the text says in one of the formats; null for anything else, a day that does not exist or text around it.

    Of a format with a time the date stays, and the time must exist. Sentinels such as 9999-12-31 are dates.

    Raises: RuleError, if there is no format or one is not understood.
    """
    return _parsed(text, formats, "date")


def parse_timestamp(text: Column, formats: Sequence[str]) -> Column:
    """The instant that the text says on a clock in Shanghai, as a timestamp in a session whose zone is UTC; null as in `parse_date`.

    A format without a time gives midnight in Shanghai, the day before at 16:00 UTC.

    Raises: RuleError, if there is no format or one is not understood.
    """
    return F.to_utc_timestamp(_parsed(text, formats, "timestamp"), SOURCE_ZONE)


def date_is_long_term(value: Column) -> Column:
    """Whether an end of validity means "long-term": 2099-12-31 or any date of the year 9999."""
    return (value == F.lit(LONG_TERM_DATE)) | (F.year(value) == 9999)


def _parsed(text: Column, formats: Sequence[str], target: str) -> Column:
    if not formats:
        raise RuleError("a date or time is to be parsed and no format is given; name those that the contract accepts.")
    return F.coalesce(*[_parsed_by(text, accepted, target) for accepted in formats])


def _parsed_by(text: Column, accepted: str, target: str) -> Column:
    parts = _parts(accepted)
    shape = "".join(FIELDS.get(part) or re.escape(part) for part in parts)
    has_time = "HH" in parts
    iso = text if accepted in ISO_FORMATS else _iso(text, accepted, has_time)
    value = iso.try_cast("timestamp_ntz").cast(target) if has_time else iso.try_cast("date").cast(target)
    # The pattern is needed: a cast alone takes blanks, missing zeros and trailing text.
    return F.when(text.rlike(rf"^{shape}\z"), value)


def _parts(accepted: str) -> list[str]:
    parts = re.findall("yyyy|MM|dd|HH|mm|ss|.", accepted)
    fields = sorted((part for part in parts if part in FIELDS), key=list(FIELDS).index)
    if fields not in ACCEPTED_FIELDS or any(part.isascii() and part.isalpha() for part in parts if part not in FIELDS):
        raise RuleError(f"format {accepted!r} is not understood: it needs yyyy, MM and dd once each, HH, mm, ss if any, no other letter.")
    return parts


def _iso(text: Column, accepted: str, has_time: bool) -> Column:
    def field(name: str) -> Column:
        return F.substring(text, accepted.index(name) + 1, len(name))

    day = F.concat_ws("-", field("yyyy"), field("MM"), field("dd"))
    if not has_time:
        return day
    seconds = field("ss") if "ss" in accepted else F.lit("00")
    return reduce(F.concat, [day, F.lit(" "), F.concat_ws(":", field("HH"), field("mm"), seconds)])
