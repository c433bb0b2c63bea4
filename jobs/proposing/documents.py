"""A proposal as the texts of its files: ODCS contract, Great Expectations suite, line of the responsibility list."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.catalogue.lists import Duty
from jobs.catalogue.odcs import CONTRACT_WORDS, PROPERTY_WORDS, SERVER_WORDS
from jobs.catalogue.suite import Suite

HEADING = """\
# A draft, proposed from a sample. Confirm each of its `proposals` by taking it out, set what is wrong right, name what says 待确认;
# then set `status: active`. Until then no duty for this resource can be signed, so no batch of it is accepted.
"""
WIDTH = 140


class _Short(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists inside a mapping are indented, as in the other contracts."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless=False)


_Dumper.add_representer(_Short, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True))


def contract_text(contract: Contract) -> str:
    """The contract as an ODCS file, headed by what is to be done with a draft."""
    domain, name = contract.resource.split(".")
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": contract.resource,
        "name": contract.title,
        "version": contract.version,
        "status": "draft" if contract.is_draft else "active",
        "domain": domain,
        "description": {"purpose": contract.purpose},
        "customProperties": _custom(contract, CONTRACT_WORDS),
        "servers": [_server(dialect, contract.resource) for dialect in contract.dialects],
        "schema": [
            {
                "name": name,
                "physicalType": "table",
                "businessName": contract.title,
                "dataGranularityDescription": contract.grain,
                "properties": [_property(field) for field in contract.fields],
            }
        ],
    }
    return HEADING + yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def suite_text(suite: Suite) -> str:
    """The suite as plain Great Expectations reads it."""
    known = {"name", "expectations", "meta"}
    value = suite.model_dump(mode="json", include=known, exclude={"expectations": {"__all__": {"description"}}})
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def duty_line(duty: Duty, columns: Iterable[str]) -> str:
    """The duty as a line of the list whose columns these are."""
    values = duty.model_dump(mode="json")
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(values[column]) for column in columns])
    return line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _server(dialect: Dialect, resource: str) -> dict[str, Any]:
    return {
        "server": "all",
        "type": "s3",
        "location": f"s3://landing-{{provider}}/{resource}/",
        "format": "csv",
        "delimiter": dialect.delimiter,
        "customProperties": _custom(dialect, SERVER_WORDS, always=("provider", "encoding")),
    }


def _property(field: Field) -> dict[str, Any]:
    options = {"maxLength": field.max_length, "pattern": field.pattern}
    set_options = _Short({name: value for name, value in options.items() if value is not None})
    key = {"primaryKey": True, "primaryKeyPosition": field.key_position} if field.key_position else {}
    custom = _custom(field, PROPERTY_WORDS, always=("precision", "scale") if field.type == "number" else ())
    return {
        "name": field.name,
        "physicalName": field.header,
        "businessName": field.title,
        "logicalType": field.type,
        **({"logicalTypeOptions": set_options} if set_options else {}),
        **({"required": True} if field.required else {}),
        **key,
        "classification": field.classification,
        **({"customProperties": custom} if custom else {}),
    }


def _custom(value: Contract | Dialect | Field, words: Mapping[str, str], always: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What ODCS has no word for: everything that is not as it is by default."""
    usual = {name: info.default for name, info in type(value).model_fields.items()}
    entries = []
    for word, attribute in words.items():
        found = getattr(value, attribute)
        if attribute in always or found != usual[attribute]:
            entries.append(_entry(word, list(found) if isinstance(found, tuple) else found))
    return entries


def _entry(word: str, value: Any) -> dict[str, Any]:
    """Proposals stand a line each, so that they are taken out one by one; all else stands on one line."""
    return {"property": word, "value": value} if word == "proposals" else _Short({"property": word, "value": value})
