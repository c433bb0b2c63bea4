"""Dates, times and numbers from text: what the formats say is read, everything else is null and nothing raises."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from jobs.errors import RuleError
from jobs.standards.dates import date_is_long_term, parse_date, parse_timestamp
from jobs.standards.numbers import parse_integer, parse_number

Answers = Callable[..., list[Any]]

FORMATS = ("yyyy-MM-dd", "yyyyMMdd", "yyyy/MM/dd", "yyyy-MM-dd HH:mm:ss")
DATES = {
    "2021-03-05": date(2021, 3, 5),
    "20210305": date(2021, 3, 5),
    "2021/03/05": date(2021, 3, 5),
    "2021-03-05 23:59:59": date(2021, 3, 5),
    "2020-02-29": date(2020, 2, 29),
    "1899-12-31": date(1899, 12, 31),
    "9999-09-09": date(9999, 9, 9),
    "9999-12-31": date(9999, 12, 31),
    "2099-12-31": date(2099, 12, 31),
    "0001-01-01": date(1, 1, 1),
}
NOT_DATES = [
    "2021-02-30",
    "20210230",
    "2021-02-29",
    "1900-02-29",
    "2021-13-01",
    "2021-00-10",
    "2021-03-00",
    "0000-00-00",
    "0000-01-01",
    "2021-3-5",
    "2021-03-5",
    "2021-03-05 ",
    " 2021-03-05",
    "2021-03-05\n",
    "2021-03-05T00:00:00",
    "2021-03-05Z",
    "2021-03-05 10:11",
    "2021-03-05 24:00:00",
    "2021-03-05 10:60:00",
    "2099-12-31 00:00;00",
    "2021/03-05",
    "2021.03.05",
    "20210305 ",
    "202103051",
    "+2021-03-05",
    "２０２１-０３-０５",
    "2月19日",
    "1月30日至2月10日",
    "\\N",
    "",
]


def test_each_format_is_read_and_nothing_else(answers: Answers) -> None:
    told = answers(lambda text: parse_date(text, FORMATS), [*DATES, *NOT_DATES, None])
    assert dict(zip([*DATES, *NOT_DATES, None], told, strict=True)) == {**DATES, **dict.fromkeys([*NOT_DATES, None])}


def test_only_the_formats_that_the_contract_names_are_read(answers: Answers) -> None:
    assert answers(lambda text: parse_date(text, ("yyyyMMdd",)), ["20210305", "2021-03-05", "2021/03/05"]) == [date(2021, 3, 5), None, None]
    assert answers(lambda text: parse_date(text, ("dd.MM.yyyy", "yyyy年MM月dd日")), ["05.03.2021", "2021年03月05日", "05-03-2021"]) == [
        date(2021, 3, 5),
        date(2021, 3, 5),
        None,
    ]


def test_a_time_in_shanghai_becomes_the_instant_in_utc(answers: Answers) -> None:
    formats = ("yyyy-MM-dd HH:mm:ss", "yyyy/MM/dd HH:mm:ss", "yyyyMMddHHmmss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd")
    instants = {
        "2021-03-05 10:11:12": "2021-03-05 02:11:12",
        "2021/03/05 10:11:12": "2021-03-05 02:11:12",
        "20210305101112": "2021-03-05 02:11:12",
        "2021-03-05 10:11": "2021-03-05 02:11:00",
        "2021-03-05": "2021-03-04 16:00:00",
        "1988-07-01 10:00:00": "1988-07-01 01:00:00",  # summer time, 1986 to 1991
        "2021-03-05 10:11:12.5": None,
        "2021-03-05T10:11:12": None,
        "2021-03-05 25:00:00": None,
        "20210230101112": None,
        "": None,
        None: None,
    }
    # As texts: a collected timestamp would be shifted to the zone of the machine.
    told = answers(lambda text: parse_timestamp(text, formats).cast("string"), list(instants))
    assert dict(zip(instants, told, strict=True)) == instants


def test_the_types_are_date_and_timestamp(spark: SparkSession) -> None:
    text = F.lit("2021-03-05")
    frame = spark.range(1).select(parse_date(text, FORMATS).alias("d"), parse_timestamp(text, FORMATS).alias("t"))
    assert [kind for _, kind in frame.dtypes] == ["date", "timestamp"]


@pytest.mark.parametrize("formats", [(), ("yyyy-MM",), ("yyyy-MM-dd HH",), ("dd MMM yyyy",), ("yyyy-MM-dd'T'HH:mm:ss",), ("yyyyMMddMM",)])
def test_a_format_that_is_not_understood_is_refused(spark: SparkSession, formats: tuple[str, ...]) -> None:
    text = F.lit("2021-03-05")
    with pytest.raises(RuleError, match="format"):
        parse_date(text, formats)


def test_long_term_is_told_from_an_ordinary_end(answers: Answers) -> None:
    days = [date(9999, 9, 9), date(9999, 12, 31), date(2099, 12, 31), date(2099, 12, 30), date(2021, 3, 5), None]
    assert answers(date_is_long_term, days, "date") == [True, True, True, False, False, None]


NUMBERS = {
    "0": "0.00",
    "12": "12.00",
    "-12.5": "-12.50",
    "+12.55": "12.55",
    "007.10": "7.10",
    ".5": "0.50",
    "-.5": "-0.50",
    "1.5000": "1.50",
    "99999999.99": "99999999.99",
    "00099999999.9900": "99999999.99",
}
NOT_NUMBERS = [
    "5,000000",
    "1,234.56",
    "１２３",
    "1.234",
    "100000000",
    "1E5",
    "1.",
    ".",
    "-",
    "",
    " 1",
    "1 ",
    "1\n",
    "NaN",
    "0x1A",
    "12元",
    "--1",
]


def test_a_plain_number_that_fits_is_read_and_nothing_else(answers: Answers) -> None:
    told = answers(lambda text: parse_number(text, 10, 2), [*NUMBERS, *NOT_NUMBERS, None])
    expected = {**{text: Decimal(number) for text, number in NUMBERS.items()}, **dict.fromkeys([*NOT_NUMBERS, None])}
    assert dict(zip([*NUMBERS, *NOT_NUMBERS, None], told, strict=True)) == expected


@pytest.mark.parametrize(
    ("precision", "scale", "numbers"),
    [
        (3, 0, {"12": "12", "999": "999", "12.0": "12", "1000": None, "12.5": None}),
        (2, 2, {"0.25": "0.25", ".25": "0.25", "0": "0.00", "1.25": None}),
        (38, 6, {"12345678901234567890123456789012.123456": "12345678901234567890123456789012.123456", "0.1234567": None}),
    ],
)
def test_precision_and_scale_are_bounds_and_never_round(
    answers: Answers, precision: int, scale: int, numbers: dict[str, str | None]
) -> None:
    expected = [None if number is None else Decimal(number) for number in numbers.values()]
    assert answers(lambda text: parse_number(text, precision, scale), list(numbers)) == expected


def test_an_integer_is_digits_that_fit_into_64_bits(answers: Answers) -> None:
    numbers = {"0": 0, "007": 7, "-12": -12, "+12": 12, "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63)}
    others = ["9223372036854775808", "13802112345.0", "1,000", "1E5", "１２", " 1", "1 ", "", "-", "三"]
    assert answers(parse_integer, [*numbers, *others, None]) == [*numbers.values(), *[None] * (len(others) + 1)]


def test_nothing_raises_where_the_value_is_cast_beside_a_rule_that_fails(spark: SparkSession) -> None:
    texts = [text for text in [*NOT_DATES, *NOT_NUMBERS] if not text.isdecimal()]
    rows = spark.createDataFrame([(text,) for text in texts], "text string").repartition(2)

    def flag(fault: Column, bit: int) -> Column:
        return F.when(F.coalesce(fault, F.lit(True)), F.lit(bit)).otherwise(0)

    faults = parse_date(F.col("text"), FORMATS).isNull(), parse_number(F.col("text"), 10, 2).isNull()
    assert rows.select((flag(faults[0], 1) + flag(faults[1], 2)).alias("mask")).distinct().collect() == [(3,)]


def test_a_python_date_is_what_spark_gives_back(answers: Answers) -> None:
    day = answers(lambda text: parse_date(text, FORMATS), ["2021-03-05"])[0]
    assert isinstance(day, date)
    assert not isinstance(day, datetime)
