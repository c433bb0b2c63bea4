"""The city's firms: the same ones, with the same codes, in what every provider tells of them, on every day."""

from dataclasses import dataclass

from jobs.samplecity.identifiers import DISTRICTS, make_uscc
from jobs.samplecity.names import make_firm
from jobs.samplecity.plan import Plan

# Classes of GB/T 4754-2017; some firms have told none.
INDUSTRIES = ("2662", "1432", "5179", "5941", "6513", "6210", "4710", "")


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm. `industry` is empty where nobody knows it."""

    name: str
    uscc: str
    region: str
    industry: str


def firms(plan: Plan, count: int) -> list[Firm]:
    """The city's first `count` firms: a longer list begins with the shorter one."""
    random = plan.random("firms")
    found = []
    for _ in range(count):
        region = random.choice(DISTRICTS)
        found.append(Firm(make_firm(random), make_uscc(random, "91", region), region, random.choice(INDUSTRIES)))
    return found
