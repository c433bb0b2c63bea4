"""Personal identifiers inside free text: citizen identity numbers, mobile numbers, bank cards; ASCII or full-width digits.

Standard: GB 11643-1999, ISO/IEC 7812-1, and the numbering plan for mobile numbers.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.standards.bank_card import luhn_holds
from jobs.standards.masking import masked
from jobs.standards.resident_id import resident_id_is_valid
from jobs.standards.width import code_form, half_width

DIGIT = "[0-9０-９]"
# Behind a run's first digit: none stands before it. Asked there and not in front, since a look-behind at every character is dear.
ALONE = rf"(?<!{DIGIT}.)"
# A run counts only if no digit touches it. An X ends a run by itself.
RESIDENT_ID = rf"{DIGIT}{ALONE}{DIGIT}{{16}}(?:[XxＸｘ]|{DIGIT}(?!{DIGIT}))"
MOBILE = rf"[1１]{ALONE}[3-9３-９]{DIGIT}[ -]?{DIGIT}{{4}}[ -]?{DIGIT}{{4}}(?!{DIGIT})"
LONGEST_MOBILE = 13
# From 15 digits on and by the first digits of cards in use: shorter runs are bar codes and points in time, 91 to 93 company codes.
BANK_CARD = rf"(?:[3-6３-６]{ALONE}{DIGIT}|[8８]{ALONE}[1１]|[9９]{ALONE}[5５]){DIGIT}{{13,17}}(?!{DIGIT})"
# An identity number first: of one that ends in X a bank card could be the first 17 digits.
IDENTIFIER = f"(?:{RESIDENT_ID})|(?:{BANK_CARD})|(?:{MOBILE})"
# Every identifier holds it, and a text without it is passed over at a fifth of the cost.
ELEVEN_DIGITS = rf"{DIGIT}{{3}}[ -]?{DIGIT}{{4}}[ -]?{DIGIT}{{4}}"


def text_has_resident_id(text: Column) -> Column:
    """Whether a citizen identity number stands in the text: 18 characters, date of birth and check character right."""
    return _has(text, RESIDENT_ID, F.exists(_runs(text, RESIDENT_ID), _is_resident_id))


def text_has_mobile(text: Column) -> Column:
    """Whether an 11-digit mobile number stands in the text, in one piece or written 3-4-4 with blanks or hyphens."""
    return text.rlike(MOBILE)


def text_has_bank_card(text: Column) -> Column:
    """Whether a bank card number stands in the text: 15 to 19 digits, a card's first digits, Luhn."""
    return _has(text, BANK_CARD, F.exists(_runs(text, BANK_CARD), _is_bank_card))


def text_masked(text: Column) -> Column:
    """The text with every identifier that the `text_has_…` find replaced by its mask; the rest as it was."""
    has_runs = text.rlike(ELEVEN_DIGITS) & text.rlike(IDENTIFIER)
    return F.when(has_runs, F.aggregate(_runs(text, IDENTIFIER), text, _hide)).otherwise(text)


def _has(text: Column, pattern: str, is_found: Column) -> Column:
    # Lambdas are interpreted: only the few texts with a run of that shape get there.
    return F.when(text.rlike(pattern), is_found).when(text.isNotNull(), F.lit(False))


def _hide(text: Column, run: Column) -> Column:
    card = F.regexp_extract(run, BANK_CARD, 0)
    return (
        F.when(F.length(run) <= LONGEST_MOBILE, F.replace(text, run, masked(run, "mobile")))
        .when(_is_resident_id(run), F.replace(text, run, masked(run, "resident_id")))
        .when((card != "") & _is_bank_card(card), F.replace(text, card, masked(card, "bank_card")))
        .otherwise(text)
    )


def _is_resident_id(run: Column) -> Column:
    # An array of one binds the form, which the check names many times.
    return F.exists(F.array(code_form(run)), lambda form: resident_id_is_valid(form))


def _is_bank_card(run: Column) -> Column:
    return luhn_holds(half_width(run))


def _runs(text: Column, pattern: str) -> Column:
    return F.regexp_extract_all(text, F.lit(pattern), F.lit(0))
