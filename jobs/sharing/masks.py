"""Which columns of silver a demand may have, and how: by contract and negative list. Whatever is not known to be allowed is left out."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal

import pyarrow as pa

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract, Field
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.lists import Demand, Negative
from jobs.quality.names import plain_form
from jobs.standards.personal import BANK_CARD, MOBILE, RESIDENT_ID

Mask = Literal["clear", "masked", "token", "text_masked"]
# Only this restriction lets anything of a field through; an unknown one does not.
LETS_MASKED_THROUGH = "masked_only"
PATTERNS = {"resident_id": RESIDENT_ID, "bank_card": BANK_CARD, "mobile": MOBILE}


class Shown(Frozen):
    """A column of the extract: `source` is silver's column; `identifiers` are those starred out of its text."""

    name: str
    title: str
    source: str
    mask: Mask
    identifiers: tuple[str, ...] = ()
    negative_ids: tuple[str, ...] = ()


class Left(Frozen):
    """A field that was asked for and is left out, with the entries that say so."""

    name: str
    title: str
    reason: str


def shown_fields(
    catalogue: Catalogue, contract: Contract, demand: Demand, business_date: date, today: date
) -> tuple[tuple[Shown, ...], tuple[Left, ...]]:
    """The extract's columns in the contract's order, and the fields left out."""
    wanted = set(demand.fields.split())
    entries = _entries(catalogue, contract.resource, (business_date, today))
    shown: list[Shown] = []
    left: list[Left] = []
    for field in contract.fields:
        if "*" not in wanted and field.name not in wanted:
            continue
        forms = _forms(contract, field)
        own = [entry for entry in entries if entry.field == "*" or plain_form(entry.field) in forms]
        barred = _barred(field, own)
        if barred:
            left.append(Left(name=field.name, title=field.title, reason=barred))
        else:
            shown += _columns(field, own, has_join_key=demand.join_key == "yes")
    return tuple(shown), tuple(left)


def _forms(contract: Contract, field: Field) -> frozenset[str]:
    """Every plain form under which an entry may name the field: its names in the contract and every provider's header for it."""
    headers = {dialect.headers[field.name] for dialect in contract.dialects if field.name in dialect.headers}
    return frozenset(map(plain_form, {field.name, field.header, field.title, *headers}))


def _entries(catalogue: Catalogue, resource: str, days: Iterable[date]) -> list[Negative]:
    """Entries of either day's version; past its review date one stays in force. An entry for one provider counts for the whole column."""
    rows = [row for day in days for row in catalogue.negative.in_force(day)[1]]
    return [row for row in rows if row.status == "in_force" and row.resource in ("*", resource)]


def _barred(field: Field, entries: Sequence[Negative]) -> str | None:
    """Why the field cannot be delivered in any form; None if it can."""
    # Content that may not be gathered is dealt with on the rows; what silver still has of it is starred out.
    for entry in entries:
        is_content_of_rows = entry.kind == "content" and entry.restriction in ("not_collected", "not_gathered")
        if entry.restriction != LETS_MASKED_THROUGH and not is_content_of_rows:
            return f"负面清单 {entry.negative_id}：{entry.restriction}"
        if entry.kind == "field" and field.protection == "clear":
            return f"负面清单 {entry.negative_id}：{entry.restriction}，湖中没有脱敏列"
        is_of_this_field = entry.kind == "content" and entry.field != "*"
        if is_of_this_field and field.protection == "clear" and field.type != "string":
            return f"负面清单 {entry.negative_id}：{entry.restriction}，非文本字段不能遮蔽"
    return None


def _columns(field: Field, entries: Sequence[Negative], *, has_join_key: bool) -> list[Shown]:
    ids = tuple(sorted({entry.negative_id for entry in entries}))
    if field.protection == "clear":
        found = {name for entry in entries for name in ([entry.identifier] if entry.identifier else PATTERNS)}
        hidden = tuple(sorted(found)) if field.type == "string" else ()
        mask: Mask = "text_masked" if hidden else "clear"
        return [Shown(name=field.name, title=field.title, source=field.name, mask=mask, identifiers=hidden, negative_ids=ids)]
    source = f"{field.name}_masked"
    masked = Shown(name=source, title=f"{field.title}（脱敏）", source=source, mask="masked", negative_ids=ids)
    if field.protection != "token" or not has_join_key or entries:
        return [masked]
    source = f"{field.name}_token"
    return [Shown(name=source, title=f"{field.title}（接收方专用关联码）", source=source, mask="token"), masked]


def apply_masks(batch: pa.RecordBatch, shown: Sequence[Shown], recipient_key: bytes) -> pa.RecordBatch:
    """The batch of silver's columns as the extract's; tokens under the recipient's key, identifiers in text starred."""
    arrays = [_applied(batch.column(column.source), column, recipient_key) for column in shown]
    return pa.record_batch(arrays, names=[column.name for column in shown])


def _applied(values: pa.Array, column: Shown, recipient_key: bytes) -> pa.Array:
    if column.mask == "token":
        return _mapped(values, lambda token: hmac.new(recipient_key, token.encode(), hashlib.sha256).hexdigest())
    if column.mask == "text_masked":
        return _mapped(values, lambda text: starred(text, column.identifiers))
    return values


def _mapped(values: pa.Array, change: Callable[[str], str]) -> pa.Array:
    return pa.array([None if value is None else change(value) for value in values.to_pylist()], pa.string())


def starred(text: str, identifiers: Iterable[str]) -> str:
    """The text with every such identifier as stars. An identity number counts by its date, a card by Luhn; other long codes stay."""
    for name in identifiers:
        text = re.sub(PATTERNS[name], lambda run: "*" * len(run[0]) if _is_identifier(name, run[0]) else run[0], text)  # noqa: B023 (used at once)
    return text


def _is_identifier(name: str, run: str) -> bool:
    if name == "resident_id":
        year, month, day = int(run[6:10]), int(run[10:12]), int(run[12:14])
        return 1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
    if name == "bank_card":
        digits = [int(digit) for digit in reversed(run)]
        return sum(sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(digits)) % 10 == 0
    return True
