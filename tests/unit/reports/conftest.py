"""Made-up receipts in every state, with hostile text where a provider chooses the text."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from jobs.reports.next_steps import with_next_steps
from jobs.reports.receipt_model import Contact, Contacts, Counts, ErrorLine, FileFacts, Links, Listing, Named, Reason, Receipt, RuleCount
from jobs.reports.sentences import how, what

BATCH = "b7f3c09a1e52d840"
COLUMNS = {
    "CF_XDR_SHXYM": "行政相对人统一社会信用代码",
    "CF_JDRQ": "处罚决定日期",
    "CF_NR_FK": "罚款金额",
    "CF_CFLB": "处罚类别",
    "CF_WSH": "行政处罚决定书文号",
}


def make_fault(row: int, column: str | None, value: str | None, code: str, /, *, severity: str = "critical", **params: object) -> ErrorLine:
    """One error line of the made-up penalty file; its physical line is 14 behind, for blank lines and long records."""
    return ErrorLine(
        part="",
        spreadsheet_row=row,
        line=row + 14,
        key=f"津市监罚〔2021〕{row} 号",
        column=column,
        column_title=COLUMNS.get(column or ""),
        value=value,
        rule_id=f"penalty.{code}",
        severity=severity,
        what=what(code, params),
        cure=how(code, params),
    )


def make_faults(number: int) -> list[ErrorLine]:
    """`number` error lines of five kinds, in the file's order."""
    kinds: list[Callable[[int], ErrorLine]] = [
        lambda row: make_fault(row, "CF_XDR_SHXYM", "91120116MA05X7******", "uscc"),
        lambda row: make_fault(row, "CF_JDRQ", "2021-02-30", "parse_date", formats=("yyyy-MM-dd", "yyyyMMdd"), example="2021-02-28"),
        lambda row: make_fault(row, "CF_NR_FK", "-500", "minimum", min_value=0, value="-500"),
        lambda row: make_fault(row, "CF_CFLB", "罚金", "code_set", value_set=("警告", "罚款", "没收违法所得"), value="罚金"),
        lambda row: make_fault(row, None, None, "ragged", expected=24, found=25),
    ]
    return [kinds[index % len(kinds)](9 + index * 7) for index in range(number)]


def make_rules() -> tuple[RuleCount, ...]:
    """Six rules, one of them met, one that could not be judged."""
    rows = [
        ("expect_column_values_to_be_valid_uscc", "CF_XDR_SHXYM", "uscc", {}, "critical", 5),
        ("expect_column_values_to_parse", "CF_JDRQ", "parse_date", {"formats": ("yyyy-MM-dd", "yyyyMMdd")}, "critical", 3),
        ("expect_column_values_to_be_between", "CF_NR_FK", "minimum", {"min_value": 0}, "critical", 2),
        ("expect_column_values_to_be_in_set", "CF_CFLB", "code_set", {"value_set": ("警告", "罚款", "没收违法所得")}, "critical", 2),
        ("expect_column_pair_working_days_to_be_at_most", "CF_JDRQ", "working_days", {"maximum": 7}, "warning", 31),
        ("expect_column_values_to_not_be_null", "CF_WSH", "required", {}, "critical", 0),
    ]
    return tuple(
        RuleCount(
            expectation_id=f"penalty.{code}",
            type=type_,
            column=column,
            title=COLUMNS[column],
            severity=severity,
            failing_rows=failing,
            sentence=what(code, params),
            cure=how(code, params),
        )
        for type_, column, code, params, severity, failing in rows
    )


