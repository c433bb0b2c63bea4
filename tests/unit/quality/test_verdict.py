from jobs.quality.layout import JudgedRule, Layout, Metric, RuleFault, bit_masks, has_bit
from jobs.quality.rules import Rule
from jobs.quality.verdict import batch_counts, condemning_rules, counts_of, decode


def rule(rule_id: str, severity: str = "critical", scope: str = "row") -> Rule:
    return Rule.model_validate({
        "rule_id": rule_id, "type": "expect_column_values_to_be_valid_uscc", "kwargs": {"column": "a"}, "severity": severity,
        "origin": "suite", "code": "uscc", "columns": ("a",), "scope": scope,
    })  # fmt: skip


def layout() -> Layout:
    """Bit 1 critical, 2 warning, 3 info, 4 critical about the batch, 70 critical."""
    given = [(1, rule("a")), (2, rule("b", "warning")), (3, rule("c", "info")), (4, rule("d", "critical", "batch")), (70, rule("e"))]
    judged = tuple(JudgedRule(rule=one, bit=bit, metrics={"n": Metric(bits=(1, 2))}) for bit, one in given)
    return Layout(rules=judged, flags=tuple(f"flag {bit}" for bit in range(71)))


def masks(*bits: int) -> tuple[int, ...]:
    return bit_masks(bits, 2)


def test_bits_beyond_the_first_mask_stand_in_the_second() -> None:
    assert layout().masks == ("_mask_0", "_mask_1")
    assert masks(1, 70) == (2, 1 << 8)
    assert [bit for bit in range(71) if has_bit(masks(1, 61, 62, 70), bit)] == [1, 61, 62, 70]


def test_every_row_is_accepted_or_quarantined_and_warned_only_if_accepted() -> None:
    rows = [(masks(), 10), (masks(1), 1), (masks(1, 2), 2), (masks(2), 3), (masks(3), 4), (masks(70), 5), (masks(0), 6), (masks(4), 7)]
    counts = counts_of("b1", rows, layout())
    assert (counts.rows, counts.malformed, counts.well_formed) == (38, 6, 32)
    assert (counts.accepted, counts.quarantined, counts.warned) == (24, 14, 3)
    assert counts.accepted + counts.quarantined == counts.rows
    assert counts.failing == {"malformed": 6, "a": 3, "b": 5, "c": 4, "d": 7, "e": 5}
    assert counts.combinations == {"": 32, "1,2": 2}


def test_batches_are_counted_apart() -> None:
    counts = batch_counts([("b2", masks(1), 1), ("b1", masks(), 2), ("b2", masks(), 3)], layout())
    assert [(name, one.accepted, one.quarantined) for name, one in counts.items()] == [("b1", 2, 0), ("b2", 3, 1)]


def test_a_row_tells_every_rule_it_fails_and_a_malformed_one_nothing_else() -> None:
    assert decode(masks(1, 3, 70), layout()) == ("a", "c", "e")
    assert decode(masks(0), layout()) == ("malformed",)
    assert decode(masks(), layout()) == ()


def test_a_rule_about_the_batch_condemns_it_and_quarantines_no_row() -> None:
    counts = counts_of("b1", [(masks(4), 1)], layout())
    assert counts.quarantined == 0
    assert condemning_rules(counts, layout()) == ("d",)
    assert condemning_rules(counts_of("b2", [(masks(1), 1)], layout()), layout()) == ()


def test_the_layout_survives_json() -> None:
    whole = layout().model_copy(update={"errors": (RuleFault(rule=rule("x"), cause="no such column"),)})
    assert Layout.model_validate_json(whole.model_dump_json()) == whole
