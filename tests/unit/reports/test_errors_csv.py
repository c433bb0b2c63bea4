import csv
import io
from collections.abc import Callable

import pytest

from jobs.reports.errors_csv import render_errors_csv
from jobs.reports.receipt_model import ErrorLine
from jobs.reports.spreadsheet_cells import text_cell


def rows_of(rendered: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(rendered.decode("utf-8-sig"), newline="")))


def test_the_file_is_utf_8_with_bom_crlf_and_chinese_headers(faults: Callable[[int], list[ErrorLine]]) -> None:
    rendered = render_errors_csv(faults(2))
    assert rendered.startswith(b"\xef\xbb\xbf")
    assert rendered.count(b"\r\n") == rendered.count(b"\n") == 3
    header = ["文件或工作表", "表格行", "物理行", "主键", "列", "列名称", "值（已脱敏）", "级别", "规则", "问题", "如何修改"]
    assert rows_of(rendered)[0] == header


def test_a_line_says_where_what_and_how_to_mend(fault: Callable[..., ErrorLine]) -> None:
    line = rows_of(render_errors_csv([fault(9, "CF_NR_FK", "222", "between", min_value=0, max_value=120)]))[1]
    place, told = line[:7], line[7:]
    assert place == ["", "9", "23", "津市监罚〔2021〕9 号", "CF_NR_FK", "罚款金额", "\t222"]
    assert told == ["须修改", "penalty.between", "应在 0 到 120 之间", "请核对数值和单位"]


@pytest.mark.parametrize("value", ["120116199001011234", "0012", "2021-03", "1E5", "3/4", "12:30", "50%", "￥1,000.00", "2021年3月"])
def test_what_a_spreadsheet_would_rewrite_stays_text(value: str) -> None:
    assert text_cell(value) == "\t" + value


@pytest.mark.parametrize("value", ["=1+1", "+86", "-500", "@SUM(A1)", "＝1", " =cmd|'/c calc'!A0", "=\u202e1"])
def test_what_a_spreadsheet_would_compute_is_defused(value: str) -> None:
    assert text_cell(value).startswith("'")


@pytest.mark.parametrize("value", ["警告", "A12", "津市监罚〔2021〕9 号", "", "1201**********123X"])
def test_ordinary_text_stays_as_it_is(value: str) -> None:
    assert text_cell(value) == value


def test_a_line_break_in_a_value_keeps_the_error_on_one_line(fault: Callable[..., ErrorLine]) -> None:
    rendered = render_errors_csv([fault(9, "CF_NR_FK", 'a\r\n"b",c', "parse_number")])
    assert rendered.count(b"\n") == 2
    assert rows_of(rendered)[1][6] == 'a␍␊"b",c'


def test_a_fault_of_a_whole_line_has_no_column_and_no_value(fault: Callable[..., ErrorLine]) -> None:
    assert rows_of(render_errors_csv([fault(9, None, None, "ragged")]))[1][4:7] == ["", "", ""]
