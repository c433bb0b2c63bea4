"""tax.vat_invoice: amounts that add up, red invoices that name what they cancel."""

from collections.abc import Callable
from datetime import date
from random import Random

from jobs.samplecity import kinds
from jobs.samplecity.extract import Extract, Finding, Plant, Row
from jobs.samplecity.firms import Firm, firms
from jobs.samplecity.identifiers import DISTRICTS, full_width, make_resident_id, make_uscc
from jobs.samplecity.names import make_firm
from jobs.samplecity.plan import Plan, Planting, Rows, fixed, in_yuan, spread

PROVIDER, RESOURCE = "tax-bureau", "tax.vat_invoice"
KEY = ("invoice_code", "invoice_no")
LEAST_FAULTY = 240
CODE = "1200211130"
RATES = (13, 9, 6, 3)
# Of so many sellers one has no meter of its own; there is a seller for so many invoices, so that most districts have several.
UNMETERED_EACH, INVOICES = 4, 4
NO_ORIGINAL = Finding("original_invoice_no", "required:red_invoice_names_original")
AMOUNTS_APART = {"amount_yuan": "100.00", "tax_rate_pct": "13", "tax_yuan": "13.00", "total_yuan": "112.00", "status_code": "0"}
TAX_OFF_RATE = {
    "amount_yuan": "1000.00",
    "tax_rate_pct": "13",
    "tax_yuan": "90.00",
    "total_yuan": "1090.00",
    "line_count": "1",
    "status_code": "0",
}
RATE_UNKNOWN = {"amount_yuan": "100.00", "tax_rate_pct": "17", "tax_yuan": "17.00", "total_yuan": "117.00", "status_code": "0"}
RED_NOT_NEGATIVE = {
    **RATE_UNKNOWN,
    "tax_rate_pct": "13",
    "tax_yuan": "13.00",
    "total_yuan": "113.00",
    "status_code": "2",
    "original_invoice_no": "01000001",
}
RED_WITHOUT_ORIGINAL = {
    **RED_NOT_NEGATIVE,
    "amount_yuan": "-100.00",
    "tax_yuan": "-13.00",
    "total_yuan": "-113.00",
    "original_invoice_code": "",
    "original_invoice_no": "",
}


