import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from jobs.reports.receipt_html import render_html
from jobs.reports.receipt_model import ErrorLine, Listing, Receipt

HOSTILE = "<script>alert(1)</script>" + "行政处罚信息导出（市监委）" * 13 + '"onload=x.csv'
VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """Tags, attributes and text of a page, and whether its tags pair up."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["published", "held", "refused"])
def test_a_page_is_whole_and_needs_nothing_but_itself(
    receipts: dict[str, Receipt], faults: Callable[[int], list[ErrorLine]], kind: str, language: str
) -> None:
    source = render_html(receipts[kind], faults(12), language)
    page = Page(source)
    assert page.open == []
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "url(" not in source
    assert "@import" not in source


def test_the_first_screen_says_file_counts_faults_cures_steps_and_whom_to_call(
    receipts: dict[str, Receipt], faults: Callable[[int], list[ErrorLine]]
) -> None:
    text = Page(render_html(receipts["published"], faults(12), "zh")).text
    screen = text[: text.index("全部检查规则")]
    for fact in (
        "接收 4,300 行，12 行需修改", "行政处罚 2021年3月5日.csv", "4,312", "应为有效的统一社会信用代码", "请填存在的日期，如 2021-02-28",
        "应不小于 0，实为 -500", "b7f3c09a1e52d840.resend.csv", "022-5550 0101", "022-5550 0199",
    ):  # fmt: skip
        assert fact in screen


def test_a_refused_page_says_why_and_what_to_do(receipts: dict[str, Receipt]) -> None:
    text = Page(render_html(receipts["refused"], [], "zh")).text
    for fact in (
        "整份文件未接收",
        "缺少：CF_WSH",
        "疑似改名：CF_WSHH → CF_WSH",
        "负面清单 NEG-0007",
        "替代办法：只报送核验结果",
        "未读取数据行",
    ):
        assert fact in text


def test_hostile_names_and_headers_are_shown_as_text(refused_with_name: Callable[[str], Receipt]) -> None:
    name = HOSTILE[:200]
    page = Page(render_html(refused_with_name(name), [], "zh"))
    assert "script" not in page.tags
    assert "b" in page.tags
    assert name in page.text
    assert "<b>备注2</b>" in page.text


def test_control_characters_in_a_value_do_not_reach_the_page(receipts: dict[str, Receipt], fault: Callable[..., ErrorLine]) -> None:
    errors = [fault(9, "CF_NR_FK", "1\x00\u202e2\n3", "parse_number")]
    source = render_html(receipts["published"], errors, "zh")
    assert "1␀\ufffd2␊3" in source
    assert "\x00" not in source


def test_a_page_lists_two_hundred_errors_and_says_how_many_there_are(
    receipt_with: Callable[..., Receipt], faults: Callable[[int], list[ErrorLine]]
) -> None:
    source = render_html(receipt_with(errors=Listing(listed=300, total=1234)), faults(300), "zh")
    table = source[source.index('<table class="dense">') :]
    assert table[: table.index("</table>")].count("<tr>") == 1 + 200
    assert "共 1,234 处，明细文件列前 300 处，本页列前 200 处" in source


def test_times_are_shown_in_beijing_time(receipts: dict[str, Receipt]) -> None:
    assert "2021-03-05 16:12" in render_html(receipts["published"], [], "zh")


def test_a_file_without_rows_gets_a_page(receipt_with: Callable[..., Receipt]) -> None:
    source = render_html(receipt_with(state="already_landed", counts=None, first_faults=(), reasons=()), [], "en")
    assert "Received before" in source


def test_a_local_check_says_that_nothing_was_sent(receipt_with: Callable[..., Receipt]) -> None:
    source = render_html(receipt_with(is_check=True), [], "zh")
    assert "预检：4,300 行合格，12 行需修改" in source
    assert "文件尚未报送" in source


def test_a_data_doc_is_named_for_the_phone_and_linked_for_the_staff(receipt_with: Callable[..., Receipt]) -> None:
    key = "data-docs/credit.administrative_penalty/b1/0000.html"
    receipt = receipt_with()
    receipt = receipt.model_copy(update={"links": receipt.links.model_copy(update={"data_doc": key})})
    for language in ("zh", "en"):
        page = Page(render_html(receipt, [], language))
        assert key in page.text
        assert ("href", f"/{key}") in page.attributes
