"""One resource's contract: fields, types, classification, keys, load mode, dialects. Frozen; what the jobs see of an ODCS file."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field as Attribute
from pydantic import model_validator

from jobs.catalogue.frozen import Frozen
from jobs.catalogue.history import HistoryRule

LogicalType = Literal["string", "integer", "number", "date", "timestamp", "boolean"]
LoadMode = Literal["append", "upsert"]
Check = Literal["uscc", "resident_id", "organisation_code", "bank_card", "mobile"]
Protection = Literal["clear", "mask", "token"]
IdentifierKind = Literal["resident_id", "mobile", "person_name", "bank_card", "address", "generic"]
Classification = Literal["L1", "L2", "L3", "L4"]
Encoding = Literal["utf-8", "gb18030"]

SNAKE_CASE = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
# Stands where only a person knows; neither a contract in use nor a signed duty may say it.
TO_BE_CONFIRMED = "待确认"
RESOURCE = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"
# A sum of more digits could run over the 38 that a decimal has.
SUMMED_PRECISION = 28


class Field(Frozen):
    """A column. `name` is ASCII and ours, `header` is what the provider sends, `title` the Chinese name.

    `proposals` are guesses that nobody has confirmed yet; only a draft may hold any.
    """

    name: str = Attribute(pattern=SNAKE_CASE)
    header: str
    title: str
    type: LogicalType = "string"
    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    precision: int = 38
    scale: int = 6
    formats: tuple[str, ...] = ()
    code_set: str | None = None
    check: Check | None = None
    key_position: int | None = None
    classification: Classification
    protection: Protection = "clear"
    kind: IdentifierKind = "generic"
    is_narrative: bool = False
    max_line_breaks: int = 0
    unit: str | None = None
    note: str | None = None
    proposals: tuple[str, ...] = ()


class Dialect(Frozen):
    """How a provider writes the file: charset, delimiter, header names and code book where they are its own."""

    provider: str = "*"
    encoding: Encoding = "utf-8"
    delimiter: str = Attribute(default=",", min_length=1, max_length=1)
    quote: str | None = '"'
    skip_lines: int = Attribute(default=0, ge=0)
    headers: Mapping[str, str] = {}
    code_books: Mapping[str, Mapping[str, str]] = {}


class Limits(Frozen):
    """Technical limits of a file; past them it is refused."""

    malformed_rows: int = Attribute(default=1000, ge=0)
    malformed_pct: float = Attribute(default=5.0, ge=0, le=100)
    field_bytes: int = Attribute(default=65_536, ge=1)


class Contract(Frozen):
    """What every provider of one resource signs. `sha256` is of the ODCS file's bytes.

    A draft is checked like any other contract, and no duty for it may be signed.
    """

    resource: str = Attribute(pattern=RESOURCE)
    version: str
    title: str
    purpose: str
    grain: str
    catalogue_code: str
    load: LoadMode
    is_restricted: bool = False
    is_manifest_required: bool = False
    null_tokens: tuple[str, ...] = ("",)
    limits: Limits = Limits()
    history: tuple[HistoryRule, ...] = ()
    fields: tuple[Field, ...] = Attribute(min_length=1)
    dialects: tuple[Dialect, ...] = Attribute(min_length=1)
    is_draft: bool = False
    proposals: tuple[str, ...] = ()
    sha256: str

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's fields in the key's order; empty where the contract has no key."""
        keyed = sorted((field.key_position, field.name) for field in self.fields if field.key_position is not None)
        return tuple(name for _, name in keyed)

    @property
    def table(self) -> str:
        """The table's name in every layer: `credit__administrative_penalty`."""
        return self.resource.replace(".", "__")

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """What is proposed and not confirmed yet, with where it stands."""
        told = {"title": self.title, "purpose": self.purpose, "grain": self.grain, "catalogueCode": self.catalogue_code}
        open_texts = [f"contract: {name}" for name, text in told.items() if TO_BE_CONFIRMED in text]
        own = [f"contract: {proposal}" for proposal in self.proposals]
        return (*open_texts, *own, *(f"{field.name}: {proposal}" for field in self.fields for proposal in field.proposals))

    def field(self, name: str) -> Field:
        """The field of that name. Raises: KeyError."""
        return next(field for field in self.fields if field.name == name)

    def dialect(self, provider: str) -> Dialect:
        """The provider's own dialect, else the one for all (`*`)."""
        own = {dialect.provider: dialect for dialect in self.dialects}
        return own.get(provider) or own["*"]

    def headers(self, provider: str) -> dict[str, str]:
        """Header as this provider sends it -> field name, in the contract's order."""
        own = self.dialect(provider).headers
        return {own.get(field.name, field.header): field.name for field in self.fields}

    @model_validator(mode="after")
    def _is_consistent(self) -> "Contract":
        faults = [
            *_repeated("field name", [field.name for field in self.fields]),
            *_repeated("physicalName", [field.header for field in self.fields]),
            *_repeated("server for provider", [dialect.provider for dialect in self.dialects]),
            *(fault for field in self.fields for fault in _field_faults(field)),
            *(fault for dialect in self.dialects for fault in _dialect_faults(dialect, {field.name for field in self.fields})),
            *_repeated("history of", [rule.name for rule in self.history]),
            *(fault for rule in self.history for fault in _history_faults(rule, {field.name: field for field in self.fields})),
        ]
        if "*" not in {dialect.provider for dialect in self.dialects}:
            faults.append("no server for every provider (`*`)")
        if self.load == "upsert" and not self.key:
            faults.append("load is upsert but no property is a primary key")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _repeated(what: str, values: list[str]) -> list[str]:
    return [f"{what} {value!r} stands twice" for value in sorted({value for value in values if values.count(value) > 1})]


def _field_faults(field: Field) -> list[str]:
    faults = []
    if field.type in ("date", "timestamp") and not field.formats:
        faults.append(f"{field.name}: a {field.type} needs its accepted formats")
    if field.protection != "clear" and field.type != "string":
        faults.append(f"{field.name}: only a string can be protected as {field.protection}")
    if field.protection != "clear" and field.classification == "L1":
        faults.append(f"{field.name}: protected as {field.protection} but classified L1")
    if field.max_line_breaks and not field.is_narrative:
        faults.append(f"{field.name}: line breaks are for narrative columns only")
    return faults


def _dialect_faults(dialect: Dialect, names: set[str]) -> list[str]:
    strange = sorted((set(dialect.headers) | set(dialect.code_books)) - names)
    return [f"server {dialect.provider}: unknown fields {strange}"] if strange else []


def _history_faults(rule: HistoryRule, fields: Mapping[str, Field]) -> list[str]:
    if rule.column is None:
        return []
    field = fields.get(rule.column)
    if field is None:
        return [f"history of {rule.name}: no field is named {rule.column!r}"]
    if rule.measure != "sum":
        return []
    faults = []
    if field.type not in ("integer", "number"):
        faults.append(f"{field.name}: only a number has a sum to compare, not a {field.type}")
    if field.protection != "clear" or field.classification == "L4":
        faults.append(f"{field.name}: {field.classification}, {field.protection}: a sum would show protected values")
    if field.type == "number" and field.precision > SUMMED_PRECISION:
        faults.append(f"{field.name}: precision {field.precision} is too much for a sum, at most {SUMMED_PRECISION}")
    return faults
