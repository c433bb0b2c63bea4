"""A provider comes, changes its key and leaves: on the real store, seen with the provider's own key."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.collect.main import Selection, collect
from jobs.collect.pipeline import Pipeline
from jobs.errors import OnboardingError
from jobs.onboarding.actions import offboard, onboard, rotate_key
from jobs.onboarding.records import records_of
from jobs.onboarding.roster_table import providers_table
from jobs.settings import Settings
from jobs.storage import accounts, embedded, secrets
from jobs.storage.client import s3_client
from jobs.storage.objects import list_objects, put, read_json
from jobs.storage.reach import reaches
from tests.unit.onboarding.conftest import ROSTER, Said

TAX, LANDING, RECEIPTS = "tax-bureau", "landing-tax-bureau", "receipts-tax-bureau"


def states(pipeline: Pipeline) -> list[str]:
    return [record["state"] for record in records_of(pipeline, TAX)]


def provision_again(pipeline: Pipeline) -> None:
    """As the next `haihe up` does, and after the stamp is lost."""
    accounts.provision(pipeline.settings, ROSTER)
    (pipeline.settings.home / "store" / "provisioned").unlink()
    accounts.provision(pipeline.settings, ROSTER)


def test_onboarding_ends_with_a_receipt_of_the_test_that_refuses_nothing_and_lands_nothing(
    pipeline: Pipeline, tmp_path: Path, said: Said
) -> None:
    onboard(pipeline, TAX, "王", tmp_path / "out", said.append)
    own = s3_client(accounts.provider_endpoint(pipeline.settings, TAX))
    [receipt] = [entry for entry in list_objects(own, RECEIPTS, "_test/") if entry.key.endswith("/receipt.json")]
    told = read_json(own, RECEIPTS, receipt.key)
    assert told["state"] == "test_ok"
    assert told["reasons"][0]["params"] == {"encoding": "UTF-8", "number": 3, "columns": ["报送单位", "测试日期", "测试序号"]}
    assert states(pipeline) == ["onboarded", "tested"]
    [drop] = pipeline.control.read_many(pipeline.control.keys("drops/"))
    assert drop["state"] == "test_ok"
    assert [pipeline.control.keys(prefix) for prefix in ("passes/", "batches/")] == [[], []]
    assert list_objects(pipeline.client, "raw") == []
    assert "refused on landing-civil-affairs, silver, control" in said.text


def test_onboarding_again_changes_nothing_and_says_what_stands(pipeline: Pipeline, tmp_path: Path, said: Said) -> None:
    onboard(pipeline, TAX, "王", tmp_path / "out", said.append)
    before = {name: list_objects(pipeline.client, name) for name in ("control", LANDING, RECEIPTS)}
    key = accounts.provider_endpoint(pipeline.settings, TAX)
    said.clear()
    onboard(pipeline, TAX, "李", tmp_path / "out", said.append)
    assert {name: list_objects(pipeline.client, name) for name in before} == before
    assert accounts.provider_endpoint(pipeline.settings, TAX) == key
    assert "found tested" in said[0]
    assert "by 王" in said[0]


def test_a_test_cut_off_before_its_record_is_finished_by_the_same_command(
    pipeline: Pipeline, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("jobs.onboarding.actions.read_back", cut_off)
        with pytest.raises(KeyboardInterrupt):
            onboard(pipeline, TAX, "王", tmp_path, said.append)
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    assert states(pipeline) == ["onboarded", "tested"]
    assert len(pipeline.control.keys("drops/")) == 1


def test_a_stranger_to_the_roster_is_not_onboarded(pipeline: Pipeline, tmp_path: Path, said: Said) -> None:
    with pytest.raises(OnboardingError, match=r"conf/providers\.csv"):
        onboard(pipeline, "nobody", "王", tmp_path, said.append)
    assert not pipeline.control.keys("onboarding/")


def test_the_sheet_has_the_duty_and_no_secret_and_the_key_lies_beside_it_for_its_owner_alone(
    pipeline: Pipeline, tmp_path: Path, said: Said
) -> None:
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    folder, secret = tmp_path / "onboarding" / TAX, accounts.provider_endpoint(pipeline.settings, TAX).secret_key
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    for sheet in ("sheet.html", "sheet.txt"):
        assert secret not in texts[sheet]
        for wanted in ("tax.vat_invoice/", "期次结束后第 1 个工作日 08:00 前", "20 至 2,000,000", "022-88000300", "022-00000000", LANDING):
            assert wanted in texts[sheet], (sheet, wanted)
    assert secret in texts["secret-key.txt"]
    assert secret in texts["rclone.conf"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert secret not in said.text
    kept = json.dumps(records_of(pipeline, TAX))
    assert secret not in kept


def test_after_a_rotation_the_old_key_is_refused_and_the_pipelines_own_lookup_has_the_new_one(
    pipeline: Pipeline, tmp_path: Path, said: Said
) -> None:
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    old = accounts.provider_endpoint(pipeline.settings, TAX)
    rotate_key(pipeline, TAX, "李", tmp_path, said.append)
    new = accounts.provider_endpoint(pipeline.settings, TAX)
    assert (reaches(old, LANDING), reaches(new, LANDING)) == (False, True)
    assert (tmp_path / "onboarding" / TAX / "secret-key.txt").read_text(encoding="utf-8").strip() == new.secret_key
    assert states(pipeline) == ["onboarded", "tested", "keys_rotated"]
    provision_again(pipeline)
    assert (reaches(old, LANDING), reaches(new, LANDING)) == (False, True)
    onboard(pipeline, TAX, "李", tmp_path, said.append)
    assert states(pipeline)[-1] == "tested"


@pytest.mark.parametrize("step", ["admin.create_account", "promote"])
def test_a_rotation_cut_off_goes_on_with_the_key_it_had_begun_with(
    pipeline: Pipeline, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    old = accounts.provider_endpoint(pipeline.settings, TAX)
    with monkeypatch.context() as cut:
        cut.setattr(f"jobs.storage.accounts.{step}", cut_off)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(pipeline, TAX, "王", tmp_path, said.append)
    begun = secrets.successor(pipeline.settings, f"provider-{TAX}")
    rotate_key(pipeline, TAX, "王", tmp_path, said.append)
    new = accounts.provider_endpoint(pipeline.settings, TAX)
    assert new.secret_key == begun
    assert (reaches(old, LANDING), reaches(new, LANDING)) == (False, True)


def test_who_was_offboarded_reaches_nothing_keeps_its_data_and_is_not_brought_back_by_the_next_start(
    pipeline: Pipeline, tmp_path: Path, said: Said
) -> None:
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    old = accounts.provider_endpoint(pipeline.settings, TAX)
    put(s3_client(old), LANDING, "tax.vat_invoice/2021-03-04/发票.csv", b"a\n1\n")
    for _ in range(2):
        offboard(pipeline, TAX, "李", "合并", tmp_path, said.append)
        assert not any(reaches(old, name) for name in (LANDING, RECEIPTS, "silver"))
    assert states(pipeline) == ["onboarded", "tested", "offboarded"]
    assert "found offboarded" in said.text
    assert "tax.vat_invoice/2021-03-04/发票.csv" in said.text
    provision_again(pipeline)
    assert not any(reaches(one, LANDING) for one in (old, accounts.provider_endpoint(pipeline.settings, TAX)))
    assert "tax.vat_invoice/2021-03-04/发票.csv" in {entry.key for entry in list_objects(pipeline.client, LANDING)}
    assert not (tmp_path / "onboarding" / TAX / "secret-key.txt").exists()
    with pytest.raises(OnboardingError, match="haihe onboard"):
        rotate_key(pipeline, TAX, "李", tmp_path, said.append)


def test_an_offboarding_cut_off_after_its_record_is_finished_by_the_next_start(
    pipeline: Pipeline, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    old = accounts.provider_endpoint(pipeline.settings, TAX)
    with monkeypatch.context() as cut:
        cut.setattr("jobs.onboarding.actions.close_provider", cut_off)
        with pytest.raises(KeyboardInterrupt):
            offboard(pipeline, TAX, "李", "合并", tmp_path, said.append)
    assert reaches(old, LANDING)
    accounts.provision(pipeline.settings, ROSTER)
    assert not reaches(old, LANDING)


def test_onboarding_brings_one_back_with_a_new_key(pipeline: Pipeline, tmp_path: Path, said: Said) -> None:
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    old = accounts.provider_endpoint(pipeline.settings, TAX)
    offboard(pipeline, TAX, "李", "误操作", tmp_path, said.append)
    onboard(pipeline, TAX, "李", tmp_path, said.append)
    new = accounts.provider_endpoint(pipeline.settings, TAX)
    assert (reaches(old, LANDING), reaches(new, LANDING)) == (False, True)
    assert states(pipeline) == ["onboarded", "tested", "offboarded", "onboarded", "tested"]
    provision_again(pipeline)
    assert reaches(new, LANDING)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("决定书文号,张三\n1,2\n".encode("gb18030"), "test_ok"),
        (b"PK\x03\x04 xl/", "test_unreadable"),
        (b"", "test_unreadable"),
    ],
)
def test_whatever_lies_below_the_test_folder_is_answered_as_a_test(pipeline: Pipeline, body: bytes, code: str) -> None:
    own = s3_client(accounts.provider_endpoint(pipeline.settings, TAX))
    put(own, LANDING, "_test/2021-13-99/a/b0123456789abcde.resend.csv", body)
    collect(pipeline, pytest.fail, ["_unplaced"], Selection(provider=TAX))
    [drop] = pipeline.control.read_many(pipeline.control.keys("drops/"))
    assert (drop["state"], drop["reasons"][0]["code"], drop["receipt"].split("/")[0]) == ("test_ok", code, "_test")
    # A file without a header begins with data, so what no contract knows is never told.
    assert "张三" not in json.dumps(drop, ensure_ascii=False)


def test_the_table_shows_state_last_real_drop_and_buckets(pipeline: Pipeline, tmp_path: Path, said: Said) -> None:
    onboard(pipeline, TAX, "王", tmp_path, said.append)
    table = providers_table(pipeline)
    rows = {row[0]: row for row in zip(*(column.cells for column in table.columns), strict=True)}
    assert (rows[TAX][2], rows[TAX][4:]) == ("tested", ("王", "never", f"{LANDING}, {RECEIPTS}"))
    assert rows["civil-affairs"][2] == "not onboarded"
    assert rows["transport"][6] == "none"
    own = s3_client(accounts.provider_endpoint(pipeline.settings, TAX))
    put(own, LANDING, "错位.csv", b"a\n1\n")
    collect(pipeline, pytest.fail, ["_unplaced"], Selection(provider=TAX))
    table = providers_table(pipeline)
    assert "never" not in {row[5] for row in zip(*(column.cells for column in table.columns), strict=True) if row[0] == TAX}


def test_on_an_external_store_the_operator_is_told_what_to_do_and_asked_again_until_it_is_done(
    pipeline: Pipeline, tmp_path: Path, said: Said
) -> None:
    root = embedded.root_endpoint(pipeline.settings)
    store = {"endpoint_url": root.endpoint_url, "access_key": root.access_key, "secret_key": root.secret_key}
    settings = Settings.model_validate(
        {"environment": "test", "root": pipeline.settings.root, "home": tmp_path / "external", "store": store}
    )
    external = replace(pipeline, settings=settings, client=s3_client(root))
    with pytest.raises(OnboardingError, match="access key provider-tax-bureau"):
        onboard(external, TAX, "王", tmp_path, said.append)
    policy = json.loads((tmp_path / "onboarding" / TAX / f"{LANDING}.policy.json").read_text(encoding="utf-8"))
    assert {"AWS": ["provider-tax-bureau"]} in [statement["Principal"] for statement in policy["Statement"]]
    assert not pipeline.control.keys("onboarding/")
    settings.secrets_dir.mkdir(parents=True)
    (settings.secrets_dir / "provider-tax-bureau").write_text(accounts.provider_endpoint(pipeline.settings, TAX).secret_key)
    onboard(external, TAX, "王", tmp_path, said.append)
    assert states(external) == ["onboarded", "tested"]
    with pytest.raises(OnboardingError, match="still opens"):
        offboard(external, TAX, "王", "合并", tmp_path, said.append)
    accounts.close_provider(pipeline.settings, TAX)
    offboard(external, TAX, "王", "合并", tmp_path, said.append)
    assert states(external) == ["onboarded", "tested", "offboarded"]
