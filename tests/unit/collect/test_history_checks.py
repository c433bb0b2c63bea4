"""Which earlier batches a batch is compared with: fixtures are outcomes as they stand in control."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.catalogue.history import HistoryRule
from jobs.catalogue.period import Period
from jobs.collect.definition import Definition
from jobs.collect.gate import Counts, Decision, Reason
from jobs.collect.history import held_by_history, off_reasons, short_reasons
from jobs.collect.outcome import BatchOutcome, write_batch_outcome
from jobs.collect.pipeline import Desk
from jobs.collect.work import Work
from jobs.lake.control import FolderControl
from jobs.lake.pass_record import FileDialect, Pass, PassBatch
from jobs.lake.place import local_lake
from jobs.quality.history import HistoryCheck
from jobs.settings import load_settings

ROOT = Path(__file__).parents[3]
DeskMaker = Callable[[Sequence[BatchOutcome]], Desk]

RESOURCE, HEPING, HEXI = "power.daily_electricity", "heping", "hexi"
NUMBER = 50
NOW = datetime(2021, 4, 1, tzinfo=UTC)


def contract(*rules: HistoryRule) -> Contract:
    return Contract(
        resource=RESOURCE, version="1", title="用电", purpose="-", grain="-", catalogue_code="-", load="upsert", sha256="-",
        history=rules or (HistoryRule(measure="rows", least=3, window=4),),
        fields=(
            Field(name="account_no", header="户号", title="户号", classification="L1", key_position=1),
            Field(name="usage_kwh", header="YDL", title="日用电量", type="number", precision=18, classification="L2", unit="千瓦时"),
        ),
        dialects=(Dialect(),),
    )  # fmt: skip


def batch(period: str, provider: str = HEPING, *, revision: int = 0, name: str | None = None) -> PassBatch:
    told = Period.parse(period)
    return PassBatch(
        batch_id=name or f"{provider}-{period}", drop_id="d", provider=provider, period=period, period_start=told.start,
        period_end=told.end, revision=revision, part="a.csv", bucket="b", key="k", etag="e", size=1, received_at=NOW,
        received_date=date(2021, 4, 1), sha256="s", raw_key="r", duty={}, header=(), ranges=(),
        dialect=FileDialect(encoding="utf-8", delimiter=",", quote='"', skip_lines=0),
    )  # fmt: skip


def outcome(period: str, rows: int = 100, provider: str = HEPING, **changes: Any) -> BatchOutcome:
    one = batch(period, provider)
    told: dict[str, Any] = {
        "batch_id": one.batch_id, "revision": 0, "resource": RESOURCE, "provider": provider, "period": period,
        "period_end": one.period_end, "state": "published", "kind": "collect", "number": 7, "landed_by": 7, "drop_id": "d",
        "part": "a.csv", "raw_key": "r", "received_at": NOW, "judgements": {}, "receipt": "-",
        "counts": Counts(read=rows, accepted=rows, quarantined=0),
    }  # fmt: skip
    return BatchOutcome(**{**told, **changes})


def days(first: str, number: int, **changes: Any) -> list[BatchOutcome]:
    start = date.fromisoformat(first)
    return [outcome((start + timedelta(days=day)).isoformat(), **changes) for day in range(number)]


def work_of(batches: Sequence[PassBatch], terms: Contract, before: Sequence[BatchOutcome] = (), kind: str = "collect") -> Work:
    record = Pass(
        resource=RESOURCE, number=NUMBER, kind=kind, created_at=NOW, today=date(2021, 4, 1), definition="x", lists={},
        batches=tuple(batches),
    )  # fmt: skip
    return Work(record, Definition(contract=terms, suite_sha256="-", rules=()), {one.batch_id: one for one in before})


@pytest.fixture
def desk_with(tmp_path: Path, catalogue: Catalogue) -> DeskMaker:
    """A maker of desks whose control holds outcomes as the product writes them."""
    numbers = itertools.count()

    def make(outcomes: Sequence[BatchOutcome]) -> Desk:
        folder = tmp_path / str(next(numbers))
        desk = Desk(load_settings(ROOT, {}), catalogue, FolderControl(folder / "control"), local_lake(folder))
        for one in outcomes:
            write_batch_outcome(desk, one)
        return desk

    return make


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


def judged(
    desk_with: DeskMaker,
    batches: Sequence[PassBatch],
    standing: Sequence[BatchOutcome],
    rows: int = 100,
    *,
    terms: Contract | None = None,
    before: Sequence[BatchOutcome] = (),
    kind: str = "collect",
    decisions: dict[str, Decision] | None = None,
    measures: dict[str, dict[str, Decision]] | None = None,
) -> tuple[dict[str, Decision], dict[str, tuple[HistoryCheck, ...]]]:
    gate = {one.batch_id: Decision(state="published") for one in batches} | (decisions or {})
    counts = {one.batch_id: Counts(read=rows, accepted=rows, quarantined=0) for one in batches}
    return held_by_history(desk_with(standing), work_of(batches, terms or contract(), before, kind), gate, counts, measures or {})


def earlier(desk_with: DeskMaker, batches: Sequence[PassBatch], standing: Sequence[BatchOutcome], **changes: Any) -> list[int]:
    _, checks = judged(desk_with, batches, standing, **changes)
    return [checks[one.batch_id][0].earlier for one in batches]


TODAY = [batch("2021-03-10")]


def test_the_last_published_batches_of_the_duty_are_the_past_up_to_the_window(desk_with: DeskMaker) -> None:
    assert earlier(desk_with, TODAY, days("2021-03-08", 2)) == [2]
    assert earlier(desk_with, TODAY, days("2021-03-01", 9)) == [4]
    # Of nine days, the last four alone: 100 rows each, and 900 on the days before.
    decisions, checks = judged(desk_with, TODAY, [*days("2021-03-01", 5, rows=900), *days("2021-03-06", 4)], 101)
    assert decisions["heping-2021-03-10"] == Decision(state="published")
    assert checks["heping-2021-03-10"][0].median == 100


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(days("2021-03-05", 5, provider=HEXI), id="another provider's"),
        pytest.param(days("2021-03-05", 5, state="held"), id="held"),
        pytest.param(days("2021-03-05", 5, state="refused", counts=None), id="refused"),
        pytest.param(days("2021-03-11", 5), id="later periods"),
        pytest.param([outcome(f"2020-{month:02d}") for month in range(1, 6)], id="another kind of period"),
    ],
)
def test_nothing_else_is_the_past(desk_with: DeskMaker, other: list[BatchOutcome]) -> None:
    assert earlier(desk_with, TODAY, other) == [0]


@pytest.mark.parametrize(
    "others",
    [pytest.param(days("2021-03-11", 6), id="later periods"), pytest.param([outcome(f"2021-W0{week}") for week in (8, 9)], id="weeks")],
)
def test_others_leave_the_window_to_the_past(desk_with: DeskMaker, others: list[BatchOutcome]) -> None:
    assert earlier(desk_with, TODAY, [*days("2021-02-20", 4), *others]) == [4]


def test_each_rule_has_a_window_of_its_own(desk_with: DeskMaker) -> None:
    terms = contract(HistoryRule(measure="rows", window=8), HistoryRule(measure="null_share", column="usage_kwh", window=10))
    past = days("2021-02-01", 12, measures={"usage_kwh.null_share": Decimal("0.00")})
    _, checks = judged(desk_with, TODAY, past, terms=terms, measures={"heping-2021-03-10": {"usage_kwh.null_share": Decimal("1.00")}})
    assert [check.earlier for check in checks["heping-2021-03-10"]] == [8, 10]


def test_what_a_person_let_in_counts_and_a_batch_counts_once_by_its_last_revision(desk_with: DeskMaker) -> None:
    held, released = days("2021-03-07", 3, state="held"), days("2021-03-07", 3, kind="release", revision=1)
    assert earlier(desk_with, TODAY, [*released, *held]) == [3]
    refused = days("2021-03-07", 3, state="refused", kind="refuse", revision=2)
    assert earlier(desk_with, TODAY, [*held, *released, *refused]) == [0]


def test_a_batch_off_its_past_is_held_with_what_speaks_against_it_otherwise(desk_with: DeskMaker) -> None:
    decisions, checks = judged(desk_with, TODAY, days("2021-03-06", 4), 12)
    [reason] = decisions["heping-2021-03-10"].reasons
    assert (decisions["heping-2021-03-10"].state, reason.code) == ("held", "rows_off_history")
    assert dict(reason.params) == {
        "measure": "rows", "observed": 12, "median": 100, "spread": 0, "low": 90, "high": 110, "earlier": 4, "least": 3
    }  # fmt: skip
    assert off_reasons(checks["heping-2021-03-10"], contract()) == (reason,)


def test_too_short_a_past_holds_nothing_and_is_said(desk_with: DeskMaker) -> None:
    decisions, checks = judged(desk_with, TODAY, days("2021-03-08", 2), 12)
    assert decisions["heping-2021-03-10"] == Decision(state="published")
    [said] = short_reasons(checks["heping-2021-03-10"], contract())
    assert dict(said.params) == {"measure": "rows", "observed": 12, "earlier": 2, "least": 3}


def test_batches_of_one_pass_are_each_other_s_past_in_the_order_of_their_periods(desk_with: DeskMaker) -> None:
    together = [batch("2021-03-12"), batch("2021-03-10"), batch("2021-03-11", HEXI), batch("2021-03-11")]
    assert earlier(desk_with, together, days("2021-03-09", 1)) == [3, 1, 0, 2]


def test_outcomes_that_an_attempt_wrote_before_it_crashed_do_not_count_twice(desk_with: DeskMaker) -> None:
    together = [batch("2021-03-10"), batch("2021-03-11")]
    written = [outcome("2021-03-10", number=NUMBER)]
    assert earlier(desk_with, together, [*days("2021-03-09", 1), *written]) == [1, 2]


def test_a_batch_of_the_pass_that_is_held_is_nobody_s_past(desk_with: DeskMaker) -> None:
    together = [batch("2021-03-10"), batch("2021-03-11")]
    assert earlier(desk_with, together, [], decisions={"heping-2021-03-10": Decision(state="held")}) == [0, 0]
    off = {"heping-2021-03-09": 12, "heping-2021-03-10": 100}
    work = work_of([batch(name.removeprefix("heping-")) for name in off], contract())
    counts = {name: Counts(read=rows, accepted=rows, quarantined=0) for name, rows in off.items()}
    gate = {name: Decision(state="published") for name in off}
    decisions, checks = held_by_history(desk_with(days("2021-03-05", 3)), work, gate, counts, {})
    assert [decisions[name].state for name in off] == ["held", "published"]
    assert [checks[name][0].earlier for name in off] == [3, 3]


def test_a_resend_of_a_held_batch_is_judged_again_and_one_of_a_published_batch_is_not(desk_with: DeskMaker) -> None:
    resent = [batch("2021-03-10", revision=1)]
    for state, reasons in (("held", 1), ("published", 0)):
        before = [outcome("2021-03-10", 12, state=state)]
        decisions, _ = judged(desk_with, resent, [*days("2021-03-05", 4), *before], 12, before=before, kind="resend")
        assert len(decisions["heping-2021-03-10"].reasons) == reasons


@pytest.mark.parametrize("kind", ["release", "refuse"])
def test_a_person_s_decision_is_not_judged(desk_with: DeskMaker, kind: str) -> None:
    before = [outcome("2021-03-10", 12, state="held")]
    decisions, checks = judged(desk_with, [batch("2021-03-10", revision=1)], days("2021-03-05", 4), 12, before=before, kind=kind)
    assert (decisions["heping-2021-03-10"], checks) == (Decision(state="published"), {})


def test_a_batch_that_is_judged_for_the_first_time_on_its_release_is_compared_like_any_other(desk_with: DeskMaker) -> None:
    # It had been split off its pass before it was judged.
    before = [outcome("2021-03-10", state="held", counts=None, awaits="judging")]
    let_in = {"heping-2021-03-10": Decision(state="published", reasons=(Reason(code="released_by_person"),))}
    for rows, state, code in ((100, "published", "released_by_person"), (12, "held", "rows_off_history")):
        decisions, _ = judged(
            desk_with, [batch("2021-03-10", revision=1)], days("2021-03-05", 4), rows, before=before, kind="release", decisions=let_in
        )
        decision = decisions["heping-2021-03-10"]
        assert (decision.state, [reason.code for reason in decision.reasons]) == (state, [code])


def test_an_outcome_from_before_the_contract_measured_sums_counts_for_rows_alone(desk_with: DeskMaker) -> None:
    terms = contract(HistoryRule(measure="rows", least=3), HistoryRule(measure="sum", column="usage_kwh", least=3))
    old = [BatchOutcome.model_validate({name: value for name, value in one.model_dump().items() if name not in ("measures", "checks")})
           for one in days("2021-03-05", 3)]  # fmt: skip
    new = days("2021-03-08", 2, measures={"usage_kwh.sum": Decimal("5000.00")})
    _, checks = judged(desk_with, TODAY, [*old, *new], terms=terms, measures={"heping-2021-03-10": {"usage_kwh.sum": Decimal("4000.00")}})
    assert [(check.rule.name, check.earlier, check.is_judged) for check in checks["heping-2021-03-10"]] == [
        ("rows", 5, True),
        ("usage_kwh.sum", 2, False),
    ]


def test_a_sum_s_reason_names_the_column_and_its_unit_and_keeps_every_digit(desk_with: DeskMaker) -> None:
    terms = contract(HistoryRule(measure="sum", column="usage_kwh", least=2))
    past = days("2021-03-08", 2, measures={"usage_kwh.sum": Decimal("90071992547409930.25")})
    decisions, _ = judged(desk_with, TODAY, past, terms=terms, measures={"heping-2021-03-10": {"usage_kwh.sum": Decimal("0.00")}})
    [reason] = decisions["heping-2021-03-10"].reasons
    assert reason.code == "sum_off_history"
    assert {name: reason.params[name] for name in ("column", "header", "unit", "observed", "median")} == {
        "column": "日用电量", "header": "YDL", "unit": "千瓦时", "observed": "0.00", "median": "90071992547409930.25"
    }  # fmt: skip
