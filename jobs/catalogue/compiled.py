"""The catalogue compiled to one JSON file, for readers that must be quick: Airflow parses every DAG file again at each task's start."""

import json
import os
from pathlib import Path

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.theme import Theme
from jobs.errors import CatalogueError


class CompiledTheme(Frozen):
    """A theme: the resources that wake it and the gold tables that it makes."""

    name: str
    title: str
    inputs: tuple[str, ...]
    tables: tuple[str, ...]


class CompiledCatalogue(Frozen):
    """What a DAG file needs, sorted by name: the resources and their titles, the themes, and in `shared` what a demand was ever granted."""

    resources: tuple[str, ...]
    titles: dict[str, str]
    themes: tuple[CompiledTheme, ...] = ()
    shared: tuple[str, ...] = ()


def write_compiled(catalogue: Catalogue, path: Path) -> None:
    """Write the compiled catalogue, whole or not at all."""
    resources = tuple(sorted(catalogue.contracts))
    # Without a date, so that the file hangs on the catalogue alone; `haihe share` knows which grants are live, and which just ended.
    demands = [row for _, rows in catalogue.demand.versions for row in rows if row.reply in ("met", "partly")]
    compiled = CompiledCatalogue(
        resources=resources,
        titles={name: catalogue.contracts[name].title for name in resources},
        themes=tuple(_compiled_theme(catalogue.themes[name]) for name in sorted(catalogue.themes)),
        shared=tuple(sorted({row.resource for row in demands})),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(compiled.model_dump(mode="json"), ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)


def load_compiled(path: Path) -> CompiledCatalogue:
    """The compiled catalogue. Raises: CatalogueError when it was never written."""
    if not path.is_file():
        raise CatalogueError(f"{path}: the compiled catalogue is missing. Run `haihe catalogue check` (make does), which writes it.")
    return CompiledCatalogue.model_validate_json(path.read_bytes())


def _compiled_theme(theme: Theme) -> CompiledTheme:
    return CompiledTheme(name=theme.name, title=theme.definition.title, inputs=theme.definition.inputs, tables=theme.tables)
