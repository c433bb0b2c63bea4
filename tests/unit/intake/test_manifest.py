import json

import pytest

from jobs.errors import DropRefused
from jobs.intake.keys import parse_drop_key
from jobs.intake.manifest import Manifest, Mismatch, check_manifest, mismatched, parse_manifest, place

# The published SHA-256 of the empty message and of "abc" (FIPS 180-4 examples).
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_manifest_may_say_everything_or_nothing() -> None:
    raw = json.dumps({"resource": "credit.a", "period": "2021-W09", "rows": 3, "sha256": ABC}).encode()
    assert parse_manifest(b"\xef\xbb\xbf" + raw, "x") == Manifest(resource="credit.a", period="2021-W09", rows=3, sha256=ABC)
    assert parse_manifest(b"{}", "x") == Manifest()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"rows: 3", "JSON"),
        (b"", "JSON"),
        (b"[]", "object"),
        (b'{"row": 3}', "row: Extra"),
        (b'{"rows": -1}', "rows"),
        (b'{"rows": "3"}', "rows"),
        (b'{"sha256": "abc"}', "sha256"),
        (b'{"period": "2021-02-30"}', "period: .*does not exist"),
        (b'{"resource": "penalties"}', "resource"),
        (b'{"row": 1, "rows": -1}', "rows: .*row: "),
        ('{"resource": "é"}'.encode("latin-1"), ""),
    ],
)
def test_a_faulty_manifest_is_refused_with_every_fault(raw: bytes, problem: str) -> None:
    with pytest.raises(DropRefused, match=rf"(?s)x\.manifest\.json.*{problem}") as refused:
        parse_manifest(raw, "x.manifest.json")
    assert refused.value.code == "manifest_invalid"


def test_a_manifest_that_agrees_or_says_nothing_has_no_mismatch() -> None:
    assert check_manifest(Manifest(rows=3, sha256=ABC.upper()), 3, ABC) == []
    assert check_manifest(Manifest(), 3, ABC) == []
    assert check_manifest(Manifest(rows=4), None, ABC) == []


def test_rows_and_hash_that_differ_are_both_told() -> None:
    mismatches = check_manifest(Manifest(rows=4, sha256=EMPTY), 3, ABC)
    assert mismatches == [Mismatch("sha256", EMPTY, ABC), Mismatch("rows", 4, 3)]
    refused = mismatched("k", mismatches)
    assert (refused.code, refused.details) == ("manifest_mismatch", {"what": "sha256", "expected": EMPTY, "found": ABC})
    assert "rows: manifest 4, file 3" in str(refused)


@pytest.mark.parametrize(
    ("key", "manifest"),
    [
        ("credit.a/2021-03/x.csv", None),
        ("credit.a/x.csv", Manifest(period="2021-03")),
        ("2021-03/x.csv", Manifest(resource="credit.a")),
        ("x.csv", Manifest(resource="credit.a", period="2021-03")),
        ("credit.a/2021-03/x.csv", Manifest(resource="credit.a", period="2021-03")),
    ],
)
def test_key_and_manifest_together_place_a_drop(key: str, manifest: Manifest | None) -> None:
    resource, period = place(parse_drop_key(key), key, manifest)
    assert (resource, period.text) == ("credit.a", "2021-03")


def test_a_drop_that_neither_places_is_told_where_to_go() -> None:
    with pytest.raises(DropRefused, match="Put the file at") as refused:
        place(parse_drop_key("x.csv"), "x.csv", Manifest(rows=1))
    assert refused.value.code == "key_grammar"


def test_key_and_manifest_that_contradict_each_other_refuse_the_drop() -> None:
    with pytest.raises(DropRefused, match="period: manifest 2021-04, file 2021-03") as refused:
        place(parse_drop_key("credit.a/2021-03/x.csv"), "credit.a/2021-03/x.csv", Manifest(period="2021-04"))
    assert refused.value.code == "manifest_mismatch"
