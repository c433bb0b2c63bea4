from datetime import date

import pytest

from jobs.catalogue.period import Period
from jobs.errors import CatalogueError

# Weeks from the ISO 8601 calendar: 2020 has 53 weeks, 2021 has 52; 2021-W01 begins on 4 January, 2020-W53 ends on 3 January 2021.
PERIODS = [
    ("2021-03-05", "daily", date(2021, 3, 5), date(2021, 3, 5)),
    ("2020-02-29", "daily", date(2020, 2, 29), date(2020, 2, 29)),
    ("2021-W09", "weekly", date(2021, 3, 1), date(2021, 3, 7)),
    ("2021-W01", "weekly", date(2021, 1, 4), date(2021, 1, 10)),
    ("2020-W53", "weekly", date(2020, 12, 28), date(2021, 1, 3)),
    ("2021-02", "monthly", date(2021, 2, 1), date(2021, 2, 28)),
    ("2020-02", "monthly", date(2020, 2, 1), date(2020, 2, 29)),
    ("2021-12", "monthly", date(2021, 12, 1), date(2021, 12, 31)),
    ("2021Q1", "quarterly", date(2021, 1, 1), date(2021, 3, 31)),
    ("2021Q4", "quarterly", date(2021, 10, 1), date(2021, 12, 31)),
    ("2021", "yearly", date(2021, 1, 1), date(2021, 12, 31)),
    ("9999-12", "monthly", date(9999, 12, 1), date(9999, 12, 31)),
]
IMPOSSIBLE = ["2021-02-30", "2021-02-29", "2021-13", "2021-00", "2021-W53", "2021-W54", "2021-W00", "2021Q0", "2021Q5", "0000", "9999-W53"]
NO_FORM = ["", "2021-3-5", "2021-W9", "202103", "2021/03", "2021-Q1", "2021q1", " 2021", "2021\n", "2021-03-05T00:00", "２０２１", "latest"]


@pytest.mark.parametrize(("text", "cycle", "start", "end"), PERIODS)
def test_a_period_knows_its_cycle_and_its_days(text: str, cycle: str, start: date, end: date) -> None:
    period = Period.parse(text)
    assert (period.text, str(period), period.cycle, period.start, period.end) == (text, text, cycle, start, end)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_period_that_does_not_exist_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"does not exist.*2021-W09.*2021Q1"):
        Period.parse(text)


@pytest.mark.parametrize("text", NO_FORM)
def test_another_form_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"none of the known forms.*2021-W09.*2021Q1"):
        Period.parse(text)
