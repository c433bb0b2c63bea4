"""A theme as data: a folder of `jobs/themes/` with its definition, SQL, parameters and the contracts of the gold tables it makes."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field as Attribute
from pydantic import ValidationError, model_validator

from jobs.catalogue.cells import Cell, CellType, read_cells, type_faults
from jobs.catalogue.contract import RESOURCE, SNAKE_CASE, Contract
from jobs.catalogue.frozen import Frozen, faults_of, read_yaml, refuse
from jobs.catalogue.roster import Code
from jobs.errors import CatalogueError

DEFINITION, VALUES, PARAMETERS = "theme.yaml", "values", "parameters"
STEP_FILE = r"^[0-9]{2}_[a-z][a-z0-9_]*\.sql$"
# What every statement may use beside the theme's own values.
GIVEN = frozenset({"theme", "method_version"})
# Text and comments first, so that a colon inside them is no parameter.
PARAMETER = re.compile(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|/\*.*?\*/|(?<![:\w]):(?P<name>[A-Za-z_]\w*)", re.DOTALL)


class Column(CellType):
    """A column of a gold table. `unit` is null for what has none; a `required` column holds no null."""

    name: str = Attribute(pattern=SNAKE_CASE)
    title: str
    title_en: str
    unit: str | None = None
    required: bool = False


class GoldTable(Frozen):
    """The contract of a gold table: its columns in their order, what a row is and what tells rows apart."""

    view: str = Attribute(pattern=SNAKE_CASE)
    title: str
    title_en: str
    grain: str
    key: tuple[str, ...] = Attribute(min_length=1)
    columns: tuple[Column, ...] = Attribute(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> "GoldTable":
        names = [column.name for column in self.columns]
        faults = [f"column {name!r} stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
        faults += [f"key column {name!r} is not among the columns" for name in self.key if name not in names]
        faults += [f"{column.name}: {fault}" for column in self.columns for fault in type_faults(column)]
        if faults:
            raise ValueError(f"{self.view}: " + "; ".join(faults))
        return self


class Union(Frozen):
    """All rows of the views that a column of a parameter table names."""

    parameters: str
    column: str


class Step(Frozen):
    """A view: a SELECT in a file, or the union of views that stand by then.

    `keep` computes it once for all the steps that share it, as gold tables always are.
    """

    view: str = Attribute(pattern=SNAKE_CASE)
    sql: str | None = Attribute(default=None, pattern=STEP_FILE)
    union: Union | None = None
    keep: bool = False

    @model_validator(mode="after")
    def _is_one_of_two(self) -> "Step":
        if (self.sql is None) == (self.union is None):
            raise ValueError(f"{self.view}: a step has either `sql` or `union`")
        return self


class ParameterTable(Frozen):
    """A table of parameters, `parameters/<name>.csv`: what its columns hold."""

    name: str = Attribute(pattern=SNAKE_CASE)
    title: str
    columns: Mapping[str, CellType] = Attribute(min_length=1)


class Definition(Frozen):
    """`theme.yaml`. `inputs` are resources, whose silver tables are views named like the tables; `code_sets` are views `codes__<name>`."""

    title: str
    title_en: str
    purpose: str
    method_version: str
    inputs: tuple[str, ...] = Attribute(min_length=1)
    code_sets: tuple[str, ...] = ()
    parameters: tuple[ParameterTable, ...] = ()
    steps: tuple[Step, ...] = Attribute(min_length=1)
    tables: tuple[GoldTable, ...] = Attribute(min_length=1)


class Value(Frozen):
    """A row of `parameters/values.csv`: a value that statements use as `:name`."""

    name: str = Attribute(pattern=SNAKE_CASE)
    value: Cell
    title: str


class Theme(Frozen):
    """A theme, read and checked. `sql` is by file, `rows` by parameter table; `sha256` is of all that its result hangs on but data."""

    name: str = Attribute(pattern=SNAKE_CASE)
    definition: Definition
    sql: Mapping[str, str]
    values: tuple[Value, ...]
    rows: Mapping[str, tuple[tuple[Cell, ...], ...]]
    codes: Mapping[str, tuple[Code, ...]]
    sha256: str

    def table(self, gold: GoldTable) -> str:
        """The table's name in the layer gold: `resumption__daily_index`."""
        return f"{self.name}__{gold.view}"

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of all gold tables."""
        return tuple(self.table(gold) for gold in self.definition.tables)

    @property
    def arguments(self) -> dict[str, Cell]:
        """What a statement may use as `:name`."""
        given: dict[str, Cell] = {"theme": self.name, "method_version": self.definition.method_version}
        return given | {value.name: value.value for value in self.values}


def read_themes(
    root: Path, contracts: Mapping[str, Contract], code_sets: Mapping[str, tuple[Code, ...]], faults: list[str]
) -> dict[str, Theme]:
    """Every theme of the project by name; the faults of those that cannot be read go to `faults`."""
    themes = {}
    for path in sorted((root / "jobs" / "themes").glob(f"*/{DEFINITION}")):
        try:
            themes[path.parent.name] = read_theme(path.parent, contracts, code_sets)
        except CatalogueError as error:
            faults.append(str(error))
    return themes


def read_theme(folder: Path, contracts: Mapping[str, Contract], code_sets: Mapping[str, tuple[Code, ...]]) -> Theme:
    """The theme in `folder`. Raises: CatalogueError with all of its faults."""
    path = folder / DEFINITION
    try:
        definition = Definition.model_validate(read_yaml(path))
    except ValidationError as error:
        raise refuse(path, faults_of(error)) from error
    faults: list[str] = []
    sql = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}
    values = _read_values(folder, faults)
    rows = {table.name: _read_table(folder, table, faults) for table in definition.parameters}
    codes = {name: code_sets.get(name, ()) for name in definition.code_sets}
    faults += [
        *_input_faults(definition, contracts, code_sets),
        *_view_faults(definition, rows),
        *_file_faults(folder, definition, sql),
        *_argument_faults(sql, {value.name for value in values}),
    ]
    if faults:
        raise refuse(path, faults)
    digest = _digest(folder, codes)
    return Theme(name=folder.name, definition=definition, sql=sql, values=values, rows=rows, codes=codes, sha256=digest)


def input_view(resource: str) -> str:
    """The view of a resource's silver table: `power__daily_electricity`."""
    return resource.replace(".", "__")


