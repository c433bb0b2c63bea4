"""What must come of every drop, and every fault by line: beside the drops, out of the pipeline's reach."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs.errors import HaiheError
from jobs.samplecity.extract import Fault, State

TRUTH = "truth.json"


@dataclass(frozen=True)
class DropTruth:
    """One file under `drops/`, in the order in which they are to be dropped. Counts are null where no row is judged."""

    file: str
    provider: str
    resource: str
    period: str
    name: str
    state: State
    reason: str | None
    rows_read: int | None
    rows_accepted: int | None
    rows_quarantined: int | None
    copy_of: str | None = None

    @property
    def key(self) -> str:
        """Its key in the provider's landing bucket."""
        return f"{self.resource}/{self.period}/{self.name}"


@dataclass(frozen=True)
class ManyWarnings:
    """Warnings of one rule in one file that are too many to list: how many rows."""

    file: str
    rule: str
    count: int


@dataclass(frozen=True)
class City:
    """The whole truth. Files lie in `root/drops/`; manifests lie beside their files and are not drops of their own."""

    root: Path
    seed: int
    scale: float
    received: date
    drops: tuple[DropTruth, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[ManyWarnings, ...]

    @property
    def drops_dir(self) -> Path:
        """Where the files lie."""
        return self.root / "drops"


def write_truth(city: City) -> Path:
    """Write `truth.json`; keys in order, one fault a line."""
    path = city.root / TRUTH
    head = {"seed": city.seed, "scale": city.scale, "received": city.received.isoformat()}
    parts = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
    parts += [f'"{name}": {_lines(getattr(city, name))}' for name in ("drops", "faults", "warnings")]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    return path


def read_truth(root: Path) -> City:
    """The truth that `write_truth` left in `root`. Raises: HaiheError where there is none."""
    path = root / TRUTH
    if not path.is_file():
        raise HaiheError(f"{path}: no such file. No sample city stands there. Run `haihe samplecity` first.")
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return City(
        root=root,
        seed=found["seed"],
        scale=found["scale"],
        received=date.fromisoformat(found["received"]),
        drops=tuple(DropTruth(**row) for row in found["drops"]),
        faults=tuple(Fault(**row) for row in found["faults"]),
        warnings=tuple(ManyWarnings(**row) for row in found["warnings"]),
    )


def _lines(rows: tuple[Any, ...]) -> str:
    return "[\n" + ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows) + "\n]"
