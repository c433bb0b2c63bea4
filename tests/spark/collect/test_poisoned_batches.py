"""A batch that keeps its pass from ending is split off and held with its cause; the others go on; a person decides about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.collect import finishing, publishing, reporting, run_pass
from jobs.collect.deciding import decide_held
from jobs.collect.drops import pending_drops
from jobs.collect.looking import status_table
from jobs.collect.main import planned_passes
from jobs.collect.outcome import BatchOutcome, latest_outcome
from jobs.collect.row_listing import list_rows
from jobs.collect.splitting import split_off
from jobs.errors import PassError
from jobs.first_run import fingerprint
from jobs.lake import bronze, landing, silver, verdicts
from jobs.lake.control import StoreControl
from jobs.lake.pass_record import Pass
from jobs.lake.passes import create_pass, read_pass
from jobs.lake.tables import open_table
from jobs.storage.objects import delete, put, read_bytes
from tests.spark.collect.conftest import Lakehouse, csv_bytes, invoice

TAX, VAT = "tax-bureau", "tax.vat_invoice"
PERIODS = ("2021-03-05", "2021-03-08", "2021-03-09")
POISONED = PERIODS[1]
SECRET = "某某某的名字"
ROWS = 30


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Case:
    """A lake in which three files of invoices wait, one of them to be poisoned; a failing pass is given up after so many attempts."""

    house: Lakehouse

    @classmethod
    def of(cls, lakehouse: Lakehouse, attempts: int = 1) -> "Case":
        """The case with its files dropped."""
        settings = lakehouse.pipeline.settings
        bounded = settings.model_copy(update={"passes": settings.passes.model_copy(update={"attempts": attempts})})
        case = cls(Lakehouse(replace(lakehouse.pipeline, settings=bounded), lakehouse.spark))
        for period in PERIODS:
            case.house.drop(TAX, f"{VAT}/{period}/a.csv", case.file(period))
        return case

    def file(self, period: str) -> bytes:
        """Good invoices of a day; one seller of the day to be poisoned has a name that must be told nowhere."""
        first = int(period[-2:]) * 1000
        rows = [invoice(first + number, invoice_date=period) for number in range(ROWS)]
        rows[0]["seller_name"] = SECRET if period == POISONED else rows[0]["seller_name"]
        return csv_bytes(self.house.pipeline.catalogue.contracts[VAT], TAX, rows)

    def archived(self) -> Pass:
        """The pass of the three, created and not begun."""
        [body] = planned_passes(self.house.pipeline, VAT, pending_drops(self.house.pipeline, (TAX,)))
        return Pass.model_validate(create_pass(self.house.pipeline.control, VAT, body))

    def states(self) -> list[str]:
        """What the three came to, in the order of their periods."""
        return [self.outcome(period).state for period in PERIODS]

    def outcome(self, period: str) -> BatchOutcome:
        """The last outcome of the period's batch."""
        pipeline = self.house.pipeline
        body = Pass.model_validate(read_pass(pipeline.control, VAT, 1))
        [batch_id] = [batch.batch_id for batch in body.batches if batch.period == period]
        outcome = latest_outcome(pipeline, VAT, batch_id)
        assert outcome is not None
        return outcome

    def collect(self) -> list[BatchOutcome]:
        """Run the command."""
        return self.house.collect(VAT)

    def decide(self, kind: Any) -> BatchOutcome:
        """A person's decision about the poisoned batch."""
        pipeline, batch_id = self.house.pipeline, self.outcome(POISONED).batch_id
        return decide_held(pipeline, lambda: self.house.spark, batch_id, kind, "值班员", "原因已排除")

    def rows(self, layer: str) -> dict[str, int]:
        """Rows of each period in bronze, verdicts or silver."""
        table = open_table(self.house.pipeline.lake, layer, self.house.pipeline.catalogue.contracts[VAT].table)
        ids = table.to_pyarrow_table(columns=["_batch_id"])["_batch_id"].to_pylist() if table else []
        return {period: ids.count(self.outcome(period).batch_id) for period in PERIODS if self.outcome(period).batch_id in ids}

    def check_rest_is_quiet(self) -> None:
        """Another run changes nothing, and the name that must be told nowhere is told nowhere."""
        before = fingerprint(self.house.pipeline)
        assert self.collect() == []
        assert fingerprint(self.house.pipeline) == before
        control = self.house.pipeline.control
        told = [key for key in control.keys("") if key.startswith(("passes/", "judgements/", "results/", "batches/"))]
        assert [key for key in told if SECRET in str(control.read(key))] == []

    def check_held(self, step: str, cause: str) -> BatchOutcome:
        """The others are published and the poisoned one is held, with step and cause on its receipt and as the board has it."""
        assert self.states() == ["published", "held", "published"]
        outcome = self.outcome(POISONED)
        told = self.house.told(outcome)
        assert told["state"] == "held"
        assert [(one["code"], one["params"]) for one in told["reasons"]] == [("pass_failed", {"step": step, "cause": cause})]
        assert self.rows("silver") == dict.fromkeys((PERIODS[0], PERIODS[2]), ROWS)
        self.check_rest_is_quiet()
        return outcome

    def check_released(self) -> None:
        """The batch is published by a release, every row once."""
        released = self.decide("release")
        assert (released.state, [reason.code for reason in released.reasons]) == ("published", ["released_by_person"])
        assert (released.counts.read, released.counts.accepted, released.awaits) == (ROWS, ROWS, None)
        everywhere = dict.fromkeys(PERIODS, ROWS)
        assert self.rows("bronze") == self.rows("silver") == everywhere
        self.check_rest_is_quiet()


