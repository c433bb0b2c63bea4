"""Reading a file of the catalogue into frozen models: unknown keys are refused, and an error names the file and all of its faults."""

import csv
import io
import json
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from jobs.errors import CatalogueError

# The C loader reads a contract of twenty columns in 2 ms, the pure one in 15.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Frozen(BaseModel):
    """A value that refuses unknown keys and cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


def faults_of(error: ValidationError) -> list[str]:
    """One line per fault: where in the file, what is wrong, with which value."""
    return [f"{'.'.join(map(str, fault['loc'])) or '(whole)'}: {fault['msg']} (is {fault['input']!r:.80})" for fault in error.errors()]


def refuse(path: Path, faults: list[str]) -> CatalogueError:
    """The error for a file with these faults."""
    return CatalogueError(f"{path}: {len(faults)} fault(s): " + "; ".join(faults) + ". The catalogue was not loaded. Mend the file.")


def read_yaml(path: Path) -> object:
    """The YAML document in `path`. Raises: CatalogueError, naming line and column."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 (CSafeLoader is a safe loader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise refuse(path, [f"is not YAML in UTF-8: {error}"]) from error


def read_json(path: Path) -> object:
    """The JSON document in `path`. Raises: CatalogueError, naming line and column."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise refuse(path, [f"is not JSON in UTF-8: {error}"]) from error


def read_rows(path: Path, model: type[Model]) -> tuple[Model, ...]:
    """One `model` per line of a UTF-8 CSV file with a header; an empty cell is a null. Raises: CatalogueError with every fault by line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(path, [f"is not a CSV file in UTF-8: {error}"]) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="(more cells than headings)")
    unknown = [name for name in reader.fieldnames or () if name not in model.model_fields]
    faults = [f"line 1, unknown column {name!r}, known are {sorted(model.model_fields)}" for name in unknown]
    rows: list[Model] = []
    for row in reader:
        try:
            rows.append(model.model_validate({key: value for key, value in row.items() if value not in ("", None) and key not in unknown}))
        except ValidationError as error:
            faults += [f"line {reader.line_num}, {fault}" for fault in faults_of(error)]
    if faults:
        raise refuse(path, faults)
    return tuple(rows)
