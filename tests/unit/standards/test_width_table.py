"""The table of full-width forms against Unicode's own normalisation."""

import unicodedata

from jobs.standards.width import FULL_WIDTH, HALF_WIDTH


def test_every_full_width_form_of_ascii_becomes_what_nfkc_makes_of_it() -> None:
    assert len(FULL_WIDTH) == len(HALF_WIDTH) == 95
    assert unicodedata.normalize("NFKC", FULL_WIDTH) == HALF_WIDTH