def poisonous(view: Callable[..., DataFrame]) -> Callable[..., DataFrame]:
    """The typed view, which raises on the row of the name."""

    def raising(*args: Any) -> DataFrame:
        rows = view(*args)
        poison = F.when(F.col("seller_name") == SECRET, F.raise_error(F.col("seller_name"))).otherwise(F.col("seller_name"))
        return rows.withColumn("seller_name", poison.cast("string"))

    return raising


def collected_with_kills(case: Case, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect until a run ends by itself, each other one killed after its first effect on pass log or tables; the effects in order."""
    effects: list[str] = []

    def then_killed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            key = str(args[1])
            is_told = name != "record" or (found and key.startswith(("passes/", "judgements/")) and ".attempt-" not in key)
            effect = key.split(f"{VAT}/")[1] if name == "record" and is_told else name
            # What is made again as it stands is no effect.
            if is_told and effect not in effects:
                effects.append(effect)
                raise Killed
            return found

        return wrapped

    with monkeypatch.context() as killing:
        killing.setattr(StoreControl, "create", then_killed("record", StoreControl.create))
        killing.setattr(bronze, "commit_files", then_killed("bronze", bronze.commit_files))
        killing.setattr(verdicts, "commit_files", then_killed("verdicts", verdicts.commit_files))
        killing.setattr(silver, "append_once", then_killed("silver", silver.append_once))
        while True:
            try:
                case.collect()
            except Killed:
                continue
            return effects


def test_an_archived_file_that_is_gone_holds_its_batch_at_once_and_the_same_bytes_bring_it_back(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.of(lakehouse, attempts=60)
    pipeline = case.house.pipeline
    gone = case.archived().batches[1]
    delete(pipeline.client, pipeline.bucket("raw"), gone.raw_key)
    judged = ["1.masks.json", "verdicts", "1.json", "1.measured.json"]
    effects = ["1.split-01.json", "1.landed.json", "bronze", *judged, "silver", "1.done.json"]
    assert [name.lstrip("0") for name in collected_with_kills(case, monkeypatch)] == effects
    held = case.check_held("landing", "raw_missing")
    assert (held.counts, held.awaits, held.judgements) == (None, "landing", {})
    assert case.rows("bronze") == dict.fromkeys((PERIODS[0], PERIODS[2]), ROWS)
    receipt = case.house.told(held)
    assert receipt["reasons"][0]["sentence"]["zh"] == "入库处理未能完成，已转人工处理（环节：读取原文件，原因：归档的原文件缺失）"
    assert (receipt["counts"], receipt["rule_summary"], receipt["first_faults"]) == (None, [], [])
    assert "归档的原文件缺失" in (case.house.receipt(TAX, held.receipt, "receipt.html") or b"").decode()
    assert "the archived file is missing" in (case.house.receipt(TAX, held.receipt, "receipt.en.html") or b"").decode()
    assert [case.house.version(layer, pipeline.catalogue.contracts[VAT]) for layer in ("bronze", "verdicts", "silver")] == [1, 1, 1]
    assert status_table(pipeline, held.received_at)[0].row_count == len(pipeline.catalogue.contracts)
    assert list_rows(pipeline, lambda: case.house.spark, held.batch_id, "quarantined", 10)[1] == []

    # Let in while the file is still gone, it is held again, and nothing waits behind it.
    again = case.decide("release")
    assert (again.state, again.revision, again.reasons[0].params["cause"], again.awaits) == ("held", 1, "raw_missing", "landing")
    case.house.drop(TAX, f"{VAT}/{POISONED}/again.csv", case.file(POISONED))
    assert case.collect() == []
    case.check_released()


def test_a_damaged_archived_file_holds_its_batch_until_a_person_refuses_it(lakehouse: Lakehouse) -> None:
    case = Case.of(lakehouse, attempts=8)
    pipeline = case.house.pipeline
    damaged = case.archived().batches[1]
    whole = read_bytes(pipeline.client, pipeline.bucket("raw"), damaged.raw_key)
    put(pipeline.client, pipeline.bucket("raw"), damaged.raw_key, whole[: len(whole) // 2])
    case.collect()
    held = case.check_held("landing", "raw_differs")
    # Nobody can mend rows of a batch that was never judged.
    header, row = case.file(POISONED).splitlines()[:2]
    case.house.drop(TAX, f"{VAT}/{POISONED}/{held.batch_id}.resend.csv", b"_row," + header + b"\n2," + row + b"\n")
    [answer] = case.collect()
    assert (answer.state, answer.awaits, [reason.code for reason in answer.reasons]) == (
        "held", "landing", ["resend_row_not_quarantined"],
    )  # fmt: skip
    refused = case.decide("refuse")
    assert (refused.state, refused.counts, refused.awaits) == ("refused", None, None)
    assert case.rows("silver") == dict.fromkeys((PERIODS[0], PERIODS[2]), ROWS)
    case.check_rest_is_quiet()


def test_an_unexpected_error_of_landing_is_retried_to_the_bound_before_its_batch_is_split_off(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.of(lakehouse, attempts=2)
    land_small = landing._land_small

    def failing(reading: landing.Reading, *args: Any) -> Any:
        if reading.batch.period == POISONED:
            raise KeyError("header")
        return land_small(reading, *args)

    monkeypatch.setattr(landing, "_land_small", failing)
    with pytest.raises(KeyError):
        case.collect()
    case.collect()
    monkeypatch.undo()
    assert case.outcome(POISONED).reasons[0].params == {"step": "landing", "cause": "KeyError"}
    assert case.states() == ["published", "held", "published"]
    case.check_released()


def test_rows_that_stop_spark_outside_of_any_rule_hold_their_batch_which_landed_already(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.of(lakehouse)
    monkeypatch.setattr(run_pass, "typed_view", poisonous(run_pass.typed_view))
    with monkeypatch.context() as killing:
        killing.setattr(finishing, "split_off", _then_killed(split_off))
        with pytest.raises(Killed):
            case.collect()
    case.collect()
    held = case.check_held("judging", "USER_RAISED_EXCEPTION")
    assert (held.counts, held.awaits, held.landed_by) == (None, "judging", 1)
    assert case.rows("bronze") == dict.fromkeys(PERIODS, ROWS)
    assert case.rows("verdicts") == dict.fromkeys((PERIODS[0], PERIODS[2]), ROWS)
    assert case.house.pipeline.control.keys(f"passes/{VAT}/00000001.broken-") == []

    # The release of a batch that nobody has judged asks the gate: still poisoned, it is held again.
    assert (case.decide("release").state, case.outcome(POISONED).revision) == ("held", 1)
    monkeypatch.undo()
    case.check_released()
    assert case.house.version("bronze", case.house.pipeline.catalogue.contracts[VAT]) == 1


def test_rows_that_cannot_be_published_hold_their_batch_with_its_counts(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case.of(lakehouse)
    monkeypatch.setattr(publishing, "typed_view", poisonous(publishing.typed_view))
    with monkeypatch.context() as killing:
        killing.setattr(finishing, "split_off", _then_killed(split_off))
        with pytest.raises(Killed):
            case.collect()
    case.collect()
    held = case.check_held("publishing", "USER_RAISED_EXCEPTION")
    assert (held.counts.read, held.counts.accepted, held.awaits) == (ROWS, ROWS, None)
    # Alone in a pass it leaves nothing to publish; the number is taken all the same.
    assert (case.decide("release").state, case.outcome(POISONED).revision) == ("held", 1)
    assert case.rows("silver") == dict.fromkeys((PERIODS[0], PERIODS[2]), ROWS)
    monkeypatch.undo()
    case.check_released()


def test_a_receipt_that_cannot_list_rows_says_so_and_its_batch_stays_published(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.of(lakehouse)
    faulty_rows = reporting.faulty_rows

    def failing(desk: Any, spark: Any, contract: Any, outcomes: Sequence[BatchOutcome], bound: int) -> Any:
        if any(one.period == POISONED for one in outcomes):
            raise RuntimeError("no page")
        return faulty_rows(desk, spark, contract, outcomes, bound)

    monkeypatch.setattr(reporting, "faulty_rows", failing)
    case.collect()
    monkeypatch.undo()
    assert case.states() == ["published"] * 3
    told = case.house.told(case.outcome(POISONED))
    assert (told["counts"]["accepted"], [reason["code"] for reason in told["reasons"]]) == (ROWS, ["report_failed"])
    assert case.rows("silver") == dict.fromkeys(PERIODS, ROWS)
    case.check_rest_is_quiet()


def test_what_fails_for_every_batch_alike_splits_off_none_and_the_pass_waits(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case.of(lakehouse)

    def failing(*_: Any) -> Any:
        raise KeyError("header")

    monkeypatch.setattr(landing, "_land_small", failing)
    with pytest.raises(KeyError):
        case.collect()
    with pytest.raises(PassError, match="failed in 1 attempts; the last: KeyError"):
        case.collect()
    assert [key for key in case.house.pipeline.control.keys("passes/") if ".split-" in key] == []
    monkeypatch.undo()
    patient = case.house.pipeline.settings.passes.model_copy(update={"attempts": 6})
    pipeline = replace(case.house.pipeline, settings=case.house.pipeline.settings.model_copy(update={"passes": patient}))
    assert [one.state for one in Lakehouse(pipeline, lakehouse.spark).collect(VAT)] == ["published"] * 3


@pytest.mark.parametrize("step", ["landing", "publishing"])
def test_a_batch_that_another_machine_brought_through_is_not_held_although_it_was_split_off_here(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch, step: Any
) -> None:
    case = Case.of(lakehouse, attempts=3)
    record = case.archived()
    stopped = {"landing": "judge_pass", "publishing": "report_batches"}[step]

    def killed(*args: Any) -> None:
        if step == "landing":
            run_pass._land(args[0], args[1], args[2])
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(finishing, stopped, killed)
        with pytest.raises(Killed):
            case.collect()
    split_off(case.house.pipeline.control, record, step, {record.batches[1].batch_id: "KeyError"})
    case.collect()
    assert case.states() == ["published"] * 3
    assert case.rows("silver") == dict.fromkeys(PERIODS, ROWS)


def test_a_poisoned_resend_leaves_its_batch_as_it_was(lakehouse: Lakehouse) -> None:
    pipeline = lakehouse.pipeline
    contract = pipeline.catalogue.contracts[VAT]
    rows = [invoice(1, seller_uscc="91120101MA05TEX083"), *(invoice(number) for number in range(2, 31))]
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/a.csv", csv_bytes(contract, TAX, rows))
    [first] = lakehouse.collect(VAT)
    header, wrong = lakehouse.resend(first).splitlines()
    mended = f"{header}\n{wrong.replace('91120101MA05TEX083', '91120101MA05TEX082')}\n".encode()
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/{first.batch_id}.resend.csv", mended)
    [body] = planned_passes(pipeline, VAT, pending_drops(pipeline, (TAX,)))
    resent = Pass.model_validate(create_pass(pipeline.control, VAT, body))
    delete(pipeline.client, pipeline.bucket("raw"), resent.batches[0].raw_key)
    [second] = lakehouse.collect(VAT)
    assert (second.revision, second.state, second.reasons[0].params["cause"]) == (1, "published", "raw_missing")
    assert (second.counts, second.judgements) == (first.counts, first.judgements)
    assert len(lakehouse.silver(contract)) == 29

    # Dropped anew it is another drop, and mends the row.
    lakehouse.drop(TAX, f"{VAT}/2021-03-05/{first.batch_id}.resend.csv", mended + b"\n")
    [third] = lakehouse.collect(VAT)
    assert (third.revision, third.counts.accepted) == (2, 30)
    assert len(lakehouse.silver(contract)) == 30


def _then_killed(function: Callable[..., object]) -> Callable[..., None]:
    def wrapped(*args: Any) -> None:
        function(*args)
        raise Killed

    return wrapped
