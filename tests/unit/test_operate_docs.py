"""docs/operate.md names what the code has: every setting, every code that an operator meets."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from jobs.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
NOT_IN_FILES = {"environment", "root", "home"}


def _names(model: type[BaseModel], prefix: str = "") -> list[str]:
    names = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        is_group = isinstance(kind, type) and issubclass(kind, BaseModel)
        names += _names(kind, f"{prefix}{name}.") if is_group else [f"{prefix}{name}"]
    return names


@pytest.mark.parametrize("name", [name for name in _names(Settings) if name not in NOT_IN_FILES])
def test_every_setting_has_a_row_with_its_meaning(name: str) -> None:
    rows = [line for line in OPERATE.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    assert len(rows[0].strip("| ").split("|")[-1].strip()) > 10


def test_the_production_example_is_a_file_of_settings_without_a_secret(tmp_path: Path) -> None:
    text = (ROOT / "conf" / "production.example.yaml").read_text(encoding="utf-8")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "production.yaml").write_text(text, encoding="utf-8")
    environ = {"HAIHE_ENV": "production", "HAIHE_STORE__ACCESS_KEY": "lake", "HAIHE_STORE__SECRET_KEY": "of the test"}
    settings = load_settings(tmp_path, environ)
    assert str(settings.store.endpoint_url).startswith("https://")
    assert settings.store.secret_key == "of the test"
    assert "secret_key" not in yaml.safe_load(text)["store"]
