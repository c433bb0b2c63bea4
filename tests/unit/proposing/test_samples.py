"""How a sample is read: dialect from its head, rows by the intake's own reader, keys from its rows."""

from pathlib import Path

import pytest

from jobs.catalogue.catalogue import Catalogue
from jobs.errors import DropRefused, ProposalError
from jobs.proposing.proposal import Request, propose
from jobs.proposing.sample import read_sample
from tests.unit.proposing.conftest import MakeSample

ROWS = [["编号", "说明", "数量"], *[[f"A{number:05d}", f"第{number}件，完好", str(number)] for number in range(40)]]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize("above", [[], ["统计表"], ["统计表", "", "单位：件"]])
def test_charset_delimiter_and_lines_above_the_header_are_told(encoding: str, delimiter: str, above: list[str], tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_bytes("\r\n".join([*above, *map(delimiter.join, ROWS)]).encode(encoding))
    sample = read_sample(file)
    assert (sample.dialect.encoding, sample.dialect.delimiter) == (encoding, delimiter)
    assert sample.header == ("编号", "说明", "数量")
    assert (sample.rows, sample.malformed) == (40, 0)


def test_fields_with_delimiters_and_line_breaks_do_not_mislead(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text("a|b\n" + "".join(f'"x,{number},\ny"|{number}\n' for number in range(30)), encoding="utf-8")
    sample = read_sample(file)
    assert (sample.dialect.delimiter, sample.rows, sample.malformed) == ("|", 30, 0)


def test_malformed_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text("\n".join(map(",".join, [*ROWS, ["zu", "wenig"]])), encoding="utf-8")
    assert (read_sample(file).rows, read_sample(file).malformed) == (40, 1)


def test_no_more_rows_are_read_than_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text("\n".join(map(",".join, ROWS)), encoding="utf-8")
    sample = read_sample(file, rows=30)
    assert (sample.rows, sample.is_whole) == (30, False)


@pytest.mark.parametrize(
    "first", ["A1,110101199003070011,5", "编号,,数量", "编号,说明,编号", "A1,2021-03-05,5", "甲,乙,13800138000", "甲,A00001,乙"]
)
def test_a_file_without_a_header_is_refused_and_its_first_line_is_not_shown(first: str, tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    rows = [f"{row[0]},A00001,{row[2]}" for row in ROWS[1:]]
    file.write_text("\n".join([first, *rows]), encoding="utf-8")
    with pytest.raises(ProposalError) as refused:
        read_sample(file)
    assert "no header" in str(refused.value)
    assert not [cell for cell in first.split(",") if len(cell) > 2 and cell in str(refused.value)]


def test_years_and_long_names_may_head_columns(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text("LEGALREPRESENTATIVE,2019,2020\n" + "a,1,2\n" * 3, encoding="utf-8")
    assert read_sample(file).header == ("LEGALREPRESENTATIVE", "2019", "2020")


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(DropRefused, match="ZIP"):
        read_sample(file)
    with pytest.raises(ProposalError, match="no such file"):
        read_sample(tmp_path / "none.csv")


def key(sample_of: MakeSample, catalogue: Catalogue, columns: dict[str, list[str]]) -> list[str]:
    contract = propose(sample_of(columns), Request("new.things", "tax-bureau"), catalogue).contract
    return [contract.field(name).header for name in contract.key]


NUMBERED = [f"N{number:05d}" for number in range(40)]


def test_the_key_is_the_first_column_that_is_one_rows_alone(sample_of: MakeSample, catalogue: Catalogue) -> None:
    columns = {"站点": ["甲", "乙"] * 20, "流水": NUMBERED, "编码": NUMBERED[::-1]}
    assert key(sample_of, catalogue, columns) == ["编码"]


def test_a_row_told_twice_does_not_hide_the_key(sample_of: MakeSample, catalogue: Catalogue) -> None:
    rows = [f"N{number:05d}" for number in range(200)]
    assert key(sample_of, catalogue, {"流水": [*rows, rows[7]], "站点": ["甲"] * 201}) == ["流水"]


def test_two_columns_together_are_a_key(sample_of: MakeSample, catalogue: Catalogue) -> None:
    columns = {
        "楼": [f"L{number // 8:02d}" for number in range(40)],
        "房": [f"F{number % 8:02d}" for number in range(40)],
        "面积": ["60.5"] * 40,
    }
    assert key(sample_of, catalogue, columns) == ["楼", "房"]


def test_one_day_in_all_rows_belongs_to_the_key_and_for_good_does_not(sample_of: MakeSample, catalogue: Catalogue) -> None:
    day, good = ["2021-03-05"] * 40, ["2099-12-31"] * 40
    assert key(sample_of, catalogue, {"流水": NUMBERED, "统计日期": day}) == ["流水", "统计日期"]
    assert key(sample_of, catalogue, {"流水": NUMBERED, "有效期": good}) == ["流水"]


def test_too_few_rows_numbers_and_people_are_no_key(sample_of: MakeSample, catalogue: Catalogue) -> None:
    assert key(sample_of, catalogue, {"流水": NUMBERED[:19], "站点": ["甲"] * 19}) == []
    assert key(sample_of, catalogue, {"金额": [f"{number}.5" for number in range(40)]}) == []
    assert key(sample_of, catalogue, {"身份证号": NUMBERED}) == []


def test_without_a_key_the_load_is_append(sample_of: MakeSample, catalogue: Catalogue) -> None:
    request = Request("new.things", "tax-bureau")
    assert propose(sample_of({"金额": [f"{number}.5" for number in range(40)]}), request, catalogue).contract.load == "append"
    assert propose(sample_of({"流水": NUMBERED}), request, catalogue).contract.load == "upsert"
