"""What each bit of each mask means: plain JSON, stored with the judgement, without which no mask can be read. No Spark here."""

from collections.abc import Mapping
from typing import Literal

from jobs.catalogue.frozen import Frozen
from jobs.quality.rules import Rule

# A BIGINT's sign is left alone.
BITS_PER_MASK = 62
MALFORMED_BIT = 0
MALFORMED = "malformed"


class Metric(Frozen):
    """A number that Great Expectations asks for: rows that have all of `bits`, out of those that have all of `domain`.

    `is_sum`: Great Expectations sums over the domain, which gives null, not 0, where the domain has no row.
    """

    bits: tuple[int, ...] = ()
    domain: tuple[int, ...] = ()
    is_sum: bool = False


class JudgedRule(Frozen):
    """A rule and its bit. `metrics` by Great Expectations' metric name; empty for a rule that it does not know."""

    rule: Rule
    bit: int
    metrics: Mapping[str, Metric] = {}

    @property
    def bits(self) -> frozenset[int]:
        """Every bit that its verdict hangs on."""
        return frozenset({self.bit, *(bit for metric in self.metrics.values() for bit in (*metric.bits, *metric.domain))})


class RuleFault(Frozen):
    """A rule that cannot be judged, and why. It never counts as passed."""

    rule: Rule
    cause: str


class Layout(Frozen):
    """The judgement's key to its masks. `flags` says in words what every bit is, for people and auditors.

    `by_gx` are the rules that have no bit: Great Expectations judges them itself on each batch.
    """

    version: Literal[1] = 1
    rules: tuple[JudgedRule, ...]
    by_gx: tuple[Rule, ...] = ()
    errors: tuple[RuleFault, ...] = ()
    flags: tuple[str, ...]

    @property
    def masks(self) -> tuple[str, ...]:
        """Names of the mask columns."""
        return tuple(f"_mask_{index}" for index in range(-(-len(self.flags) // BITS_PER_MASK)))

    def without(self, broken: Mapping[str, str]) -> "Layout":
        """The same bits, of which those of the broken rules (rule id -> cause) say nothing any more: these are rule errors."""
        gone = [judged.rule for judged in self.rules if judged.rule.rule_id in broken]
        faults = tuple(RuleFault(rule=rule, cause=broken[rule.rule_id]) for rule in gone)
        rules = tuple(judged for judged in self.rules if judged.rule.rule_id not in broken)
        return self.model_copy(update={"rules": rules, "errors": (*self.errors, *faults)})

    def row_bits(self, severity: str) -> tuple[int, ...]:
        """Bits of the rules of this severity that are about a row; a malformed line counts as critical."""
        own = {judged.bit for judged in self.rules if judged.rule.severity == severity and judged.rule.scope == "row"}
        return tuple(sorted(own | ({MALFORMED_BIT} if severity == "critical" else set())))


def has_bit(masks: tuple[int, ...], bit: int) -> bool:
    """Whether the bit is set."""
    return bool(masks[bit // BITS_PER_MASK] >> bit % BITS_PER_MASK & 1)


def bit_masks(bits: tuple[int, ...], count: int) -> tuple[int, ...]:
    """`count` masks in which exactly these bits are set."""
    masks = [0] * count
    for bit in bits:
        masks[bit // BITS_PER_MASK] |= 1 << bit % BITS_PER_MASK
    return tuple(masks)
