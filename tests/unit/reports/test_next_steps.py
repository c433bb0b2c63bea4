from collections.abc import Callable

import pytest

from jobs.reports.next_steps import with_next_steps
from jobs.reports.receipt_model import Counts, Links, Receipt
from jobs.reports.sentences import what


def steps(receipt: Receipt) -> str:
    return " / ".join(step.zh for step in with_next_steps(receipt).next_steps)


def reason(code: str) -> dict[str, object]:
    return {"code": code, "sentence": what(code, {})}


def test_a_clean_batch_asks_for_nothing(receipt_with: Callable[..., Receipt]) -> None:
    assert steps(receipt_with(counts=Counts(read=5, accepted=5, quarantined=0))) == "无需任何操作，请留存本回执"


def test_quarantined_rows_are_mended_in_the_resend_file_and_put_back_where_they_came_from(receipt_with: Callable[..., Receipt]) -> None:
    text = steps(receipt_with())
    assert text.index("下载修正文件（b7f3c09a1e52d840.resend.csv）") < text.index("放回报送目录 credit.administrative_penalty/2021-03-05/")


def test_warnings_alone_ask_to_be_read(receipt_with: Callable[..., Receipt]) -> None:
    assert "提醒" in steps(receipt_with(counts=Counts(read=5, accepted=5, quarantined=0, warned=1)))


@pytest.mark.parametrize("code", ["rule_error", "pass_failed"])
def test_what_is_our_fault_asks_the_clerk_to_wait_and_no_more(receipt_with: Callable[..., Receipt], code: str) -> None:
    assert steps(receipt_with(state="held", reasons=(reason(code),))) == "数据中心将核对后决定是否入库，期间无需重传"


def test_a_batch_held_for_its_quality_is_mended_and_one_held_for_its_size_is_explained(receipt_with: Callable[..., Receipt]) -> None:
    assert "下载修正文件" in steps(receipt_with(state="held", reasons=(reason("quality_below_target"),)))
    assert "下载修正文件" not in steps(receipt_with(state="held", reasons=(reason("rows_below_expected"),)))


def test_a_copy_without_the_resend_does_not_speak_of_it(receipt_with: Callable[..., Receipt]) -> None:
    assert "修正文件" not in steps(receipt_with(links=Links(errors="errors.csv")))


@pytest.mark.parametrize(
    ("state", "step"),
    [("refused", "修改整份文件"), ("awaiting_manifest", "清单文件"), ("read_again", "自动读取"), ("already_landed", "无需任何操作")],
)
def test_every_other_state_says_what_next(receipt_with: Callable[..., Receipt], state: str, step: str) -> None:
    assert step in steps(receipt_with(state=state, counts=None))
