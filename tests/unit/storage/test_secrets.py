"""Secrets are made once and readable by their owner alone."""

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from jobs.errors import SettingsError
from jobs.settings import Settings
from jobs.storage.private import create_file, replace_file
from jobs.storage.secrets import secret
from tests.unit.storage.conftest import settings_in


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "home")


def first_secret(home: Path) -> str:
    return secret(settings_in(home), "raced")


def test_a_secret_and_its_folder_are_for_their_owner_alone(own: Settings) -> None:
    secret(own, "store-root")
    assert stat.S_IMODE(own.secrets_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((own.secrets_dir / "store-root").stat().st_mode) == 0o600


def test_a_secret_stays_what_it_is_and_differs_from_others(own: Settings) -> None:
    assert secret(own, "one") == secret(own, "one") != secret(own, "two")
    assert len(secret(own, "one")) == 48


def test_processes_that_race_for_a_new_secret_get_the_same(own: Settings) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert len(set(pool.map(first_secret, [own.home] * 16))) == 1
    assert [path.name for path in own.secrets_dir.iterdir()] == ["raced"]


@pytest.mark.parametrize("name", ["../escape", "a/b", "", ".hidden", "名"])
def test_a_name_that_is_no_plain_file_name_is_refused(own: Settings, name: str) -> None:
    with pytest.raises(SettingsError, match="plain lower-case file name"):
        secret(own, name)


def test_an_emptied_secret_is_refused(own: Settings) -> None:
    secret(own, "one")
    (own.secrets_dir / "one").write_text("\n")
    with pytest.raises(SettingsError, match="empty"):
        secret(own, "one")


def test_a_file_is_created_once_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert create_file(path, "first")
    assert not create_file(path, "second")
    assert path.read_text() == "first"
    replace_file(path, "third")
    assert path.read_text() == "third"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
