import shutil
from pathlib import Path

import pytest

from jobs.catalogue.catalogue import load_catalogue
from jobs.errors import CatalogueError

ROOT = Path(__file__).parents[3]


class Project:
    """A copy of the project's catalogue, to be spoiled."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, path: str, old: str, new: str) -> None:
        """Put `new` for the first `old`, which must be there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        (self.root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def append(self, path: str, line: str) -> int:
        """Add a last line; its number."""
        with (self.root / path).open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")
        return len((self.root / path).read_text(encoding="utf-8").splitlines())

    def error(self) -> str:
        """What loading it says."""
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(self.root)
        return str(raised.value)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for folder in ("schemas", "expectations", "conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Project(tmp_path)
