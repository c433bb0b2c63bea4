"""The data dictionary gathered from where its facts live: contract, lists, Delta logs, the projection in gold, themes."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs.analysis.desk import LAYERS
from jobs.analysis.projection import CATALOGUE, QUALITY
from jobs.catalogue.contract import Contract, Field, Protection
from jobs.catalogue.frozen import read_yaml
from jobs.collect.pipeline import Pipeline
from jobs.lake.derived import read_rows
from jobs.lake.silver import silver_key, silver_layer
from jobs.lake.snapshot import Snapshot, TableColumn, read_extent, read_sample, read_snapshot
from jobs.reports.dictionary_page import (
    ColumnLine,
    DictionaryPage,
    Freshness,
    ProviderLine,
    QualityLine,
    render_index,
    render_page,
    sample_cell,
)
from jobs.storage.objects import find_bytes, list_folders, put

FOLDER = "dictionary"
SAMPLE_ROWS = 5
LATEST_DELIVERIES = 30
CODES_SHOWN = 20
READERS = 8
HTML = "text/html; charset=utf-8"
# What publishing adds to a field's name, longest first: see lake/silver.py.
SUFFIXES = ("_masked", "_source", "_token", "")


@dataclass(frozen=True, slots=True)
class Known:
    """What is read once for all pages: the projection's rows by table and by resource, and which theme reads which names."""

    tables: Mapping[tuple[str, str], Mapping[str, Any]]
    deliveries: Mapping[str, Sequence[Mapping[str, Any]]]
    themes: Mapping[str, frozenset[str]]


def dictionary_files(pipeline: Pipeline, today: date) -> dict[str, bytes]:
    """The pages of every table of silver and gold and of every contract, and the index, by file name; equal for equal facts."""
    contracts = {(silver_layer(contract), contract.table): contract for contract in pipeline.catalogue.contracts.values()}
    standing = {(layer, name) for layer in LAYERS for name in list_folders(pipeline.client, pipeline.bucket(layer))}
    known = _known(pipeline)
    keys = sorted({*contracts, *standing}, key=lambda key: (key[0] == "gold", key))
    with ThreadPoolExecutor(READERS) as pool:
        pages = list(pool.map(lambda key: _page(pipeline, key, contracts.get(key), known, today), keys))
    told = [page for page in pages if page]
    return {"index.html": render_index(told).encode(), **{page.file_name: render_page(page).encode() for page in told}}


def write_dictionary(pipeline: Pipeline, files: Mapping[str, bytes], folder: Path | None = None) -> int:
    """How many pages were written to the `docs` bucket, and to the folder if one is given; an unchanged one is left alone."""
    bucket = pipeline.bucket("docs")
    changed = {name for name, body in files.items() if find_bytes(pipeline.client, bucket, f"{FOLDER}/{name}") != body}
    for name in sorted(changed):
        put(pipeline.client, bucket, f"{FOLDER}/{name}", files[name], HTML)
    for name, body in files.items() if folder else ():
        path = Path(folder or ".") / name
        if not path.is_file() or path.read_bytes() != body:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            changed.add(name)
    return len(changed)


def _known(pipeline: Pipeline) -> Known:
    deliveries: dict[str, list[Mapping[str, Any]]] = {}
    for row in read_rows(pipeline.lake, QUALITY):
        deliveries.setdefault(row["resource"], []).append(row)
    tables = {(row["layer"], row["table_name"]): row for row in read_rows(pipeline.lake, CATALOGUE)}
    return Known(tables, deliveries, _themes(pipeline.settings.root))


def _themes(root: Path) -> dict[str, frozenset[str]]:
    """Theme -> every text in its theme.yaml, among them the tables and resources that it reads."""
    return {path.parent.name: frozenset(_texts(read_yaml(path))) for path in sorted((root / "jobs" / "themes").glob("*/theme.yaml"))}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from (*_texts(key), *_texts(one))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _page(pipeline: Pipeline, key: tuple[str, str], contract: Contract | None, known: Known, today: date) -> DictionaryPage | None:
    """The table's page; None for a folder that is no table and has no contract."""
    snapshot, extent = read_snapshot(pipeline.lake, *key), read_extent(pipeline.lake, *key)
    if snapshot is None and contract is None:
        return None
    columns = snapshot.columns if snapshot else ()
    names = {".".join(key), key[1], contract.resource if contract else key[1]}
    return DictionaryPage(
        layer=key[0],
        table=key[1],
        title=contract.title if contract else (snapshot and snapshot.title) or key[1],
        key=silver_key(contract) if contract else (),
        rows=extent.rows if extent else None,
        version=snapshot.version if snapshot else None,
        columns=tuple(_column(pipeline, column, contract) for column in columns),
        themes=tuple(theme for theme, texts in known.themes.items() if texts & names),
        freshness=_freshness(known.tables.get(key)),
        sample=_sample(pipeline, snapshot, contract),
        **_contract_facts(pipeline, contract, known, today),
    )


