"""What the themes live on: the same firms on both days and at several providers, and goods that can be followed."""

from collections import defaultdict
from decimal import Decimal

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.samplecity.truth import City
from tests.unit.samplecity.test_truth import judged, records_of

Cells = dict[str, str]


def days_of(city: City, catalogue: Catalogue, resource: str) -> tuple[list[Cells], list[Cells]]:
    """The rows without a fault of both days."""
    faulty = {(fault.file, fault.line) for fault in city.faults}
    drops = sorted((drop for drop in judged(city) if drop.resource == resource), key=lambda drop: drop.period)
    assert [drop.period for drop in drops] == ["2021-03-04", "2021-03-05"]
    before, after = (
        [record.cells for record in records_of(city, catalogue, drop) if (drop.file, record.line) not in faulty] for drop in drops
    )
    return before, after


@pytest.fixture(scope="module")
def readings(city: City, catalogue: Catalogue) -> tuple[list[Cells], list[Cells]]:
    return days_of(city, catalogue, "power.daily_electricity")


def test_a_meter_has_the_same_owner_on_both_days_and_another_use(readings: tuple[list[Cells], list[Cells]]) -> None:
    before, after = ({row["account_no"]: row for row in rows} for rows in readings)
    both = before.keys() & after.keys()
    assert len(both) > 0.95 * len(before)
    for name in ("account_name", "uscc", "region_code", "industry_class_code", "usage_class_code"):
        assert all(before[account][name] == after[account][name] for account in both), name
    assert sum(before[account]["usage_kwh"] != after[account]["usage_kwh"] for account in both) > 0.95 * len(both)


def test_some_firms_stand_still_on_the_later_day_some_are_new_and_of_some_no_code_is_known(
    readings: tuple[list[Cells], list[Cells]],
) -> None:
    use = [defaultdict(Decimal), defaultdict(Decimal)]
    for day, rows in enumerate(readings):
        for row in rows:
            if row["usage_class_code"] == "2":
                use[day][row["account_name"]] += Decimal(row["usage_kwh"])
    stopped = [firm for firm in use[0].keys() & use[1].keys() if use[1][firm] < use[0][firm] * 3 / 10]
    assert 0.08 < len(stopped) / len(use[0]) < 0.3
    assert 0.05 < len(use[1].keys() - use[0].keys()) / len(use[1]) < 0.3
    coded = {row["account_name"] for row in readings[0] if row["uscc"]}
    assert 0.05 < 1 - len(coded) / len(use[0]) < 0.15


def test_most_sellers_have_meters_and_invoice_on_both_days(
    city: City, catalogue: Catalogue, readings: tuple[list[Cells], list[Cells]]
) -> None:
    metered = {row["uscc"] for row in readings[0]}
    before, after = ({row["seller_uscc"] for row in rows} for rows in days_of(city, catalogue, "tax.vat_invoice"))
    assert len(before & after) > 0.8 * len(before)
    assert 0.4 < len(before & metered) / len(before) < 0.9


def test_goods_go_from_the_importer_to_the_table_and_a_few_batches_do_not_add_up(city: City, catalogue: Catalogue) -> None:
    moves, _ = days_of(city, catalogue, "coldchain.batch_move")
    came: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    went: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    depth = {(move["batch_code"], move["from_uscc"]): 0 for move in moves if move["from_role_code"] == "1"}
    for move in sorted(moves, key=lambda move: move["moved_at"]):
        sender, receiver = (move["batch_code"], move["from_uscc"]), (move["batch_code"], move["to_uscc"])
        went[sender] += Decimal(move["quantity_kg"])
        came[receiver] += Decimal(move["quantity_kg"])
        if sender in depth:
            depth[receiver] = depth[sender] + 1
    batches = {batch for batch, _ in went}
    importers = {(move["batch_code"], move["from_uscc"]) for move in moves if move["from_role_code"] == "1"}
    without_in = {batch for batch, firm in went.keys() - came.keys() - importers}
    too_much = {node[0] for node in went.keys() & came.keys() if went[node] > came[node]}
    assert max(depth.values()) == 4
    assert len({batch for (batch, _), hops in depth.items() if hops >= 3}) >= len(batches) // 2
    assert without_in
    assert too_much
    assert not without_in & too_much
    assert len(without_in | too_much) <= len(batches) / 2
