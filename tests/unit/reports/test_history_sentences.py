import pytest

from jobs.reports.sentences import LANGUAGES, codes, cure, sentence, what

CODES = ["rows_off_history", "null_share_off_history", "sum_off_history", "history_too_short"]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_that_stands_without_parameters(code: str) -> None:
    assert code in codes()
    for language in LANGUAGES:
        assert "…" not in sentence(code, {}, language) + cure(code, {}, language)


@pytest.mark.parametrize(
    ("code", "params", "chinese", "english"),
    [
        ("rows_off_history", {"observed": 12, "earlier": 20, "median": 1034.5, "low": 900, "high": 1150},
         "行数与往期相差过大：本期 12 行，过去 20 期中位数 1,034.5 行，正常范围 900 至 1,150 行",
         "The number of rows is far from that of earlier periods: 12 rows, median of the last 20 periods 1,034.5, usual are 900 to 1,150"),
        ("sum_off_history",
         {"column": "日用电量", "observed": "-1234567.80", "earlier": 9, "median": "500.00", "low": "450.00", "high": "550.00",
          "unit": "千瓦时"},
         "合计与往期相差过大：“日用电量”本期合计 -1,234,567.80，过去 9 期中位数 500.00，正常范围 450.00 至 550.00（千瓦时）",
         "The total is far from that of earlier periods: “日用电量” -1,234,567.80, median of the last 9 periods 500.00, "
         "usual are 450.00 to 550.00 (千瓦时)"),
        ("null_share_off_history", {"column": "信用代码", "observed": 80.5, "earlier": 9, "median": 2, "low": 0, "high": 12},
         "空值比例与往期相差过大：“信用代码”本期 80.5%，过去 9 期中位数 2%，正常范围 0% 至 12%",
         "The share of empty values is far from that of earlier periods: “信用代码” 80.5%, "
         "median of the last 9 periods 2%, usual are 0% to 12%"),
        ("history_too_short", {"measure": "sum", "column": "日用电量", "earlier": 0, "least": 8},
         "往期不足，尚未与往期比较：合计（日用电量），已有 0 期，至少需要 8 期",
         "Not compared with earlier periods yet, there are too few: total (日用电量), 0 so far, at least 8 are needed"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_usual(code: str, params: dict[str, object], chinese: str, english: str) -> None:
    assert what(code, params).zh == chinese
    assert what(code, params).en == english
