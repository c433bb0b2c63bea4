"""A batch's measures against those of earlier batches: median, spread, and what is still usual. Exact decimals, no clock, no order.

With m the median of the earlier values and s = 1.4826 x median(|value - m|), usual is m - d to m + d, d = max(spreads x s, floor). The
factor makes s the standard deviation where values are normally distributed; unlike that, neither m nor s moves when up to half of
the earlier values are wild. The floor keeps a history without any spread from holding every batch that differs by one row.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext

from jobs.catalogue.frozen import Frozen
from jobs.catalogue.history import HistoryRule

NORMAL_CONSISTENCY = Decimal("1.4826")
# Wide enough that no sum of 38 digits is rounded, whatever it is multiplied by here.
EXACT = Context(prec=100)
HUNDREDTH, HUNDRED, ZERO = Decimal("0.01"), Decimal(100), Decimal(0)


class HistoryCheck(Frozen):
    """How one measure of a batch compares. Without `median` and what follows it, it was not judged: `earlier` values are too few."""

    rule: HistoryRule
    observed: Decimal
    earlier: int
    median: Decimal | None = None
    spread: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_judged(self) -> bool:
        """Whether there were enough earlier batches."""
        return self.low is not None

    @property
    def is_off(self) -> bool:
        """Whether it was judged and lies outside of what is usual."""
        return self.low is not None and self.high is not None and not self.low <= self.observed <= self.high


def compared(rule: HistoryRule, observed: Decimal, earlier: Sequence[Decimal]) -> HistoryCheck:
    """The observed measure against the earlier ones, of which the rule's window alone must be given.

    The bounds are rounded outwards to the observed measure's own digits, so that a batch is decided by the very numbers that are shown.
    """
    if len(earlier) < rule.least:
        return HistoryCheck(rule=rule, observed=observed, earlier=len(earlier))
    with localcontext(EXACT):
        middle = median(earlier)
        spread = NORMAL_CONSISTENCY * median([abs(value - middle) for value in earlier])
        floor = rule.floor_pct if rule.measure == "null_share" else rule.floor_pct / HUNDRED * abs(middle)
        reach = max(rule.spreads * spread, floor)
        low = (middle - reach).quantize(observed, ROUND_FLOOR)
        high = (middle + reach).quantize(observed, ROUND_CEILING)
    least, most = _limits(rule)
    return HistoryCheck(
        rule=rule,
        observed=observed,
        earlier=len(earlier),
        median=middle,
        spread=spread,
        low=low if least is None else max(low, least),
        high=high if most is None else min(high, most),
    )


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value, or the mean of the two in the middle. Raises: IndexError where there is no value."""
    ordered = sorted(values)
    upper = len(ordered) // 2
    return ordered[upper] if len(ordered) % 2 else (ordered[upper - 1] + ordered[upper]) / 2


def null_share(nulls: int, rows: int) -> Decimal:
    """Nulls in per cent of the rows, to the hundredth; 0 where there is no row."""
    with localcontext(EXACT):
        return (HUNDRED * nulls / rows if rows else ZERO).quantize(HUNDREDTH, ROUND_HALF_EVEN)


def _limits(rule: HistoryRule) -> tuple[Decimal | None, Decimal | None]:
    """What no measure of the kind can go below or beyond."""
    if rule.measure == "sum":
        return None, None
    return ZERO, HUNDRED if rule.measure == "null_share" else None
