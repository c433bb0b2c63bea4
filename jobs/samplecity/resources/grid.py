"""grid.event: what grid staff see and settle; districts have their own headers and codes for it."""

from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Outcome, Row
from jobs.samplecity.identifiers import make_mobile, make_uscc
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, spread

RESOURCE = "grid.event"
DAY = date(2021, 3, 5)
LEAST_FAULTY = 120
# One row in eight is at fault where one in twenty is allowed.
SPACING = 8
# In GB18030 the second byte of 東, 飢 and 鱸 is the delimiter of one of the districts.
STORIES = ("東路口井盖松动，已设围挡", "楼道堆放杂物", "占道经营，劝离", "路灯不亮", "绿化带有垃圾", "鱸鱼摊占道")

STEPS = {"reported_at": "2021-03-05 08:00:00", "accepted_at": "2021-03-05 08:05:00", "dispatched_at": "2021-03-05 08:10:00"}
CLOSED = {**STEPS, "due_at": "2021-03-07 08:00:00", "disposed_at": "2021-03-05 10:00:00", "closed_at": "2021-03-05 11:00:00"}
CLOSED_SEEN = {**CLOSED, "after_photo_count": "1"}
NINE = "2021-03-05 09:00:00"


def events(plan: Plan, provider: str, region: str, day: date, rows: int) -> list[Row]:
    """`rows` events of one district and day, most of them closed."""
    random = plan.random(RESOURCE, provider, day.isoformat())
    offices = [make_uscc(random, "11", region) for _ in range(5)]
    return [_event(random, f"{region}{day:%Y%m%d}{number:06d}", region, day, random.choice(offices)) for number in range(rows)]


def _event(random: Random, number: str, region: str, day: date, office: str) -> Row:
    reported = datetime.combine(day, time(8)) + timedelta(minutes=random.randrange(600))
    steps = [reported + timedelta(minutes=minutes) for minutes in (5, 15, 120, 180)]
    is_closed = random.random() < 0.8
    major = random.choice(("01", "02", "03", "05"))
    story = random.choice(STORIES)
    return {
        "event_id": number,
        "source_code": random.choice(("1", "1", "2", "3")),
        "class_code": major,
        "subclass_code": f"{major}{random.randint(1, 12):02d}",
        "grid_code": f"{region}{random.randint(1, 6):03d}{random.randint(1, 20):03d}{random.randint(1, 40):03d}",
        "longitude_deg": f"{random.uniform(117.15, 117.25):.6f}",
        "latitude_deg": f"{random.uniform(39.08, 39.14):.6f}",
        "reported_at": _text(reported),
        "accepted_at": _text(steps[0]),
        "dispatched_at": _text(steps[1]),
        "due_at": _text(reported + timedelta(days=2)),
        "disposed_at": _text(steps[2]) if is_closed else "",
        "closed_at": _text(steps[3]) if is_closed else "",
        "status_code": "5" if is_closed else "3",
        "department_uscc": office,
        "reporter_mobile": make_mobile(random) if random.random() < 0.3 else "",
        "description": story.replace("，", "，\n") if random.random() < 0.1 else story,
        "before_photo_count": str(random.randint(1, 3)),
        "after_photo_count": str(random.randint(1, 3)) if is_closed else "0",
        "satisfaction_code": random.choice(("1", "2", "9")) if is_closed else "",
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def extracts(plan: Plan) -> list[Extract]:
    """Two districts on one day: one below, one past the share of bad rows that its duty allows."""
    rows, many = plan.rows(1_500, LEAST_FAULTY), plan.rows(1_000)
    heping, hexi = fixed(events(plan, "heping", "120101", DAY, rows)), fixed(events(plan, "hexi", "120103", DAY, many))
    below, past = spread(rows, _faults(plan, heping)), spread(many, _outside_book(many))
    too_many = Outcome("held", "quality_below_target")
    return [
        Extract("heping", RESOURCE, DAY.isoformat(), "和平区 事件.csv", rows, heping, below),
        Extract("hexi", RESOURCE, DAY.isoformat(), "hexi_events.csv", many, hexi, past, too_many, newline="\r\n"),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in any district's events; the first leaves out a value that is asked for."""
    return (kinds.missing("description"), kinds.missing("grid_code"), *_of_fields(), *_of_steps(plan, provider), _key_doubled(row))


def _faults(plan: Plan, row: Rows) -> tuple[Planting, ...]:
    fields, steps = _of_fields(), _of_steps(plan, "heping")
    return (*fields[:1], *steps, *fields[1:], kinds.malformed("ragged_short"), _key_doubled(row))


def _of_steps(plan: Plan, provider: str) -> tuple[Planting, ...]:
    closed = {**CLOSED_SEEN, "status_code": plan.sent(provider, RESOURCE, "status_code", "5")}
    return (
        kinds.change("closed_without_time", lambda _: {**closed, "closed_at": ""}, Finding("closed_at", "required:closed_has_time")),
        kinds.change(
            "closed_without_photo", lambda _: {**closed, "after_photo_count": "0"}, Finding("after_photo_count", "minimum:closed_has_photo")
        ),
        kinds.change("end_before_start", lambda _: {**closed, "closed_at": NINE}, kinds.breaks("pair_order:closed_after_disposed")),
        kinds.change("late_disposal", lambda _: {**closed, "due_at": NINE}, kinds.breaks("pair_order:disposed_in_time", "warning")),
    )


def _of_fields() -> tuple[Planting, ...]:
    return (
        kinds.value("source_code_outside_book", "source_code", "市民热线", "code_set"),
        kinds.identifier_in_text("description", "报案人电话19900001234，请回访"),
        kinds.value("swapped_coordinates", "longitude_deg", "39.11", "minimum"),
    )


def _key_doubled(row: Rows) -> Planting:
    return kinds.key_doubled(("event_id",), row)


def _outside_book(rows: int) -> tuple[Planting, ...]:
    texts = islice(cycle(("WX", "99", "巡查")), rows // SPACING)
    return tuple(kinds.value("source_code_outside_book", "source_code", text, "code_set") for text in texts)
