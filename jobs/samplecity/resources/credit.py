"""credit.administrative_penalty: decisions of all departments; parties are firms, sole traders and, sometimes, persons."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Outcome, Row
from jobs.samplecity.identifiers import as_excel_shows, make_resident_id, make_uscc, with_wrong_check
from jobs.samplecity.names import make_firm, make_person
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, spread
from jobs.samplecity.working_days import last_late_date

RESOURCE = "credit.administrative_penalty"
KEY = ("document_no", "organ_uscc")
DAY = date(2021, 3, 5)
PERIOD = DAY.isoformat()
WORKING_DAYS = 7
LATE = Finding("decision_date", "working_days:reported_in_seven_working_days", "warning")
FINE_TOO_HIGH = Finding("fine_10k_yuan", "maximum:fine_is_in_10k_yuan", "warning")
LEAST_FAULTY = 160
# Fewer than the 40 that the responsibility list asks of this organ.
TOO_FEW = 24
VIOLATIONS = ("未按规定公示信息", "超标排放污染物", "未取得许可擅自施工", "安全生产台账不全", "销售过期食品")
FACT = "经查，当事人{violation}，现场检查发现问题{count}处。"
CONTENT = "责令改正，并处以罚款。"
THREE_YEARS = timedelta(days=365 * 3)
NO_CODE = {"party_kind_code": "1", "party_uscc": ""}
NO_DOCUMENT = {"party_kind_code": "2", "party_document_kind_code": "111", "party_document_no": ""}
NO_FINE = {"penalty_class_code": "2", "fine_10k_yuan": ""}
NO_AMOUNT = {"penalty_class_code": "2", "fine_10k_yuan": "0"}
END_FIRST = {"decision_date": "2021-03-02", "publication_end_date": "2021-03-01"}


def penalties(plan: Plan, provider: str, day: date, rows: int) -> list[Row]:
    """`rows` decisions of one organ, told on one day."""
    organ = plan.catalogue.providers[provider]
    random = plan.random(RESOURCE, provider, day.isoformat())
    return [_penalty(random, number, day, organ.name, organ.uscc or "") for number in range(rows)]


def _penalty(random: Random, number: int, day: date, organ: str, uscc: str) -> Row:
    decided = day - timedelta(days=random.randrange(28))
    violation = random.choice(VIOLATIONS)
    is_person = random.random() < 0.15
    fact = FACT.format(violation=violation, count=random.randint(1, 9))
    party = make_uscc(random, random.choice(("91", "91", "92")))
    return {
        "party_name": make_person(random) if is_person else make_firm(random),
        "party_kind_code": "2" if is_person else ("3" if party.startswith("92") else "1"),
        "party_uscc": "" if is_person else party,
        "party_organisation_code": "" if is_person else party[8:17],
        "legal_representative_name": "" if is_person else make_person(random),
        "party_document_kind_code": "111" if is_person else "",
        "party_document_no": make_resident_id(random) if is_person else "",
        "document_no": f"津样罚〔{day.year}〕{day:%m%d}{number:05d}号",
        "violation_type": violation,
        "facts": fact.replace("，", "，\n") if random.random() < 0.1 else fact,
        "basis": "《样例条例》第十二条第一款",
        "penalty_class_code": "2",
        "content": CONTENT,
        "fine_10k_yuan": f"{random.randint(1, 500) / 10}",
        "confiscated_10k_yuan": "",
        "decision_date": decided.strftime("%Y%m%d") if random.random() < 0.1 else decided.isoformat(),
        "valid_to_date": "2099-12-31",
        "publication_end_date": (decided + THREE_YEARS).isoformat(),
        "organ_name": organ,
        "organ_uscc": uscc,
        "source_name": organ,
        "source_uscc": uscc,
        "remark": "",
    }


def extracts(plan: Plan, received: date) -> list[Extract]:
    """Five organs on one day, each with its own dialect: one clean, three with faults, one with too few rows."""
    late = late_rows(received)

    def extract(provider: str, name: str, rows: int, plantings: Callable[[Plan, Rows], tuple[Planting, ...]], outcome: Outcome) -> Extract:
        row = fixed(penalties(plan, provider, DAY, rows))
        return Extract(provider, RESOURCE, PERIOD, name, rows, row, spread(rows, plantings(plan, row)), outcome, late)

    rows, faulty = plan.rows(1_000), plan.rows(2_000, LEAST_FAULTY)
    too_few = Outcome("held", "rows_below_expected")
    return [
        extract("human-resources", "penalties.csv", rows, _none, Outcome()),
        extract("ecology-environment", "双公示 处罚 0305.csv", faulty, _of_values, Outcome()),
        extract("emergency-management", "penalties-20210305.csv", faulty, _of_records, Outcome()),
        extract("housing-construction", "行政处罚.csv", rows, _of_codes, Outcome()),
        extract("transport", "cf.csv", TOO_FEW, _none, too_few),
    ]


def _none(plan: Plan, row: Rows) -> tuple[Planting, ...]:
    return ()


def _of_values(plan: Plan, row: Rows) -> tuple[Planting, ...]:
    person = make_resident_id(plan.random(RESOURCE, "facts"))
    return (
        kinds.wrong_check_digit("organ_uscc", "uscc"),
        kinds.missing("facts"),
        kinds.value("organisation_code_wrong_check", "party_organisation_code", "D21435690", "organisation_code"),
        kinds.value("below_minimum", "confiscated_10k_yuan", "-1", "minimum"),
        kinds.value("money_with_unit", "fine_10k_yuan", "5万元", "parse", penalty_class_code="1"),
        kinds.value("impossible_date", "decision_date", "2021-02-30", "parse"),
        kinds.value("too_long", "document_no", "号" * 65, "max_length"),
        kinds.after_line_breaks(kinds.missing("basis"), "facts", "一、现场检查。\n\n二、询问当事人。\n三、认定。"),
        kinds.identifier_in_text("facts", f"当事人（身份证{person}）拒不改正。"),
        kinds.identifier_in_text("remark", f"联系人证件：{person}，请勿公开"),
    )


def _of_records(plan: Plan, row: Rows) -> tuple[Planting, ...]:
    person = make_resident_id(plan.random(RESOURCE, "party"))
    wrong, damaged = with_wrong_check(person), as_excel_shows(person)
    party = {"party_kind_code": "2", "party_document_kind_code": "111"}
    return (
        kinds.change("legal_party_without_code", lambda _: NO_CODE, Finding("party_uscc", "required:uscc_of_legal_party")),
        kinds.change("person_without_document", lambda _: NO_DOCUMENT, Finding("party_document_no", "required:document_of_natural_person")),
        kinds.value("resident_id_wrong_check", "party_document_no", wrong, "resident_id:resident_id_of_party", **party),
        kinds.value("excel_damaged_number", "party_document_no", damaged, "resident_id:resident_id_of_party", **party),
        kinds.change("fine_without_amount", lambda _: NO_AMOUNT, kinds.breaks("expression:fine_is_positive")),
        kinds.change("fine_unstated", lambda _: NO_FINE, Finding("fine_10k_yuan", "required:fine_is_stated")),
        kinds.change("yuan_for_10k_yuan", lambda _: {"fine_10k_yuan": "50000"}, FINE_TOO_HIGH),
        kinds.change("end_before_start", lambda _: END_FIRST, kinds.breaks("pair_order:publication_not_before_decision")),
        kinds.key_doubled(KEY, row),
        kinds.malformed("undecodable_byte"),
        kinds.after_blank_lines(kinds.malformed("ragged_long"), 1),
    )


def _of_codes(plan: Plan, row: Rows) -> tuple[Planting, ...]:
    return (
        kinds.value("source_code_outside_book", "penalty_class_code", "2", "code_set"),
        kinds.value("source_code_outside_book", "party_kind_code", "法人", "code_set"),
    )


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in the penalties of any organ; the first leaves out a value that is asked for."""
    person = make_resident_id(plan.random(RESOURCE, provider, day.isoformat(), "faults"))

    def sent(field: str, code: str) -> str:
        return plan.sent(provider, RESOURCE, field, code)

    warned, fined = {"penalty_class_code": sent("penalty_class_code", "1")}, {"penalty_class_code": sent("penalty_class_code", "2")}
    legal, natural = {"party_kind_code": sent("party_kind_code", "1")}, {"party_kind_code": sent("party_kind_code", "2")}
    wrong = with_wrong_check(person)
    return (
        kinds.missing("facts"),
        kinds.missing("basis"),
        kinds.wrong_check_digit("organ_uscc", "uscc"),
        kinds.value("impossible_date", "decision_date", "2021-02-30", "parse"),
        kinds.value("money_with_unit", "fine_10k_yuan", "5万元", "parse", **warned),
        kinds.value("code_outside_set", "penalty_class_code", "通报批评", "code_set"),
        kinds.value("too_long", "document_no", "号" * 65, "max_length"),
        kinds.value(
            "resident_id_wrong_check",
            "party_document_no",
            wrong,
            "resident_id:resident_id_of_party",
            party_document_kind_code="111",
            **natural,
        ),
        kinds.change(
            "legal_party_without_code", lambda _: {**legal, "party_uscc": ""}, Finding("party_uscc", "required:uscc_of_legal_party")
        ),
        kinds.change("fine_unstated", lambda _: {**fined, "fine_10k_yuan": ""}, Finding("fine_10k_yuan", "required:fine_is_stated")),
        kinds.change("yuan_for_10k_yuan", lambda _: {"fine_10k_yuan": "50000"}, FINE_TOO_HIGH),
        kinds.change("end_before_start", lambda _: END_FIRST, kinds.breaks("pair_order:publication_not_before_decision")),
        kinds.identifier_in_text("facts", f"当事人（身份证{person}）拒不改正。"),
        kinds.key_doubled(KEY, row),
    )


def late_rows(received: date) -> Callable[[Row], tuple[Finding, ...]]:
    """The warning about a decision that is told more than seven working days after it was made."""
    last = last_late_date(received, WORKING_DAYS)

    def late(row: Row) -> tuple[Finding, ...]:
        decided = _as_date(row["decision_date"])
        return (LATE,) if decided and decided <= last else ()

    return late


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
