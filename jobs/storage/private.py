"""Files that only their owner may read, written whole or not at all, and a lock between processes."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER_MODE = 0o700


def private_folder(path: Path) -> Path:
    """The folder, made with mode 0700 if it was not there."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return path


def replace_file(path: Path, text: str) -> None:
    """The file holds `text`, mode 0600; whoever reads meanwhile sees the old text or the new."""
    written = _written_beside(path, text)
    written.replace(path)


def create_file(path: Path, text: str) -> bool:
    """True if this call created the file, mode 0600; False if it stood there, and then it is left as it was."""
    written = _written_beside(path, text)
    try:
        os.link(written, path)
    except FileExistsError:
        return False
    finally:
        written.unlink()
    return True


@contextmanager
def held(path: Path) -> Iterator[None]:
    """One process or thread at a time inside; the lock falls with its holder."""
    private_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _written_beside(path: Path, text: str) -> Path:
    private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