def make_receipt(**changes: object) -> Receipt:
    """A published receipt of 4,312 rows, 12 of them quarantined, but for `changes`."""
    faults = make_faults(12)
    facts: dict[str, object] = {
        "receipt_id": BATCH,
        "batch_id": BATCH,
        "drop_id": "d51c77e0a9b3",
        "state": "published",
        "provider": Named(id="scjgw", name="市市场监督管理委员会"),
        "resource": Named(id="credit.administrative_penalty", name="行政处罚信息"),
        "period": "2021-03-05",
        "file": FileFacts(
            name="行政处罚 2021年3月5日.csv",
            key="credit.administrative_penalty/2021-03-05/行政处罚 2021年3月5日.csv",
            size_bytes=1_482_311,
            sha256="9f2b" * 16,
            etag='"0cc175b9c0f1b6a831c399e269772661"',
            encoding="gb18030",
            received_at=datetime(2021, 3, 5, 8, 12, tzinfo=UTC),
        ),
        "counts": Counts(read=4312, accepted=4300, quarantined=12, warned=31),
        "rule_summary": make_rules(),
        "first_faults": tuple(faults[:3]),
        "errors": Listing(listed=12, total=12),
        "contract_version": "1.2.0",
        "suite": "5ab1",
        "list_versions": {"responsibility": "2021-01-01", "negative": "2020-10-01"},
        "pass_number": 17,
        "judged_at": datetime(2021, 3, 5, 8, 14, tzinfo=UTC),
        "quality_share_pct": 99.72,
        "quality_target_pct": 98.0,
        "contacts": Contacts(
            data_centre=Contact(name="值班台", phone="022-5550 0101", office="市大数据管理中心"),
            duty=Contact(name="王敏", phone="022-5550 0199", office="信息中心"),
        ),
        "links": Links(
            html="receipt.html", html_en="receipt.en.html", json_="receipt.json", errors="errors.csv", resend=f"{BATCH}.resend.csv"
        ),
    }
    return with_next_steps(Receipt.model_validate({**facts, **changes}))


def make_reason(code: str, **params: object) -> Reason:
    """A reason with its sentences."""
    return Reason(code=code, params=params, sentence=what(code, params), cure=how(code, params))


def make_held() -> Receipt:
    """Held by share and by count."""
    return make_receipt(
        state="held",
        counts=Counts(read=4312, accepted=3989, quarantined=323, warned=31),
        quality_share_pct=92.51,
        errors=Listing(listed=323, total=323),
        reasons=(
            make_reason("quality_below_target", quality_pct=92.51, target_pct=98.0),
            make_reason("rows_below_expected", rows=4312, expected=6000),
        ),
    )


def make_refused(name: str = "行政处罚 2021年3月5日.csv") -> Receipt:
    """Refused for its header and for a forbidden column, before a byte was archived."""
    return make_receipt(
        receipt_id="d51c77e0a9b3",
        batch_id=None,
        state="refused",
        file=FileFacts(name=name, key=f"credit.administrative_penalty/2021-03-05/{name}", size_bytes=1482),
        counts=None,
        rule_summary=(),
        first_faults=(),
        errors=Listing(listed=0, total=0),
        pass_number=None,
        quality_share_pct=None,
        links=Links(html="receipt.html", html_en="receipt.en.html", json_="receipt.json"),
        reasons=(
            make_reason("header_differs", missing=("CF_WSH",), unknown=("CF_WSHH", "<b>备注2</b>"), suggestions=("CF_WSHH → CF_WSH",)),
            make_reason(
                "forbidden_column",
                columns=("face_image",),
                negative_id="NEG-0007",
                basis="《个人信息保护法》第二十六条",
                alternative="只报送核验结果",
            ),
        ),
    )


@pytest.fixture
def receipts() -> dict[str, Receipt]:
    """One receipt of each kind, by name."""
    return {"published": make_receipt(), "held": make_held(), "refused": make_refused()}


@pytest.fixture
def receipt_with() -> Callable[..., Receipt]:
    """The published receipt with changes."""
    return make_receipt


@pytest.fixture
def refused_with_name() -> Callable[[str], Receipt]:
    """The refused receipt of a file of that name."""
    return make_refused


@pytest.fixture
def faults() -> Callable[[int], list[ErrorLine]]:
    """So many error lines."""
    return make_faults


@pytest.fixture
def fault() -> Callable[..., ErrorLine]:
    """One error line."""
    return make_fault
