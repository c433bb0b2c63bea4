"""The receipt for machines, and the JSON Schema that is published for it (`docs/receipt.schema.json`)."""

import json

from jobs.reports.receipt_model import Receipt

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render_json(receipt: Receipt) -> bytes:
    """`receipt.json`: UTF-8, two blanks of indent, keys in the model's order; the same receipt gives the same bytes."""
    return (receipt.model_dump_json(indent=2, by_alias=True) + "\n").encode()


def schema_bytes() -> bytes:
    """The JSON Schema of `receipt.json` as it stands in `docs/`."""
    schema = {"$schema": DIALECT, **Receipt.model_json_schema(by_alias=True, mode="serialization")}
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
