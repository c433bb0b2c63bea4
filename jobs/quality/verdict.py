"""From grouped masks and their layout: counts per batch, reasons per row, and which rows are quarantined."""

from collections.abc import Iterable, Mapping
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.catalogue.frozen import Frozen
from jobs.quality.layout import MALFORMED, MALFORMED_BIT, Layout, bit_masks, has_bit

# batch id, masks in the layout's order, rows
Group = tuple[str, tuple[int, ...], int]


class BatchCounts(Frozen):
    """What a batch's rows came to. `rows = accepted + quarantined`; malformed rows are quarantined, warned ones accepted.

    `failing` by rule id (and `malformed`), of every severity and with rows that fail several; `combinations` by bits joined with
    commas: well-formed rows that have all of these bits, which are all the numbers that Great Expectations asks for.
    """

    batch_id: str
    rows: int
    malformed: int
    accepted: int
    quarantined: int
    warned: int
    failing: Mapping[str, int]
    combinations: Mapping[str, int]

    @property
    def well_formed(self) -> int:
        """Rows that rules were judged on."""
        return self.rows - self.malformed


def batch_counts(groups: Iterable[Group], layout: Layout) -> dict[str, BatchCounts]:
    """Counts by batch id, for each batch that has a row in `groups`."""
    by_batch: dict[str, list[tuple[tuple[int, ...], int]]] = {}
    for batch_id, masks, count in groups:
        by_batch.setdefault(batch_id, []).append((masks, count))
    return {batch_id: counts_of(batch_id, rows, layout) for batch_id, rows in sorted(by_batch.items())}


def counts_of(batch_id: str, rows: Iterable[tuple[tuple[int, ...], int]], layout: Layout) -> BatchCounts:
    """Counts of one batch from (masks, rows); an empty batch has none and counts nothing."""
    rows = list(rows)
    well_formed = [(masks, count) for masks, count in rows if not has_bit(masks, MALFORMED_BIT)]
    critical, warning = layout.row_bits("critical"), layout.row_bits("warning")
    total = sum(count for _, count in rows)
    quarantined = _with_any(rows, critical)
    malformed = _with_all(rows, (MALFORMED_BIT,))
    failing = {judged.rule.rule_id: _with_all(well_formed, (judged.bit,)) for judged in layout.rules}
    asked = {bits for judged in layout.rules for metric in judged.metrics.values() for bits in (metric.bits, metric.domain)}
    return BatchCounts(
        batch_id=batch_id,
        rows=total,
        malformed=malformed,
        accepted=total - quarantined,
        quarantined=quarantined,
        warned=_with_any(rows, critical + warning) - quarantined,
        failing={MALFORMED: malformed, **failing},
        combinations={combination(bits): _with_all(well_formed, bits) for bits in sorted(asked)},
    )


def combination(bits: tuple[int, ...]) -> str:
    """The name of a set of bits in `BatchCounts.combinations`."""
    return ",".join(str(bit) for bit in sorted(bits))


def condemning_rules(counts: BatchCounts, layout: Layout) -> tuple[str, ...]:
    """Ids of the critical rules about the whole batch that a row of it fails: the batch is refused or held for them."""
    about_batch = [judged.rule for judged in layout.rules if judged.rule.scope == "batch" and judged.rule.severity == "critical"]
    return tuple(rule.rule_id for rule in about_batch if counts.failing[rule.rule_id])


def decode(masks: tuple[int, ...], layout: Layout) -> tuple[str, ...]:
    """Ids of the rules that a row fails, of every severity, in the rules' order; `malformed` alone for a line that did not parse."""
    if has_bit(masks, MALFORMED_BIT):
        return (MALFORMED,)
    return tuple(judged.rule.rule_id for judged in layout.rules if has_bit(masks, judged.bit))


def critical_predicate(layout: Layout) -> Column:
    """True on `_mask_*` of a row that is quarantined; never null."""
    return has_any_predicate(layout.row_bits("critical"), layout)


def warning_predicate(layout: Layout) -> Column:
    """True on `_mask_*` of a row that is accepted with at least one warning; never null."""
    return has_any_predicate(layout.row_bits("warning"), layout) & ~critical_predicate(layout)


def has_any_predicate(bits: tuple[int, ...], layout: Layout) -> Column:
    """True on `_mask_*` of a row in which any of these bits is set; never null."""
    wanted = zip(layout.masks, bit_masks(bits, len(layout.masks)), strict=True)
    tests = [F.col(name).bitwiseAND(F.lit(mask)) != 0 for name, mask in wanted if mask]
    return reduce(lambda left, right: left | right, tests, F.lit(False))


def _with_all(rows: Iterable[tuple[tuple[int, ...], int]], bits: tuple[int, ...]) -> int:
    return sum(count for masks, count in rows if all(has_bit(masks, bit) for bit in bits))


def _with_any(rows: Iterable[tuple[tuple[int, ...], int]], bits: tuple[int, ...]) -> int:
    return sum(count for masks, count in rows if any(has_bit(masks, bit) for bit in bits))
