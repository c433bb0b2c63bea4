"""coldchain.batch_move: imported food on its way from the first station to the table."""

from datetime import date, datetime, timedelta
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Row
from jobs.samplecity.identifiers import full_width, make_mobile, make_uscc
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, spread

PROVIDER, RESOURCE = "cold-chain-center", "coldchain.batch_move"
LEAST_FAULTY = 160
# Product -> its class.
CLASSES = {"冻带鱼": "1", "冻虾仁": "1", "冻三文鱼段": "1", "冻牛腱": "2", "冻鸡爪": "2", "冻猪肘": "2"}

SAME_PARTIES = dict.fromkeys(("from_uscc", "to_uscc"), "91120116MA00206140")
TOO_WARM = {"temperature_c": "-12.5", "storage_class_code": "1"}
TOO_WARM_FINDING = Finding("temperature_c", "maximum:frozen_at_most_minus_18", "warning")
EXPIRED = {"expires_date": "2021-03-04", "arrived_date": "2021-03-01"}
UNTESTED = {"nucleic_test_date": "2021-03-07"}


def batch_moves(plan: Plan, day: date, rows: int) -> list[Row]:
    """`rows` moves of one day between made-up parties; all frozen, at -25 to -18 degrees."""
    random = plan.random(RESOURCE, PROVIDER, day.isoformat())
    parties = [make_uscc(random) for _ in range(20)]
    return [_move(random, number, day, random.sample(parties, 2)) for number in range(rows)]


def _move(random: Random, number: int, day: date, parties: list[str]) -> Row:
    product = random.choice(tuple(CLASSES))
    arrived = day - timedelta(days=random.randint(3, 60))
    tested = arrived - timedelta(days=random.randint(1, 3))
    moved = datetime.combine(day, datetime.min.time()) + timedelta(seconds=random.randrange(86_400))
    return {
        "move_id": f"LZ{day:%Y%m%d}{number:06d}",
        "batch_code": f"TJLL{arrived:%y%m%d}{random.randrange(1_000_000):06d}",
        "product_name": product,
        "product_class_code": CLASSES[product],
        "origin_country_code": random.choice(("NLD", "CHL", "BRA", "CAN")),
        "customs_declaration_no": f"0202{arrived.year}{random.randrange(10**10):010d}",
        "quarantine_certificate_no": f"YL{random.randrange(10**12):012d}",
        "from_uscc": parties[0],
        "from_role_code": "1",
        "to_uscc": parties[1],
        "to_role_code": random.choice("3456"),
        "quantity_kg": f"{random.randint(1, 5_000_000) / 1000:.3f}",
        "storage_class_code": "1",
        "temperature_c": f"{-random.randint(180, 250) / 10}",
        "moved_at": f"{moved:%Y-%m-%d %H:%M:%S}",
        "arrived_date": arrived.isoformat(),
        "expires_date": (day + timedelta(days=random.randint(100, 500))).isoformat(),
        "nucleic_test_date": tested.isoformat(),
        "nucleic_result_code": "0",
        "disinfection_date": tested.isoformat(),
        "vehicle_no": f"津A{random.randrange(100_000):05d}",
        "driver_mobile": make_mobile(random) if random.random() < 0.7 else "",
    }


def extracts(plan: Plan) -> list[Extract]:
    """Two days: the first clean, the second with faults."""
    small, large = plan.rows(500), plan.rows(2_000, LEAST_FAULTY)
    clean, faulty = (fixed(batch_moves(plan, date(2021, 3, day), rows)) for day, rows in ((4, small), (5, large)))
    return [
        Extract(PROVIDER, RESOURCE, "2021-03-04", "冷链流转 4日.csv", small, clean, has_bom=True),
        Extract(PROVIDER, RESOURCE, "2021-03-05", "冷链流转 5日.csv", large, faulty, spread(large, _faults(faulty))),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in a small extract; the first leaves out a value that is asked for."""
    return (
        kinds.missing("product_name"),
        kinds.value("below_minimum", "quantity_kg", "0", "minimum"),
        kinds.change("too_warm", lambda _: TOO_WARM, TOO_WARM_FINDING),
        kinds.change("one_party", lambda _: SAME_PARTIES, kinds.breaks("expression:parties_differ")),
        kinds.value("impossible_time", "moved_at", f"{day} 25:00:00", "parse"),
        kinds.key_doubled(("move_id",), row),
    )


def _faults(row: Rows) -> tuple[Planting, ...]:
    return (
        kinds.value("excel_damaged_number", "customs_declaration_no", "2.02021E+16", "pattern"),
        kinds.value("below_minimum", "quantity_kg", "0", "minimum"),
        kinds.change("above_maximum", lambda _: {"temperature_c": "61"}, Finding("temperature_c", "maximum"), TOO_WARM_FINDING),
        kinds.change("too_warm", lambda _: TOO_WARM, TOO_WARM_FINDING),
        kinds.value("mobile_too_short", "driver_mobile", "1990000123", "mobile"),
        kinds.value("full_width", "driver_mobile", full_width("19900001234"), "mobile"),
        kinds.change("one_party", lambda _: SAME_PARTIES, kinds.breaks("expression:parties_differ")),
        kinds.change("end_before_start", lambda _: EXPIRED, kinds.breaks("expression:moved_before_expiry")),
        kinds.change("tested_after_move", lambda _: UNTESTED, kinds.breaks("expression:tested_before_move")),
        kinds.value("impossible_time", "moved_at", "2021-03-05 25:00:00", "parse"),
        kinds.key_doubled(("move_id",), row),
        kinds.malformed("text_after_quote"),
    )
