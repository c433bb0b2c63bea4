"""coldchain.batch_move: imported food on its way from the first station to the table."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
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


@dataclass(frozen=True)
class Hop:
    """One move of a batch's way: between which of its parties, and what share of the batch, in hundredths."""

    sender: str
    receiver: str
    share: int


# From the first station to the table; every party keeps something back, and two sellers share what the market hands on.
WAY = (
    Hop("importer", "store", 100),
    Hop("store", "market", 90),
    Hop("market", "seller", 50),
    Hop("market", "other_seller", 30),
    Hop("seller", "caterer", 40),
    Hop("other_seller", "other_caterer", 20),
)
ROLES = {"importer": "1", "store": "3", "market": "4", "seller": "5", "caterer": "6"}
# How many parties of a role there are, the same every day.
PARTIES = {"importer": 6, "store": 4, "market": 4, "seller": 20, "caterer": 30}
# Ways that keep every rule of the contract and still do not add up, as one batch in so many has them, by the batch's number:
# the market sells more than it got; the store hands the goods to another market than the one that sells them.
BREAK_EACH, MORE_OUT_THAN_IN, OUT_WITHOUT_IN = 12, 4, 5
TOO_LARGE = {2: replace(WAY[2], share=120)}
WRONG_MARKET = {1: replace(WAY[1], receiver="other_market")}


def batch_moves(plan: Plan, day: date, rows: int) -> list[Row]:
    """`rows` moves of one day, batch by batch along its way; all frozen, at -25 to -18 degrees. The last batch may not get to the table."""
    random = plan.random(RESOURCE, PROVIDER, day.isoformat())
    names = plan.random(RESOURCE, PROVIDER, "parties")
    parties = {role: [make_uscc(names) for _ in range(count)] for role, count in PARTIES.items()}
    moves = [move for number in range(-(-rows // len(WAY))) for move in _batch(random, number, day, parties)]
    return moves[:rows]


def _batch(random: Random, number: int, day: date, parties: dict[str, list[str]]) -> list[Row]:
    """The moves of the day's batch `number`, in the order of their times."""
    drawn = {role: random.sample(codes, 2) for role, codes in parties.items()}
    held_by = {role: codes[0] for role, codes in drawn.items()} | {f"other_{role}": codes[1] for role, codes in drawn.items()}
    broken = {MORE_OUT_THAN_IN: TOO_LARGE, OUT_WITHOUT_IN: WRONG_MARKET}.get(number % BREAK_EACH, {})
    batch, grams = _what(random, day), random.randint(100_000, 5_000_000)
    started = datetime.combine(day, time()) + timedelta(seconds=random.randrange(4 * 3600))
    moves = []
    for place, planned in enumerate(WAY):
        hop = broken.get(place, planned)
        moved = started + timedelta(hours=3 * place, seconds=random.randrange(3 * 3600))
        moves.append(
            {
                "move_id": f"LZ{day:%Y%m%d}{number * len(WAY) + place:06d}",
                **batch,
                "from_uscc": held_by[hop.sender],
                "from_role_code": ROLES[hop.sender.removeprefix("other_")],
                "to_uscc": held_by[hop.receiver],
                "to_role_code": ROLES[hop.receiver.removeprefix("other_")],
                "quantity_kg": f"{grams * hop.share // 100 / 1000:.3f}",
                "storage_class_code": "1",
                "temperature_c": f"{-random.randint(180, 250) / 10}",
                "moved_at": f"{moved:%Y-%m-%d %H:%M:%S}",
                "vehicle_no": f"津A{random.randrange(100_000):05d}",
                "driver_mobile": make_mobile(random) if random.random() < 0.7 else "",
            }
        )
    return moves


def _what(random: Random, day: date) -> Row:
    """What a batch is and which certificates go with it: the same in all its moves."""
    product = random.choice(tuple(CLASSES))
    arrived = day - timedelta(days=random.randint(3, 60))
    tested = arrived - timedelta(days=random.randint(1, 3))
    return {
        "batch_code": f"TJLL{arrived:%y%m%d}{random.randrange(1_000_000):06d}",
        "product_name": product,
        "product_class_code": CLASSES[product],
        "origin_country_code": random.choice(("NLD", "CHL", "BRA", "CAN")),
        "customs_declaration_no": f"0202{arrived.year}{random.randrange(10**10):010d}",
        "quarantine_certificate_no": f"YL{random.randrange(10**12):012d}",
        "arrived_date": arrived.isoformat(),
        "expires_date": (day + timedelta(days=random.randint(100, 500))).isoformat(),
        "nucleic_test_date": tested.isoformat(),
        "nucleic_result_code": "0",
        "disinfection_date": tested.isoformat(),
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