def _contract_facts(pipeline: Pipeline, contract: Contract | None, known: Known, today: date) -> dict[str, Any]:
    if contract is None:
        nothing = dict.fromkeys(("grain", "resource", "contract_version", "catalogue_code", "purpose", "load", "classification"))
        return {**nothing, "is_restricted": False, "providers": (), "lineage": (), "quality": ()}
    deliveries = sorted(known.deliveries.get(contract.resource, ()), key=lambda row: row["last_received_at"], reverse=True)
    quality = [QualityLine.model_validate({name: row[name] for name in QualityLine.model_fields}) for row in deliveries]
    return {
        "grain": contract.grain,
        "resource": contract.resource,
        "contract_version": contract.version,
        "catalogue_code": contract.catalogue_code,
        "purpose": contract.purpose,
        "load": contract.load,
        "classification": max(field.classification for field in contract.fields),
        "is_restricted": contract.is_restricted,
        "providers": tuple(_providers(pipeline, contract, today)),
        "lineage": (
            f"landing-<provider>/{contract.resource}",
            "raw",
            *(f"{layer}.{contract.table}" for layer in ("bronze", "verdicts", silver_layer(contract))),
        ),
        "quality": tuple(quality[:LATEST_DELIVERIES]),
    }


def _providers(pipeline: Pipeline, contract: Contract, today: date) -> Iterator[ProviderLine]:
    catalogue = pipeline.catalogue
    systems = {system.system_id: system.name for system in catalogue.system.in_force(today)[1]}
    for duty in catalogue.responsibility.in_force(today)[1]:
        if duty.resource == contract.resource:
            name = catalogue.providers[duty.provider_id].name
            yield ProviderLine(
                provider_id=duty.provider_id, name=name, cycle=duty.cycle, system=systems.get(duty.system_id, duty.system_id)
            )


def _column(pipeline: Pipeline, column: TableColumn, contract: Contract | None) -> ColumnLine:
    field = _field(column.name, contract)
    shown: dict[str, Any] = {"name": column.name, "type": column.type, "english": column.name.strip("_").replace("_", " ")}
    if field is None or contract is None:
        return ColumnLine(**shown, title=column.comment or "", is_key=bool(contract and column.name in silver_key(contract)))
    codes = pipeline.catalogue.code_sets.get(field.code_set or "", ())
    is_value = column.name == field.name
    return ColumnLine(
        **shown,
        title=column.comment or field.title,
        source_header=field.header,
        classification=field.classification,
        protection=_protection(column.name, field),
        code_set=field.code_set if is_value else None,
        codes=tuple((code.code, code.name) for code in codes[:CODES_SHOWN]) if is_value else (),
        unit=field.unit,
        is_key=column.name in silver_key(contract),
        is_required=field.required and not column.name.endswith("_source"),
        note=field.note,
    )


def _protection(column: str, field: Field) -> Protection:
    """A protected field stands as token and mask beside each other, or as mask alone."""
    return "mask" if field.protection == "token" and column.endswith("_masked") else field.protection


def _field(column: str, contract: Contract | None) -> Field | None:
    """The contract's field that the column comes from; None for lineage and for tables without a contract."""
    fields = {field.name: field for field in contract.fields} if contract else {}
    stems = (column.removesuffix(suffix) for suffix in SUFFIXES if column.endswith(suffix))
    return next((fields[name] for name in (column, *stems) if name in fields), None)


def _freshness(row: Mapping[str, Any] | None) -> Freshness | None:
    return Freshness.model_validate({name: row[name] for name in Freshness.model_fields}) if row else None


def _sample(pipeline: Pipeline, snapshot: Snapshot | None, contract: Contract | None) -> tuple[tuple[str, ...], ...]:
    """A few rows as silver and gold hold them, which is masked; none of a restricted table."""
    if snapshot is None or (contract and contract.is_restricted):
        return ()
    names = [column.name for column in snapshot.columns]
    rows = read_sample(pipeline.lake, snapshot.layer, snapshot.name, SAMPLE_ROWS)
    return tuple(tuple(sample_cell(name, row[name]) for name in names) for row in rows)
