"""An Open Data Contract Standard file (v3.1.0) -> our frozen Contract. What ODCS has no word for stands in `customProperties`."""

# ruff: noqa: N815 (attributes bear the standard's own names)

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Attribute
from pydantic import ValidationError

from jobs.catalogue.contract import Contract
from jobs.catalogue.frozen import Frozen, faults_of, read_yaml, refuse


class Custom(Frozen):
    """ODCS customProperties entry."""

    property: str
    value: Any


class Description(Frozen):
    """ODCS description."""

    purpose: str
    usage: str | None = None
    limitations: str | None = None


class TypeOptions(Frozen):
    """ODCS logicalTypeOptions in use; bounds are texts so that dates and decimals keep their digits."""

    maxLength: int | None = None
    pattern: str | None = None
    minimum: str | int | float | None = None
    maximum: str | int | float | None = None


class HistoryParameters(Frozen):
    """Our own quality check: `history` names the measure; what is not said has the default of `HistoryRule`."""

    history: Literal["rows", "nullShare", "sum"]
    window: int | None = None
    least: int | None = None
    spreads: Decimal | None = None
    floorPct: Decimal | None = None


class Quality(Frozen):
    """ODCS quality entry, of a table or a column. Rules about rows stand in the suite; here are those about the batch and its past."""

    name: str | None = None
    description: str | None = None
    type: Literal["custom"]
    engine: Literal["haihe"]
    implementation: HistoryParameters


class Property(Frozen):
    """ODCS property: one column."""

    name: str
    physicalName: str
    businessName: str
    description: str | None = None
    logicalType: Literal["string", "integer", "number", "date", "timestamp", "boolean"] = "string"
    logicalTypeOptions: TypeOptions = TypeOptions()
    required: bool = False
    primaryKey: bool = False
    primaryKeyPosition: int | None = None
    classification: str
    quality: tuple[Quality, ...] = ()
    customProperties: tuple[Custom, ...] = ()


class Schema(Frozen):
    """ODCS schema object: the one table of the resource."""

    name: str
    physicalType: Literal["table"] = "table"
    businessName: str
    dataGranularityDescription: str
    description: str | None = None
    quality: tuple[Quality, ...] = ()
    properties: tuple[Property, ...] = Attribute(min_length=1)


class Server(Frozen):
    """ODCS server: how one provider (`*`: all others) delivers."""

    server: str
    type: Literal["s3"] = "s3"
    location: str
    format: Literal["csv"] = "csv"
    delimiter: str = ","
    customProperties: tuple[Custom, ...] = ()


class Document(Frozen):
    """The whole ODCS file."""

    apiVersion: Literal["v3.1.0"]
    kind: Literal["DataContract"]
    id: str
    name: str
    version: str
    status: Literal["active", "draft", "deprecated", "retired"]
    domain: str
    description: Description
    schema_: tuple[Schema, ...] = Attribute(alias="schema", min_length=1, max_length=1)
    servers: tuple[Server, ...] = Attribute(min_length=1)
    customProperties: tuple[Custom, ...] = ()
    tags: tuple[str, ...] = ()


MEASURES = {"rows": "rows", "nullShare": "null_share", "sum": "sum"}
CONTRACT_WORDS = {
    "catalogueCode": "catalogue_code",
    "load": "load",
    "restricted": "is_restricted",
    "manifestRequired": "is_manifest_required",
    "nullTokens": "null_tokens",
    "limits": "limits",
    "proposals": "proposals",
}
PROPERTY_WORDS = {
    "formats": "formats",
    "codeSet": "code_set",
    "check": "check",
    "protection": "protection",
    "kind": "kind",
    "narrative": "is_narrative",
    "maxLineBreaks": "max_line_breaks",
    "precision": "precision",
    "scale": "scale",
    "unit": "unit",
    "proposals": "proposals",
}
SERVER_WORDS = {
    "provider": "provider",
    "encoding": "encoding",
    "quote": "quote",
    "skipLines": "skip_lines",
    "headers": "headers",
    "codeBooks": "code_books",
}


def read_contract(path: Path, resource: str) -> Contract:
    """The contract of `resource` in `path`. Raises: CatalogueError, naming the file and all of its faults."""
    try:
        document = Document.model_validate(read_yaml(path))
    except ValidationError as error:
        raise refuse(path, faults_of(error)) from error
    faults: list[str] = []
    values = _contract_values(document, faults)
    if document.id != resource or document.domain != resource.split(".")[0]:
        faults.append(f"id {document.id!r} and domain {document.domain!r} differ from the file's place, which says {resource!r}")
    if document.status not in ("active", "draft"):
        faults.append(f"status is {document.status!r}, and only an active contract can be in use, only a draft can be prepared")
    try:
        contract = Contract.model_validate(
            {
                **values,
                "resource": resource,
                "is_draft": document.status == "draft",
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            },
        )
    except ValidationError as error:
        raise refuse(path, faults + faults_of(error)) from error
    if contract.unconfirmed and not contract.is_draft:
        faults.append(f"status is 'active' and not confirmed are: {'; '.join(contract.unconfirmed)}")
    if faults:
        raise refuse(path, faults)
    return contract


def _contract_values(document: Document, faults: list[str]) -> dict[str, Any]:
    table = document.schema_[0]
    return {
        "version": document.version,
        "title": table.businessName,
        "purpose": document.description.purpose,
        "grain": table.dataGranularityDescription,
        "fields": [_field_values(column, faults) for column in table.properties],
        "dialects": [_dialect_values(server, faults) for server in document.servers],
        "history": list(_history_values(table)),
        **_custom(document.customProperties, CONTRACT_WORDS, "contract", faults),
    }


def _field_values(column: Property, faults: list[str]) -> dict[str, Any]:
    options = column.logicalTypeOptions
    return {
        "name": column.name,
        "header": column.physicalName,
        "title": column.businessName,
        "type": column.logicalType,
        "required": column.required or column.primaryKey,
        "max_length": options.maxLength,
        "pattern": options.pattern,
        "minimum": None if options.minimum is None else str(options.minimum),
        "maximum": None if options.maximum is None else str(options.maximum),
        "key_position": (column.primaryKeyPosition or 1) if column.primaryKey else None,
        "classification": column.classification,
        "note": column.description,
        **_custom(column.customProperties, PROPERTY_WORDS, column.name, faults),
    }


def _history_values(table: Schema) -> Iterable[dict[str, Any]]:
    placed = [(None, check) for check in table.quality] + [(column.name, check) for column in table.properties for check in column.quality]
    for column, check in placed:
        stated = check.implementation
        values = {"window": stated.window, "least": stated.least, "spreads": stated.spreads, "floor_pct": stated.floorPct}
        given = {name: value for name, value in values.items() if value is not None}
        yield {"measure": MEASURES[stated.history], "column": column, **given}


def _dialect_values(server: Server, faults: list[str]) -> dict[str, Any]:
    return {"delimiter": server.delimiter, **_custom(server.customProperties, SERVER_WORDS, f"server {server.server}", faults)}


def _custom(entries: Sequence[Custom], words: dict[str, str], where: str, faults: list[str]) -> dict[str, Any]:
    strange = [entry.property for entry in entries if entry.property not in words]
    faults += [f"{where}: unknown custom property {name!r}, known are {sorted(words)}" for name in strange]
    return {words[entry.property]: entry.value for entry in entries if entry.property in words}
