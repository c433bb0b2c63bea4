"""Secrets, generated at first use into an ignored folder."""

import re
from secrets import token_hex

from jobs.errors import SettingsError
from jobs.settings import Settings
from jobs.storage.private import create_file, private_folder

SECRET_BYTES = 24
NEXT = ".next"
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def secret(settings: Settings, name: str) -> str:
    """The secret of that name: 48 hexadecimal digits made at first use, or whatever the operator put into its file.

    Raises: SettingsError if the name is no plain file name or the file is empty.
    """
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"secret {name!r}: not a plain lower-case file name. Nothing was written. Use letters, digits, '-', '_' and '.'."
        )
    path = private_folder(settings.secrets_dir) / name
    if not path.exists():
        create_file(path, token_hex(SECRET_BYTES))
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise SettingsError(f"{path}: empty. Nothing was started. Write the secret into it, or remove it to have a new one made.")
    return text


def has_secret(settings: Settings, name: str) -> bool:
    """A secret of that name stands in the folder already."""
    return (settings.secrets_dir / name).is_file()


def successor(settings: Settings, name: str) -> str:
    """The secret that is to follow the one of that name: made at the first call, the same until `promote` or `forget`."""
    return secret(settings, f"{name}{NEXT}")


def promote(settings: Settings, name: str) -> None:
    """The successor is the secret from now on."""
    (settings.secrets_dir / f"{name}{NEXT}").replace(settings.secrets_dir / name)


def forget(settings: Settings, name: str) -> None:
    """Neither the secret nor a successor stands in the folder afterwards."""
    for known in (name, f"{name}{NEXT}"):
        (settings.secrets_dir / known).unlink(missing_ok=True)
