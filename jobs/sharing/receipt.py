"""The delivery receipt: what was delivered to whom, by which grant, from which version of the data; as JSON and as a Chinese page."""

import json
from datetime import date, datetime
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from jobs.catalogue.frozen import Frozen
from jobs.sharing.extract import BEIJING
from jobs.sharing.masks import Left, Shown

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MASK_NAMES = {"clear": "原值", "masked": "脱敏", "token": "接收方专用关联码", "text_masked": "文本内标识以星号遮蔽"}


class Contact(Frozen):
    """Whom to call."""

    office: str
    name: str
    phone: str


class Delivery(Frozen):
    """One delivery, also its record in control. `terms` is a hash of fields, masks, rows and format; sizes in bytes."""

    delivery_id: str
    demand_id: str
    recipient: str
    recipient_name: str
    resource: str
    title: str
    state: Literal["delivered"] = "delivered"
    silver_version: int
    as_of: date
    list_version: str
    terms: str
    delivered_at: datetime
    bucket: str
    key: str
    file_format: str
    rows: int
    bytes: int
    sha256: str
    fields: tuple[Shown, ...]
    left_out: tuple[Left, ...]
    row_scope: str | None
    purpose: str
    scenario: str
    legal_basis: str
    conditions: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    contacts: tuple[Contact, ...]


class Withdrawal(Frozen):
    """The extract of a delivery was taken back; its receipts stay."""

    delivery_id: str
    demand_id: str
    recipient: str
    resource: str
    silver_version: int
    file_format: str
    state: Literal["withdrawn"] = "withdrawn"
    list_version: str
    withdrawn_at: datetime
    reason: str


def receipt_json(receipt: Delivery | Withdrawal) -> bytes:
    """`receipt.json` or `withdrawn.json`: UTF-8, keys in the model's order."""
    return (receipt.model_dump_json(indent=2) + "\n").encode()


def receipt_html(delivery: Delivery) -> bytes:
    """`receipt.html`, without script or external assets."""
    return _environment().get_template("delivery.html.j2").render(delivery=delivery, mask_names=MASK_NAMES).encode()


def delivery_schema() -> bytes:
    """The JSON Schema of a delivery receipt as it stands in `docs/delivery.schema.json`."""
    schema = {"$schema": DIALECT, **Delivery.model_json_schema(mode="serialization")}
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("jobs.sharing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["beijing"] = lambda moment: moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    return environment
