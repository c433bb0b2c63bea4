"""What a made-up extract is grown from: the catalogue, the seed, the scale."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jobs.catalogue.catalogue import Catalogue
from jobs.samplecity.extract import Plant, Row

LEAST_ROWS = 40
Planting = Callable[[int, int], tuple[Plant, ...]]
Rows = Callable[[int], Row]


@dataclass(frozen=True)
class Plan:
    """Gives every extract its own stream of chance, so that one extract's size does not move another's values."""

    catalogue: Catalogue
    seed: int
    scale: float

    def random(self, *words: str) -> Random:
        """The stream for these words."""
        return Random("/".join((str(self.seed), *words)))  # noqa: S311 (made-up data must come out the same from the same seed)

    def rows(self, base: int, least: int = LEAST_ROWS) -> int:
        """Number of rows of an extract that has `base` at scale 1."""
        return max(least, round(base * self.scale))

    def codes(self, name: str) -> list[str]:
        """The codes of a code set."""
        return [code.code for code in self.catalogue.code_sets[name]]

    def sent(self, provider: str, resource: str, field: str, code: str) -> str:
        """How the provider writes this code of the contract: by its own code book where it has one."""
        book = self.catalogue.contracts[resource].dialect(provider).code_books.get(field, {})
        return next((own for own, meant in book.items() if meant == code), code)


def spread(rows: int, plantings: tuple[Planting, ...]) -> tuple[Plant, ...]:
    """The plantings at even distances over the whole extract; each gets its record and how many records are its own."""
    width = rows // (len(plantings) + 1)
    return tuple(plant for order, planting in enumerate(plantings, 1) for plant in planting(order * width, width))


def fixed(rows: list[Row]) -> Rows:
    """Record i of a list, a fresh copy at every call."""
    return lambda index: dict(rows[index])


def some_day(random: Random, first: date, last: date) -> date:
    """A day between two days, both included."""
    return first + timedelta(days=random.randint(0, (last - first).days))


def in_yuan(cents: int) -> str:
    """An amount with two decimals."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return sign + in_hundredths(cents)


def in_hundredths(number: int) -> str:
    """Hundredths as a decimal number."""
    return f"{number // 100}.{number % 100:02d}"
