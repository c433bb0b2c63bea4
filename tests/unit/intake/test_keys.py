import pytest

from jobs.errors import DropRefused
from jobs.intake.keys import manifest_key, parse_drop_key, unplaced


def test_a_key_says_resource_period_and_file_name() -> None:
    drop = parse_drop_key("credit.administrative_penalty/2021-03/三月 处罚.csv")
    assert (drop.resource, str(drop.period), drop.file_name) == ("credit.administrative_penalty", "2021-03", "三月 处罚.csv")
    assert (drop.resend_of, drop.is_manifest, drop.unplaced_reason) == (None, False, None)


@pytest.mark.parametrize("key", ["b0123456789abcde.resend.csv", "credit.administrative_penalty/2021-03/b0123456789abcde.resend.csv"])
def test_a_resend_is_placed_by_its_batch_wherever_it_lies(key: str) -> None:
    drop = parse_drop_key(key)
    assert (drop.resend_of, drop.unplaced_reason) == ("b0123456789abcde", None)


@pytest.mark.parametrize(
    "name", ["b0123.resend.csv", "B0123456789ABCDE.resend.csv", "b0123456789abcdeg.resend.csv", "b0123456789abcde.csv"]
)
def test_what_only_looks_like_a_resend_is_an_ordinary_file(name: str) -> None:
    assert parse_drop_key(f"credit.a/2021/{name}").resend_of is None


def test_a_manifest_is_known_by_its_name() -> None:
    key = "credit.a/2021/x.csv"
    assert manifest_key(key) == "credit.a/2021/x.csv.manifest.json"
    assert parse_drop_key(manifest_key(key)).is_manifest


@pytest.mark.parametrize(
    ("key", "resource", "period", "missing"),
    [
        ("x.csv", None, None, "no resource .* and no period"),
        ("credit.a/x.csv", "credit.a", None, "no period"),
        ("2021-03/x.csv", None, "2021-03", "no resource"),
        ("credit.a/latest/x.csv", "credit.a", None, "no period"),
        ("Credit.A/2021-03/x.csv", None, "2021-03", "no resource"),
        ("credit/2021-03/x.csv", None, "2021-03", "no resource"),
    ],
)
def test_what_a_manifest_could_complete_is_left_open_with_its_reason(key: str, resource: str, period: str, missing: str) -> None:
    drop = parse_drop_key(key)
    assert (drop.resource, drop.period and drop.period.text) == (resource, period)
    with pytest.raises(DropRefused, match=missing) as refused:
        raise unplaced(drop, key)
    assert refused.value.code == "key_grammar"
    assert "Put the file at <domain>.<resource>/<period>/<file name>" in str(refused.value)


@pytest.mark.parametrize("key", ["credit.a/2021/", "credit.a//x.csv", "/x.csv", "credit.a/2021/sub/x.csv", ""])
def test_what_no_manifest_could_complete_is_refused(key: str) -> None:
    with pytest.raises(DropRefused, match="Put the file at") as refused:
        parse_drop_key(key)
    assert refused.value.code == "key_grammar"


@pytest.mark.parametrize("period", ["2021-02-30", "2021-W54", "2021Q5", "202103", "2021-3"])
def test_an_impossible_period_is_refused_with_the_forms_there_are(period: str) -> None:
    with pytest.raises(DropRefused, match="2021-W09") as refused:
        parse_drop_key(f"credit.a/{period}/x.csv")
    assert (refused.value.code, refused.value.details["period"]) == ("period_impossible", period)
