"""Made-up identifiers with right check characters, and ways to spoil them. Written apart from `jobs/standards`, in plain Python."""

from datetime import date, timedelta
from random import Random

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECK = "10X98765432"
# The sixteen districts of GB/T 2260.
DISTRICTS = tuple(str(code) for code in (*range(120101, 120107), *range(120110, 120120)))

# Never issued: organisation codes begin with a digit or M, residents' sequence numbers with 001, and no operator has 199-0000.
MADE_UP_ORGANISATION = "X0"
MADE_UP_SEQUENCE = "000"
MADE_UP_MOBILE = "1990000"
MADE_UP_CARD = "629999"
FIRST_BIRTH = date(1935, 1, 1)
BIRTH_DAYS = 25_000


def uscc_check(first: str) -> str:
    """The 18th character for the first 17. Standard: GB 32100-2015, 5.6."""
    total = sum(USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first))
    return USCC_ALPHABET[-total % 31]


def organisation_check(first: str) -> str:
    """The 9th character for the first 8. Standard: GB 11714-1997."""
    total = sum(ORGANISATION_ALPHABET.index(character) * weight for character, weight in zip(first, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def resident_check(first: str) -> str:
    """The 18th character for the first 17 digits. Standard: GB 11643-1999."""
    return RESIDENT_CHECK[sum(int(digit) * weight for digit, weight in zip(first, RESIDENT_WEIGHTS, strict=True)) % 11]


def luhn_check(first: str) -> str:
    """The last digit of a card number for those before it. Standard: GB/T 17552, ISO/IEC 7812-1 annex B."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(first))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def make_organisation_code(random: Random) -> str:
    """A valid code of nobody."""
    first = MADE_UP_ORGANISATION + "".join(random.choices(USCC_ALPHABET, k=6))
    return first + organisation_check(first)


def make_uscc(random: Random, kind: str = "91", region: str | None = None) -> str:
    """A valid unified social credit code of nobody; `kind` is its first two characters. Its inner organisation code is valid too."""
    first = kind + (region or random.choice(DISTRICTS)) + make_organisation_code(random)
    return first + uscc_check(first)


def make_resident_id(random: Random) -> str:
    """A valid citizen's number of nobody: a random district, birth date and the sequence number that is never issued."""
    birth = FIRST_BIRTH + timedelta(days=random.randrange(BIRTH_DAYS))
    first = random.choice(DISTRICTS) + birth.strftime("%Y%m%d") + MADE_UP_SEQUENCE
    return first + resident_check(first)


def make_bank_card(random: Random) -> str:
    """A 19-digit card number of nobody that passes the Luhn check."""
    first = MADE_UP_CARD + "".join(random.choices("0123456789", k=12))
    return first + luhn_check(first)


def make_mobile(random: Random) -> str:
    """A mobile number in a block that no operator has."""
    return f"{MADE_UP_MOBILE}{random.randrange(10_000):04d}"


def with_wrong_check(code: str, alphabet: str = "0123456789") -> str:
    """`code` with its last character replaced by the next one of `alphabet`."""
    place = alphabet.find(code[-1])
    return code[:-1] + alphabet[(place + 1) % len(alphabet)]


def full_width(text: str) -> str:
    """`text` with its digits and Latin letters as full-width characters."""
    return "".join(chr(ord(character) + 0xFEE0) if character.isascii() and character.isalnum() else character for character in text)


def as_excel_shows(digits: str) -> str:
    """A long number as a spreadsheet writes it out once it took it for a number: `1.10105E+17`."""
    return f"{float(digits.rstrip('X')):.5E}"
