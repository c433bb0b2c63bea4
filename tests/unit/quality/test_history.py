"""Medians, spreads and bounds worked out by hand."""

from decimal import Decimal

import pytest

from jobs.catalogue.history import HistoryRule
from jobs.quality.history import HistoryCheck, compared, median, null_share

ROWS = HistoryRule(measure="rows")


def values(*texts: object) -> list[Decimal]:
    return [Decimal(str(text)) for text in texts]


def check(rule: HistoryRule, observed: object, earlier: list[Decimal]) -> HistoryCheck:
    return compared(rule, Decimal(str(observed)), earlier)


# Median (1030 + 1040) / 2 = 1035. Distances 35 25 15 5 5 15 25 35, their median (15 + 25) / 2 = 20. Spread 1.4826 x 20 = 29.652.
# Five spreads are 148.26, more than ten per cent of 1035: 886.74 to 1183.26.
EIGHT = values(1010, 1000, 1030, 1020, 1050, 1040, 1070, 1060)


def test_bounds_are_so_many_scaled_spreads_around_the_median() -> None:
    told = check(ROWS, 12, EIGHT)
    assert (told.median, told.spread, told.earlier) == (Decimal(1035), Decimal("29.652"), 8)
    assert (told.low, told.high) == (886, 1184)


@pytest.mark.parametrize(("rows", "is_off"), [(885, True), (886, False), (1035, False), (1184, False), (1185, True), (0, True)])
def test_the_bounds_themselves_are_usual(rows: int, is_off: bool) -> None:
    assert check(ROWS, rows, EIGHT).is_off is is_off


def test_a_history_without_spread_has_the_floor_for_its_reach() -> None:
    told = check(ROWS, 100, values(*[100] * 8))
    assert (told.spread, told.low, told.high) == (0, 90, 110)


def test_fewer_than_half_wild_values_move_nothing() -> None:
    told = check(ROWS, 100, values(100, 100, 0, 9_000_000, 100, 100, 9_999_999, 100))
    assert (told.median, told.low, told.high) == (100, 90, 110)


def test_too_few_earlier_batches_are_no_judgement_and_hold_nothing() -> None:
    told = check(ROWS, 0, EIGHT[:7])
    assert (told.is_judged, told.is_off, told.earlier) == (False, False, 7)
    assert (told.median, told.spread, told.low, told.high) == (None, None, None, None)
    assert check(ROWS, 0, EIGHT).is_judged


def test_parameters_are_the_rule_s_own() -> None:
    strict = HistoryRule(measure="rows", window=4, least=3, spreads=Decimal("1.5"), floor_pct=Decimal(0))
    # Median 20, distances 10 0 10, their median 10: 1.5 x 14.826 = 22.239.
    told = check(strict, 43, values(10, 20, 30))
    assert (told.low, told.high, told.is_off) == (0, 43, False)
    assert check(strict, 44, values(10, 20, 30)).is_off


def test_a_null_share_s_floor_is_in_percentage_points_and_its_bounds_are_shares() -> None:
    rule = HistoryRule(measure="null_share", column="uscc", floor_pct=Decimal(5))
    told = check(rule, "7.01", values(*["2.00"] * 8))
    assert (told.low, told.high, told.is_off) == (Decimal("0"), Decimal("7.00"), True)
    assert check(rule, "94.00", values(*["99.50"] * 8)).high == Decimal(100)


def test_a_sum_s_bounds_have_the_sum_s_own_digits_rounded_outwards() -> None:
    rule = HistoryRule(measure="sum", column="usage_kwh", floor_pct=Decimal(0))
    # Median 1000.05, every distance 0.05: 5 x 1.4826 x 0.05 = 0.37065.
    earlier = values(*["1000.00"] * 4, *["1000.10"] * 4)
    told = check(rule, "1000.43", earlier)
    assert (str(told.low), str(told.high), told.is_off) == ("999.67", "1000.43", False)
    assert check(rule, "1000.44", earlier).is_off


def test_a_sum_may_be_negative_and_lies_within_the_floor_on_both_sides() -> None:
    rule = HistoryRule(measure="sum", column="usage_kwh")
    told = check(rule, "-111", values(*[-100] * 8))
    assert (told.low, told.high, told.is_off) == (-110, -90, True)


def test_no_digit_of_a_great_sum_is_lost() -> None:
    rule = HistoryRule(measure="sum", column="usage_kwh", spreads=Decimal(0), floor_pct=Decimal(0))
    great = "123456789012345678901234567890123456.78"
    assert not check(rule, great, values(*[great] * 8)).is_off
    assert check(rule, great[:-1] + "9", values(*[great] * 8)).is_off


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    assert median(values(4, 1, 3, 2)) == Decimal("2.5")
    assert median(values(9, 1, 5)) == 5


def test_a_null_share_is_in_per_cent_to_the_hundredth() -> None:
    assert [str(null_share(nulls, rows)) for nulls, rows in ((0, 7), (1, 3), (2, 3), (7, 7), (0, 0))] == [
        "0.00",
        "33.33",
        "66.67",
        "100.00",
        "0.00",
    ]


def test_a_check_survives_json() -> None:
    told = check(ROWS, 12, EIGHT)
    assert HistoryCheck.model_validate_json(told.model_dump_json()) == told
