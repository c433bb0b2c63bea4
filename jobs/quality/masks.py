"""Every rule as bits of a few BIGINT columns: Great Expectations builds the conditions on an empty frame, Spark looks once.

Right only for conditions that hang on the row alone (`judged.BY_MASK`); doubled keys and keys in the lake are given as Columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.errors import RuleError
from jobs.quality.by_gx import faults_by_gx
from jobs.quality.conditions import Compiled, Flag, MetricDraft, compiled_rules, narrowed_columns, narrowed_rule
from jobs.quality.layout import BITS_PER_MASK, MALFORMED, MALFORMED_BIT, JudgedRule, Layout, Metric, RuleFault
from jobs.quality.probe import probe_faults, sample_frame
from jobs.quality.rules import Rule


@dataclass(frozen=True)
class KeyRule:
    """A rule about doubled keys: the columns of the key, and the rows among which it must be unique (see `keys.doubled_keys`)."""

    rule: Rule
    columns: tuple[str, ...]
    within: Column


@dataclass(frozen=True)
class Masks:
    """The mask columns of a judgement and their layout. `flags` has the rule's id where the flag comes from outside.

    `narrowed` are columns that the flags read beside those of the judged frame (see `widened`).
    """

    layout: Layout
    keys: tuple[KeyRule, ...]
    flags: tuple[Column | str, ...]
    narrowed: tuple[Flag, ...] = ()

    @property
    def errors(self) -> tuple[RuleFault, ...]:
        """The rules that cannot be judged, with their causes."""
        return self.layout.errors

    @property
    def awaited(self) -> tuple[str, ...]:
        """Ids of the key and lake rules whose flags must be given."""
        return tuple(flag for flag in self.flags if isinstance(flag, str))

    def widened(self, frame: DataFrame) -> DataFrame:
        """The judged frame with the further columns that the flags read; mask columns hold over no other."""
        return _with(frame, self.narrowed)

    def columns(self, extra_flags: Mapping[str, Column]) -> list[Column]:
        """`_mask_0 … _mask_n` BIGINT over the judged frame; a null flag is no fault, and a malformed row has its own bit alone.

        Raises: RuleError when an awaited flag is not given, or one is given that no rule awaits.
        """
        flags = self.given(extra_flags)
        named = zip(range(0, len(flags), BITS_PER_MASK), self.layout.masks, strict=True)
        return [_packed(flags[start : start + BITS_PER_MASK], start).alias(name) for start, name in named]

    def given(self, extra_flags: Mapping[str, Column]) -> list[Column]:
        """The flag of every bit. Raises: RuleError as `columns` does."""
        if set(extra_flags) != set(self.awaited):
            raise RuleError(
                f"flags are awaited for the rules {sorted(self.awaited)} and given for {sorted(extra_flags)}. Nothing was judged. "
                "Give each awaited rule its Column.",
            )
        return [extra_flags[flag] if isinstance(flag, str) else flag for flag in self.flags]


def compile_masks(empty_frame: DataFrame, rules: Sequence[Rule]) -> Masks:
    """The masks of these rules for frames with the columns of `empty_frame`, whose rows, if any, are not looked at.

    A rule that cannot be judged stands in `errors`.
    """
    sample = sample_frame(empty_frame)
    own = [rule for rule in rules if rule.method == "gx"]
    compiled, faults = compiled_rules(sample.limit(0), [rule for rule in rules if rule.method != "gx"])
    causes = {fault.rule.rule_id: fault.cause for fault in (*faults, *faults_by_gx(own))}
    narrowed = narrowed_columns(compiled)
    sample = _with(sample, narrowed.values())
    compiled = [
        narrowed_rule(one, sample.limit(0), narrowed[one.rule.rule_id]) if one.rule.rule_id in narrowed else one for one in compiled
    ]
    causes |= probe_faults(sample, compiled)
    errors = tuple(RuleFault(rule=rule, cause=causes[rule.rule_id]) for rule in rules if rule.rule_id in causes)
    by_gx = tuple(rule for rule in own if rule.rule_id not in causes)
    masks = _assembled([one for one in compiled if one.rule.rule_id not in causes], by_gx, errors)
    return replace(masks, narrowed=tuple(narrowed.values()))


def _with(frame: DataFrame, columns: Iterable[Flag]) -> DataFrame:
    added = [flag.column.alias(flag.name) for flag in columns]
    return frame.select("*", *added) if added else frame


class _Bits:
    """Gives every flag its bit, equal names the same one."""

    def __init__(self) -> None:
        self.bits = {MALFORMED: MALFORMED_BIT}
        self.flags: list[Column | str] = [F.lit(False)]

    def of(self, name: str, flag: Column | str) -> int:
        if name not in self.bits:
            self.bits[name] = len(self.flags)
            self.flags.append(flag)
        return self.bits[name]

    def all_of(self, *flags: Flag | None) -> tuple[int, ...]:
        return tuple(self.of(flag.name, flag.column) for flag in flags if flag is not None)


def _assembled(compiled: Sequence[Compiled], by_gx: tuple[Rule, ...], errors: tuple[RuleFault, ...]) -> Masks:
    bits = _Bits()
    judged = tuple(_judged(one, bits) for one in compiled)
    layout = Layout(rules=judged, by_gx=by_gx, errors=errors, flags=tuple(bits.bits))
    keys = tuple(_key_rule(one) for one in compiled if one.rule.method == "key")
    return Masks(layout=layout, keys=keys, flags=tuple(bits.flags))


def _judged(one: Compiled, bits: _Bits) -> JudgedRule:
    bit = bits.of(f"rule fails: {one.rule.rule_id}", _own_flag(one))
    metrics = {name: _metric(draft, bit, bits) for name, draft in one.metrics.items()}
    return JudgedRule(rule=one.rule, bit=bit, metrics=metrics)


def _own_flag(one: Compiled) -> Column | str:
    if one.unexpected is None:
        return one.rule.rule_id
    return one.unexpected if one.domain is None else one.domain.column & one.unexpected


def _metric(draft: MetricDraft, rule_bit: int, bits: _Bits) -> Metric:
    domain = bits.all_of(draft.domain)
    # A rule's own flag is set within its domain alone.
    counted = (rule_bit,) if draft.counts_rule else (*domain, *bits.all_of(draft.missing))
    return Metric(bits=counted, domain=domain, is_sum=draft.is_sum)


def _key_rule(one: Compiled) -> KeyRule:
    kwargs = one.rule.kwargs
    columns = (kwargs["column"],) if "column" in kwargs else tuple(kwargs["column_list"])
    within = F.lit(True) if one.domain is None else one.domain.column
    return KeyRule(rule=one.rule, columns=columns, within=within)


def _packed(flags: Sequence[Column], start: int) -> Column:
    bits = [F.when(flag, F.expr(f"{1 << index}L")).otherwise(F.expr("0L")) for index, flag in enumerate(flags)]
    malformed = F.expr(f"{1 << MALFORMED_BIT}L" if start == 0 else "0L")
    return F.when(F.col("_is_malformed"), malformed).otherwise(_any_of(bits))


def _any_of(bits: Sequence[Column]) -> Column:
    """The bitwise or, as a balanced tree: a chain of sixty would nest that deep."""
    if len(bits) == 1:
        return bits[0]
    half = len(bits) // 2
    return _any_of(bits[:half]).bitwiseOR(_any_of(bits[half:]))