def invoices(plan: Plan, day: date, rows: int) -> list[Row]:
    """`rows` invoices of one day by sellers that are the same every day; every day has its own range of numbers."""
    random = plan.random(RESOURCE, PROVIDER, day.isoformat())
    sellers = _sellers(plan, max(5, rows // INVOICES))
    first = (day.toordinal() % 30 + 1) * 3_000_000
    return [_invoice(random, first + number, day, random.choice(sellers)) for number in range(rows)]


def _sellers(plan: Plan, count: int) -> list[Firm]:
    """Mostly firms that have meters too."""
    random = plan.random(RESOURCE, PROVIDER, "sellers")
    return [_unmetered(random) if number % UNMETERED_EACH == 1 else firm for number, firm in enumerate(firms(plan, count))]


def _unmetered(random: Random) -> Firm:
    region = random.choice(DISTRICTS)
    return Firm(make_firm(random), make_uscc(random, "91", region), region, "")


def _invoice(random: Random, number: int, day: date, seller: Firm) -> Row:
    cents, rate = random.randint(1_000, 20_000_000), random.choice(RATES)
    is_red = random.random() < 0.03
    if is_red:
        cents = -cents
    tax = round(cents * rate / 100)
    return {
        "invoice_code": CODE,
        "invoice_no": f"{number:08d}",
        "invoice_kind_code": random.choice(("01", "04", "10")),
        "invoice_date": day.isoformat(),
        "seller_uscc": seller.uscc,
        "seller_name": seller.name,
        "seller_region_code": seller.region,
        "buyer_tax_no": make_uscc(random) if random.random() < 0.8 else "",
        "amount_yuan": in_yuan(cents),
        "tax_rate_pct": str(rate),
        "tax_yuan": in_yuan(tax),
        "total_yuan": in_yuan(cents + tax),
        "line_count": str(random.randint(1, 8)),
        "status_code": "2" if is_red else "0",
        "original_invoice_code": CODE if is_red else "",
        "original_invoice_no": f"{number % 1000 + 1_000_000:08d}" if is_red else "",
        "remark": "项目款，\n第二批" if random.random() < 0.05 else "",
    }


def extracts(plan: Plan) -> list[Extract]:
    """A clean day, and a day with faults, among them invoices of the day before."""
    small, large = plan.rows(2_000), plan.rows(5_000, LEAST_FAULTY)
    earlier, later = fixed(invoices(plan, date(2021, 3, 4), small)), fixed(invoices(plan, date(2021, 3, 5), large))
    plants = spread(large, (*_values(plan), *_records(later), _told_before(earlier, 3), _told_before(earlier, small - 2)))
    return [
        Extract(PROVIDER, RESOURCE, "2021-03-04", "发票20210304.csv", small, earlier),
        Extract(PROVIDER, RESOURCE, "2021-03-05", "发票20210305.csv", large, later, plants, has_bom=True, newline="\r\n"),
    ]


def faults(plan: Plan, provider: str, day: date, row: Rows) -> tuple[Planting, ...]:
    """What goes wrong in a small extract; the first leaves out a value that is asked for."""
    return (
        kinds.missing("seller_name"),
        kinds.wrong_check_digit("seller_uscc", "uscc"),
        kinds.value("thousands_separator", "total_yuan", "1,130.00", "parse"),
        kinds.change("parts_not_the_whole", lambda _: AMOUNTS_APART, kinds.breaks("expression:amount_and_tax_make_total")),
        kinds.change("rate_unknown", lambda _: RATE_UNKNOWN, Finding("tax_rate_pct", "code_set:rate_is_known")),
        kinds.key_doubled(KEY, row),
    )


def _values(plan: Plan) -> tuple[Planting, ...]:
    person = make_resident_id(plan.random(RESOURCE, "remark"))
    return (
        kinds.value("wrong_pattern", "invoice_no", "1234567", "pattern"),
        kinds.value("excel_damaged_number", "invoice_code", "1.2E+09", "pattern"),
        kinds.missing("seller_name"),
        kinds.null_token("seller_uscc", "\\N"),
        kinds.wrong_check_digit("seller_uscc", "uscc"),
        kinds.value("code_outside_set", "status_code", "9", "code_set"),
        kinds.value("thousands_separator", "total_yuan", "1,130.00", "parse"),
        kinds.value("above_maximum", "line_count", "10001", "maximum"),
        kinds.change("full_width", lambda row: {"line_count": full_width(row["line_count"])}, Finding("line_count", "parse")),
        kinds.value("impossible_date", "invoice_date", "2021-02-30", "parse"),
        kinds.value("too_long", "buyer_tax_no", "9" * 21, "max_length"),
        kinds.identifier_in_text("remark", f"购方经办人证件 {person}", "critical"),
    )


def _records(row: Callable[[int], Row]) -> tuple[Planting, ...]:
    return (
        kinds.change("parts_not_the_whole", lambda _: AMOUNTS_APART, kinds.breaks("expression:amount_and_tax_make_total")),
        kinds.change("tax_off_rate", lambda _: TAX_OFF_RATE, kinds.breaks("expression:tax_follows_rate", "warning")),
        kinds.change("rate_unknown", lambda _: RATE_UNKNOWN, Finding("tax_rate_pct", "code_set:rate_is_known")),
        kinds.change("red_not_negative", lambda _: RED_NOT_NEGATIVE, kinds.breaks("expression:red_invoice_is_negative")),
        kinds.change("red_without_original", lambda _: RED_WITHOUT_ORIGINAL, NO_ORIGINAL),
        kinds.change(
            "after_the_period", lambda _: {"invoice_date": "2021-03-06"}, Finding("invoice_date", "pair_order:invoiced_by_period_end")
        ),
        kinds.key_doubled(KEY, row),
        kinds.oversized("line_breaks", "remark", "一\n二\n三\n四\n五"),
        kinds.malformed("ragged_long"),
        kinds.malformed("nul_byte"),
    )


def _told_before(row: Callable[[int], Row], index: int) -> Planting:
    def planting(at: int, width: int) -> tuple[Plant, ...]:
        return (Plant("key_in_lake", at, (kinds.about_key(KEY, "key_in_lake"),), lambda _: {name: row(index)[name] for name in KEY}),)

    return planting
