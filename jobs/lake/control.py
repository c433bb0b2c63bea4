"""Small JSON objects in control, each written once: what happened, as data."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from jobs.errors import ObjectExists, StoreError
from jobs.storage.client import S3Client
from jobs.storage.objects import find_json, list_objects, put, put_new_json, read_json

# Records are small: reading many is waiting for the store.
READERS = 8


class Control(Protocol):
    """Where records stand. Keys look like paths; a record is never changed."""

    def read(self, key: str) -> Any:
        """The record. Raises: StoreError if there is none."""

    def find(self, key: str) -> Any | None:
        """The record; None if there is none."""

    def read_many(self, keys: Sequence[str]) -> list[Any]:
        """The records of these keys, in their order. Raises: StoreError if one is not there."""

    def create(self, key: str, value: object) -> bool:
        """Whether this call made the record (or an equal one stands there after a lost reply); False leaves what stands as it is."""

    def replace(self, key: str, value: object) -> None:
        """Overwrite what is no record (a heartbeat)."""

    def keys(self, prefix: str) -> list[str]:
        """Keys under a prefix, in order."""


@dataclass(frozen=True, slots=True)
class StoreControl:
    """The control bucket on a store: a record is a conditional PUT."""

    client: S3Client
    bucket: str

    def read(self, key: str) -> Any:
        """See Control."""
        return read_json(self.client, self.bucket, key)

    def find(self, key: str) -> Any | None:
        """See Control."""
        return find_json(self.client, self.bucket, key)

    def read_many(self, keys: Sequence[str]) -> list[Any]:
        """See Control."""
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(self.read, keys))

    def create(self, key: str, value: object) -> bool:
        """See Control."""
        try:
            put_new_json(self.client, self.bucket, key, value)
        except ObjectExists:
            return False
        return True

    def replace(self, key: str, value: object) -> None:
        """See Control."""
        put(self.client, self.bucket, key, json.dumps(value).encode(), "application/json")

    def keys(self, prefix: str) -> list[str]:
        """See Control."""
        return [entry.key for entry in list_objects(self.client, self.bucket, prefix)]


@dataclass(frozen=True, slots=True)
class ControlRoom:
    """A part of control for records of one kind, which others that list theirs never meet: all keys lie under `name/`."""

    control: Control
    name: str

    def read(self, key: str) -> Any:
        """See Control."""
        return self.control.read(self._key(key))

    def find(self, key: str) -> Any | None:
        """See Control."""
        return self.control.find(self._key(key))

    def read_many(self, keys: Sequence[str]) -> list[Any]:
        """See Control."""
        return self.control.read_many([self._key(key) for key in keys])

    def create(self, key: str, value: object) -> bool:
        """See Control."""
        return self.control.create(self._key(key), value)

    def replace(self, key: str, value: object) -> None:
        """See Control."""
        self.control.replace(self._key(key), value)

    def keys(self, prefix: str) -> list[str]:
        """See Control."""
        return [key.removeprefix(self._key("")) for key in self.control.keys(self._key(prefix))]

    def _key(self, key: str) -> str:
        return f"{self.name}/{key}"


@dataclass(frozen=True, slots=True)
class FolderControl:
    """A folder of one process' own: what `haihe check` writes down while it judges."""

    folder: Path

    def read(self, key: str) -> Any:
        """See Control."""
        found = self.find(key)
        if found is None:
            raise StoreError(f"{self.folder / key}: no such record.")
        return found

    def find(self, key: str) -> Any | None:
        """See Control."""
        path = self.folder / key
        return json.loads(path.read_bytes()) if path.is_file() else None

    def read_many(self, keys: Sequence[str]) -> list[Any]:
        """See Control."""
        return [self.read(key) for key in keys]

    def create(self, key: str, value: object) -> bool:
        """See Control."""
        if (self.folder / key).exists():
            return False
        self.replace(key, value)
        return True

    def replace(self, key: str, value: object) -> None:
        """See Control."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")

    def keys(self, prefix: str) -> list[str]:
        """See Control."""
        found = (str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))


def settle(control: Control, key: str, value: Any) -> Any:
    """What stands under the key from now on: `value`, or what another run put there first."""
    return value if control.create(key, value) else control.read(key)
