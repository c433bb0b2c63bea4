"""`haihe new`: the files it writes load as a draft, nothing of a draft can be signed, and nothing that stands is touched."""

import re
from pathlib import Path

import pytest

import jobs.cli
from jobs.catalogue.catalogue import load_catalogue
from jobs.errors import CatalogueError
from tests.unit.proposing.rentals import DUTIES, WRITTEN, confirm, sample_rows, spoiled, write_sample


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "租赁 备案[1].csv")


@pytest.fixture
def haihe(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(jobs.cli, "ROOT", project)
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path / "home"))
    return project


def new(*more: str, resource: str = "housing.rental", sample: Path) -> int:
    return jobs.cli.main(["new", resource, "--from", str(sample), "--provider", "housing-construction", *more])


def test_contract_suite_duty_and_golden_case_are_written_and_load(haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (haihe / DUTIES).read_bytes()
    assert new("--cycle", "monthly", "--title", "房屋租赁备案", sample=sample) == 0
    shown = capsys.readouterr().out
    assert all((haihe / name).is_file() and name in shown for name in WRITTEN)
    contract = load_catalogue(haihe).contracts["housing.rental"]
    assert (contract.is_draft, contract.title, contract.dialect("*").encoding, contract.dialect("*").delimiter) == (
        True,
        "房屋租赁备案",
        "gb18030",
        "|",
    )
    assert [field.header for field in contract.fields] == sample_rows()[0]
    assert (haihe / DUTIES).read_bytes().startswith(before)
    duty = load_catalogue(haihe).responsibility.versions[-1][1][-1]
    assert (duty.duty_id, duty.status, duty.cycle, duty.share_type) == ("DUTY-0160", "draft", "monthly", "3")
    assert re.search("^1\\. .*\n.*\n2\\. .*\n3\\. ", shown, re.MULTILINE)


def test_no_value_of_a_personal_column_is_written_or_shown(haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(sample=sample)
    told = capsys.readouterr().out
    told += "".join(path.read_bytes().decode("gb18030", "replace") for path in haihe.rglob("rental*") if path.is_file())
    told += "".join(
        path.read_text(encoding="gb18030" if path.name == "input.csv" else "utf-8")
        for path in (haihe / "tests/golden").rglob("*")
        if path.is_file()
    )
    told += "".join((haihe / name).read_text(encoding="utf-8") for name in WRITTEN)
    personal = {cell for row in sample_rows()[1:] for cell in row[1:4]}
    assert not {value for value in personal if value in told}
    assert "3000.50" not in told


def test_what_stands_is_never_written_over(haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(resource="credit.administrative_penalty", sample=sample) == 1
    assert "has a contract already" in capsys.readouterr().err
    case = haihe / WRITTEN[2]
    case.parent.mkdir(parents=True)
    case.write_text("mine", encoding="utf-8")
    before = (haihe / DUTIES).read_bytes()
    assert new(sample=sample) == 1
    assert f"{WRITTEN[2]} stand already" in capsys.readouterr().err
    assert case.read_text(encoding="utf-8") == "mine"
    assert (haihe / DUTIES).read_bytes() == before
    assert not (haihe / "schemas/housing").exists()


def test_what_does_not_load_is_taken_back(haihe: Path, sample: Path) -> None:
    # A list that another hand has spoilt since it was read.
    from jobs.proposing.proposal import Request, propose
    from jobs.proposing.sample import read_sample
    from jobs.proposing.writing import write_proposal

    catalogue = load_catalogue(haihe)
    proposal = propose(read_sample(sample), Request("housing.rental", "housing-construction"), catalogue)
    (haihe / "conf/providers.csv").write_text("provider_id\n", encoding="utf-8")
    before = (haihe / DUTIES).read_bytes()
    with pytest.raises(CatalogueError):
        write_proposal(haihe, proposal, catalogue)
    assert (haihe / DUTIES).read_bytes() == before
    assert not [name for name in WRITTEN if (haihe / name).exists()]


@pytest.mark.parametrize(
    ("resource", "more", "told"),
    [
        ("Housing", (), "not the name of a resource"),
        ("housing.rental", ("--system", "SYS-NONE"), "SYS-NONE is not in the system list"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    resource: str, more: tuple[str, ...], told: str, haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(*more, resource=resource, sample=sample) == 1
    assert told in capsys.readouterr().err
    assert not (haihe / "schemas/housing").exists()


def test_the_check_of_the_catalogue_tells_the_draft(haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(sample=sample)
    capsys.readouterr()
    assert jobs.cli.main(["catalogue", "check"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("proposed:")]
    assert "housing.rental, a draft" in line
    assert "DUTY-0160 draft" in line
    assert int(re.search(r"(\d+) guesses to confirm in its contract", line)[1]) > 20  # type: ignore[index]


def test_a_duty_for_a_draft_cannot_be_signed_nor_one_that_says_to_be_confirmed(haihe: Path, sample: Path) -> None:
    new(sample=sample)
    spoiled(haihe / DUTIES, ",3,,draft,", ",3,,signed,")
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(haihe)
    assert "DUTY-0160: is signed, and the contract of housing.rental is a draft" in str(refused.value)
    assert "DUTY-0160: is signed, and office is '待确认'" in str(refused.value)


def test_an_active_contract_may_hold_no_proposal(haihe: Path, sample: Path) -> None:
    new(sample=sample)
    spoiled(haihe / WRITTEN[0], "status: draft", "status: active")
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(haihe)
    assert "not confirmed are: contract: title; contract: purpose; contract: grain; contract: catalogueCode" in str(refused.value)
    assert re.search("column_2: name column_2: to be named", str(refused.value))


def test_a_confirmed_resource_is_one_like_any_other(haihe: Path, sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(sample=sample)
    confirm(haihe)
    capsys.readouterr()
    assert jobs.cli.main(["catalogue", "check"]) == 0
    assert "proposed" not in capsys.readouterr().out


def test_proposals_left_in_the_suite_of_an_active_contract_are_refused(haihe: Path, sample: Path) -> None:
    new(sample=sample)
    suite = (haihe / WRITTEN[1]).read_text(encoding="utf-8")
    confirm(haihe)
    (haihe / WRITTEN[1]).write_text(suite, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"these expectations are proposals still"):
        load_catalogue(haihe)


def test_a_column_on_the_negative_list_is_told(haihe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "faces.csv"
    file.write_text("".join(f"{cell}\n" for cell in ["no,Finger_Print", *(f"N{number:04d},x" for number in range(30))]), encoding="utf-8")
    assert new(sample=file) == 0
    assert "negative list: Finger_Print is forbidden by NEG-2021-001 (refuse)" in capsys.readouterr().out
