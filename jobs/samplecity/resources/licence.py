"""credit.administrative_licence: what the departments permit, to firms, sole traders and, sometimes, persons."""

from datetime import date, timedelta
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Finding, Row
from jobs.samplecity.identifiers import make_resident_id, make_uscc, with_wrong_check
from jobs.samplecity.names import make_firm, make_person
from jobs.samplecity.plan import Plan, Planting, Rows

RESOURCE = "credit.administrative_licence"
KEY = ("document_no", "organ_uscc")
ITEMS = ("办学许可", "经营许可", "施工许可", "取水许可", "占道许可", "卫生许可")
LONG_TERM = "2099-12-31"
UNNUMBERED = {"certificate_name": "样例许可证", "certificate_no": ""}
BEGINS_FIRST = {"decision_date": "2021-03-02", "valid_from_date": "2021-03-01", "valid_to_date": LONG_TERM}
ENDS_FIRST = {"decision_date": "2021-03-01", "valid_from_date": "2021-03-02", "valid_to_date": "2021-03-01"}


def licences(plan: Plan, provider: str, day: date, rows: int) -> list[Row]:
    """`rows` decisions of one organ, told on one day."""
    organ = plan.catalogue.providers[provider]
    random = plan.random(RESOURCE, provider, day.isoformat())
    return [_licence(random, number, day, organ.name, organ.uscc or "") for number in range(rows)]


def _licence(random: Random, number: int, day: date, organ: str, uscc: str) -> Row:
    decided = day - timedelta(days=random.randrange(14))
    item = random.choice(ITEMS)
    is_person = random.random() < 0.1
    has_certificate = random.random() < 0.6
    party = make_uscc(random, random.choice(("91", "91", "92")))
    return {
        "party_name": make_person(random) if is_person else make_firm(random),
        "party_kind_code": "2" if is_person else ("3" if party.startswith("92") else "1"),
        "party_uscc": "" if is_person else party,
        "party_organisation_code": "" if is_person else party[8:17],
        "legal_representative_name": "" if is_person else make_person(random),
        "party_document_kind_code": "111" if is_person else "",
        "party_document_no": make_resident_id(random) if is_person else "",
        "document_name": f"{item}决定书",
        "document_no": f"津样许〔{day.year}〕{day:%m%d}{number:05d}号",
        "licence_class_code": random.choice(("01", "01", "04", "05")),
        "certificate_name": f"{item}证" if has_certificate else "",
        "certificate_no": f"XK{day:%Y%m%d}{number:05d}" if has_certificate else "",
        "content": f"准予{item}，\n详见附件" if random.random() < 0.1 else f"准予{item}",
        "decision_date": decided.strftime("%Y/%m/%d") if random.random() < 0.1 else decided.isoformat(),
        "valid_from_date": decided.isoformat(),
        "valid_to_date": LONG_TERM if random.random() < 0.5 else (decided + timedelta(days=365 * 3)).isoformat(),
        "organ_name": organ,
        "organ_uscc": uscc,
        "state_code": "1",
        "source_name": organ,
        "source_uscc": uscc,
        "remark": "",
    }


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in licences; the first leaves out a value that is asked for."""
    random = plan.random(RESOURCE, provider, day.isoformat(), "faults")
    person = make_resident_id(random)
    legal = {"party_kind_code": plan.sent(provider, RESOURCE, "party_kind_code", "1"), "party_uscc": ""}
    natural = {"party_kind_code": plan.sent(provider, RESOURCE, "party_kind_code", "2"), "party_document_kind_code": "111"}
    return (
        kinds.missing("content"),
        kinds.wrong_check_digit("organ_uscc", "uscc"),
        kinds.value("code_outside_set", "licence_class_code", "行政确认", "code_set"),
        kinds.value("impossible_date", "valid_to_date", "2021-02-30", "parse"),
        kinds.value("too_long", "document_no", "号" * 65, "max_length"),
        kinds.change("legal_party_without_code", lambda _: legal, Finding("party_uscc", "required:uscc_of_legal_party")),
        kinds.value(
            "resident_id_wrong_check", "party_document_no", with_wrong_check(person), "resident_id:resident_id_of_party", **natural
        ),
        kinds.change("certificate_unnumbered", lambda _: UNNUMBERED, Finding("certificate_no", "required:certificate_is_numbered")),
        kinds.change("begins_before_decision", lambda _: BEGINS_FIRST, kinds.breaks("pair_order:valid_not_before_decision")),
        kinds.change("end_before_start", lambda _: ENDS_FIRST, kinds.breaks("pair_order:validity_in_order")),
        kinds.identifier_in_text("content", f"准予经营，申请人证件{person}。"),
        kinds.key_doubled(KEY, row),
    )
