import io
from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType

from jobs.reports.receipt_model import Receipt
from jobs.reports.terminal import receipt_table, receipts_table


def shown(renderable: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_receipt_in_the_terminal_says_counts_faults_cures_steps_and_phone(receipts: dict[str, Receipt]) -> None:
    text = shown(receipt_table(receipts["published"]))
    for fact in (
        "接收 4,300 行，12 行需修改",
        "读取 4,312",
        "应为有效的统一社会信用代码",
        "请核对数值和单位",
        "1. 下载修正文件",
        "022-5550 0101",
    ):
        assert fact in text


def test_many_receipts_are_a_row_each(receipts: dict[str, Receipt]) -> None:
    text = shown(receipts_table(receipts.values(), "en"))
    assert [word in text for word in ("Accepted", "Held", "Refused", "4,300")] == [True] * 4
    assert len(text.strip().splitlines()) >= 2 + len(receipts)


@pytest.mark.parametrize("name", ["[red]x[/red].csv", "[/]", "a\x1b[31mb.csv", ":smile:.csv"])
def test_a_hostile_name_is_neither_markup_nor_an_escape_code(refused_with_name: Callable[[str], Receipt], name: str) -> None:
    text = shown(receipt_table(refused_with_name(name)))
    assert name.replace("\x1b", "␛") in text
    assert "\x1b" not in text
