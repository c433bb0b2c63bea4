"""startup.case: setting up a firm online, step by step."""

from datetime import date, datetime, time, timedelta
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Outcome, Row
from jobs.samplecity.identifiers import DISTRICTS, make_mobile, make_resident_id, make_uscc
from jobs.samplecity.names import make_firm, make_person
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, spread

PROVIDER, RESOURCE = "government-services", "startup.case"
LEAST_FAULTY = 120
ITEM = "11120000MB9T01102X4000131000000"

DECIDED_FIRST = {
    "received_at": "2021-03-04 09:00:00",
    "accepted_at": "2021-03-04 10:00:00",
    "due_at": "2021-03-05 09:00:00",
    "decided_at": "2021-03-04 09:30:00",
    "result_code": "1",
    "delivered_at": "2021-03-04 11:00:00",
}
RESULT_UNDATED = {"result_code": "1", "decided_at": "", "delivered_at": ""}
NO_NUMBER = {"applicant_kind_code": "1", "applicant_resident_id": ""}


def cases(plan: Plan, day: date, rows: int) -> list[Row]:
    """`rows` cases of one day, decided within it or the next."""
    random = plan.random(RESOURCE, PROVIDER, day.isoformat())
    office = make_uscc(random, "11", "120000")
    return [_case(random, f"TJKB{day:%Y%m%d}{number:06d}", day, office) for number in range(rows)]


def _case(random: Random, number: str, day: date, office: str) -> Row:
    received = datetime.combine(day, time(9)) + timedelta(minutes=random.randrange(480))
    is_decided = random.random() < 0.9
    return {
        "case_no": number,
        "item_code": ITEM,
        "item_name": "企业开办（样例）",
        "step_code": random.choice(("01", "02", "03", "04", "05")),
        "applicant_kind_code": "1",
        "applicant_name": make_person(random),
        "applicant_uscc": "",
        "applicant_resident_id": make_resident_id(random),
        "applicant_mobile": make_mobile(random),
        "enterprise_name": make_firm(random),
        "channel_code": random.choice("1234"),
        "received_at": _text(received),
        "accepted_at": _text(received + timedelta(minutes=30)),
        "due_at": _text(received + timedelta(days=1)),
        "decided_at": _text(received + timedelta(hours=4)) if is_decided else "",
        "result_code": "1" if is_decided else "",
        "delivered_at": _text(received + timedelta(hours=5)) if is_decided else "",
        "department_uscc": office,
        "region_code": random.choice(DISTRICTS),
        "face_verify_code": "1",
        "esign_hash": f"{random.getrandbits(256):064x}",
        "evaluation_score": str(random.randint(4, 5)) if is_decided else "",
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def extracts(plan: Plan) -> list[Extract]:
    """A day with a few faults, and a day whose file has a column of faces, which nobody may gather."""
    rows, refused = plan.rows(1_000, LEAST_FAULTY), plan.rows(200)
    good, forbidden = (fixed(cases(plan, date(2021, 3, day), count)) for day, count in ((4, rows), (5, refused)))
    faces, outcome = {"face_image": "iVBORw0KGgo="}, Outcome("refused", "forbidden_column")
    return [
        Extract(PROVIDER, RESOURCE, "2021-03-04", "cases.csv", rows, good, spread(rows, _faults())),
        Extract(PROVIDER, RESOURCE, "2021-03-05", "cases with faces.csv", refused, forbidden, outcome=outcome, extra=faces),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in a small extract; the first leaves out a value that is asked for."""
    return (kinds.missing("enterprise_name"), *_faults()[:-1], kinds.key_doubled(("case_no",), row))


def _faults() -> tuple[Planting, ...]:
    return (
        kinds.value("wrong_pattern", "esign_hash", "not-a-hash", "pattern"),
        kinds.change("end_before_start", lambda _: DECIDED_FIRST, kinds.breaks("pair_order:decided_after_accepted")),
        kinds.change("result_undated", lambda _: RESULT_UNDATED, Finding("decided_at", "required:result_has_decision")),
        kinds.change("person_without_number", lambda _: NO_NUMBER, Finding("applicant_resident_id", "required:resident_id_of_person")),
        kinds.value("above_maximum", "evaluation_score", "6", "maximum"),
        kinds.value("not_a_number", "evaluation_score", "满意", "parse"),
        kinds.malformed("nul_byte"),
    )