def code_view(code_set: str) -> str:
    """The view of a code set: `codes__region`, with the columns code and name."""
    return f"codes__{code_set}"


def _read_values(folder: Path, faults: list[str]) -> tuple[Value, ...]:
    path = folder / PARAMETERS / f"{VALUES}.csv"
    if not path.is_file():
        return ()
    text = CellType(type="string", required=True)
    columns = {"name": text, "type": text, "value": text, "title": text}
    values = []
    for name, kind, value, title in _gathered(path, columns, faults):
        try:
            cell = CellType.of_words(str(kind)).parse(str(value))
            values.append(Value(name=str(name), value=cell, title=str(title)))
        except ValueError as error:
            faults.append(f"{PARAMETERS}/{path.name}: {name}: {error}")
    names = [value.name for value in values]
    faults += [f"{PARAMETERS}/{path.name}: {name!r} stands twice" for name in sorted({one for one in names if names.count(one) > 1})]
    return tuple(values)


def _read_table(folder: Path, table: ParameterTable, faults: list[str]) -> tuple[tuple[Cell, ...], ...]:
    faults += [f"parameters {table.name}: {name}: {fault}" for name, kind in table.columns.items() for fault in type_faults(kind)]
    return _gathered(folder / PARAMETERS / f"{table.name}.csv", table.columns, faults)


def _gathered(path: Path, columns: Mapping[str, CellType], faults: list[str]) -> tuple[tuple[Cell, ...], ...]:
    rows, found = read_cells(path, columns)
    faults += [f"{PARAMETERS}/{path.name}: {fault}" for fault in found]
    return rows


def _input_faults(definition: Definition, contracts: Mapping[str, Contract], code_sets: Mapping[str, Any]) -> Iterator[str]:
    for resource in definition.inputs:
        contract = contracts.get(resource)
        if contract is None:
            known = "" if re.match(RESOURCE, resource) else " (a resource is domain.name)"
            yield f"input {resource!r} has no contract in schemas/{known}"
        elif contract.is_restricted:
            yield f"input {resource!r} is restricted; gold is read by every analyst, so no theme reads it"
    yield from (f"code set {name!r} is not in conf/codes/" for name in definition.code_sets if name not in code_sets)


def _view_faults(definition: Definition, rows: Mapping[str, Sequence[Sequence[Cell]]]) -> Iterator[str]:
    tables = {table.name: table for table in definition.parameters}
    standing = [*map(input_view, definition.inputs), *map(code_view, definition.code_sets), *tables]
    for step in definition.steps:
        if step.view in standing:
            yield f"view {step.view!r} stands already when its step comes"
        if step.union:
            table = tables.get(step.union.parameters)
            if table is None or step.union.column not in table.columns:
                yield f"step {step.view}: no column {step.union.column!r} in parameters {step.union.parameters!r}"
                continue
            named = [row[list(table.columns).index(step.union.column)] for row in rows[table.name]]
            strange = sorted({str(name) for name in named} - set(standing))
            if strange or not named:
                yield f"step {step.view}: parameters {table.name} name {strange or 'no view at all'}, which no earlier step makes"
        standing.append(step.view)
    made = {step.view for step in definition.steps}
    yield from (f"table {table.view!r} has no step of that name" for table in definition.tables if table.view not in made)


def _file_faults(folder: Path, definition: Definition, sql: Mapping[str, str]) -> Iterator[str]:
    named = {step.sql for step in definition.steps if step.sql}
    yield from (f"{name}: no such file, which a step names" for name in sorted(named - set(sql)))
    yield from (f"{name} is in no step" for name in sorted(set(sql) - named))
    known = {f"{name}.csv" for name in (VALUES, *(table.name for table in definition.parameters))}
    strange = sorted({path.name for path in (folder / PARAMETERS).glob("*")} - known)
    yield from (f"{PARAMETERS}/{name} is not among the theme's parameters" for name in strange)


def _argument_faults(sql: Mapping[str, str], values: set[str]) -> Iterator[str]:
    used = {file: {found["name"] for found in PARAMETER.finditer(text) if found["name"]} for file, text in sql.items()}
    for file, names in used.items():
        yield from (f"{file}: :{name} is not in {PARAMETERS}/{VALUES}.csv" for name in sorted(names - values - GIVEN))
    unused = values - {name for names in used.values() for name in names}
    yield from (f"{PARAMETERS}/{VALUES}.csv: {name!r} is used by no statement" for name in sorted(unused))


def _digest(folder: Path, codes: Mapping[str, tuple[Code, ...]]) -> str:
    digest = hashlib.sha256()
    for path in (folder / DEFINITION, *sorted(folder.glob("*.sql")), *sorted((folder / PARAMETERS).glob("*.csv"))):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    for name, rows in sorted(codes.items()):
        digest.update(f"codes/{name}\0{[(row.code, row.name) for row in rows]}\0".encode())
    return digest.hexdigest()
