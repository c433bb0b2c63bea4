"""The receipt as plain frozen data. `docs/receipt.schema.json` is generated from it; values are masked before they come here."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Language = Literal["zh", "en"]
Severity = Literal["critical", "warning", "info"]
State = Literal["published", "held", "refused", "already_landed", "awaiting_manifest", "read_again", "test_ok"]
Scalar = str | int | float | bool | None
Parameters = dict[str, Scalar | tuple[Scalar, ...]]
# Relative, or http(s): a receipt never carries a link that runs something.
Link = Annotated[str, Field(pattern=r"^(https?://|[^:]*$)")]
Count = Annotated[int, Field(ge=0)]
FIRST_FAULTS = 3


class Value(BaseModel):
    """A frozen value that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Text(Value):
    """One sentence in every language of `jobs/reports/texts`."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.zh if language == "zh" else self.en


class Named(Value):
    """A provider or a resource."""

    id: str
    name: str
    """Chinese name; the id again where the catalogue knows none."""


class FileFacts(Value):
    """The object that was dropped, or the local file that `haihe check` read."""

    name: str
    key: str | None = None
    """Key in the provider's landing bucket; null for a local file."""
    size_bytes: Count
    sha256: str | None = None
    """Of the bytes as dropped; null when they were not read."""
    etag: str | None = None
    encoding: str | None = None
    received_at: AwareDatetime | None = None


class Counts(Value):
    """Rows in force of this batch. `read = accepted + quarantined` where every row was judged."""

    read: Count
    accepted: Count
    quarantined: Count
    warned: Count = 0
    """Accepted rows with at least one warning."""
    replaced: Count = 0
    """Quarantined rows that resends have replaced so far."""


class Reason(Value):
    """Why the batch has its state."""

    code: str
    """Stable name of the reason; see docs/batch-states.md."""
    params: Parameters = {}
    sentence: Text
    cure: Text | None = None


class RuleCount(Value):
    """One rule, and how many rows failed it."""

    expectation_id: str
    type: str
    """Type of the Great Expectations expectation; `malformed` for lines that do not parse."""
    column: str | None = None
    """Header as sent."""
    title: str | None = None
    """Chinese name of the column."""
    severity: Severity
    failing_rows: Count
    is_met: bool | None = None
    """Whether the batch meets the rule, where it is about the whole batch; null where it is about rows."""
    observed: str | None = None
    """What was found, where the rule is about the whole batch."""
    is_rule_error: bool = False
    """The rule could not be judged. It never counts as passed."""
    sentence: Text
    cure: Text | None = None


class ErrorLine(Value):
    """One fault in one cell, or in one line that does not parse."""

    part: str = ""
    """File or sheet."""
    spreadsheet_row: int | None = None
    """Row as a spreadsheet counts it, the header being row 1; null where the line is no row."""
    line: int
    """Physical line of the file, from 1."""
    key: str | None = None
    """The row's key, masked."""
    column: str | None = None
    """Header as sent."""
    column_title: str | None = None
    value: str | None = None
    """The value, masked where it is personal; null where it is empty or the fault is the line's."""
    rule_id: str
    severity: Severity
    what: Text
    """What is wrong."""
    cure: Text
    """How to mend it."""


class Contact(Value):
    """Whom to call."""

    name: str
    phone: str
    office: str


class Contacts(Value):
    """The data centre's duty desk, and the provider's own contact for this resource."""

    data_centre: Contact
    duty: Contact | None = None


class Links(Value):
    """Where the receipt's files stand, relative to the receipt or absolute. Only the provider's own bucket holds `resend`."""

    html: Link | None = None
    html_en: Link | None = None
    json_: Link | None = Field(default=None, alias="json")
    errors: Link | None = None
    resend: Link | None = None
    data_doc: Link | None = None
    """Great Expectations' own page of the verdict: its key in the docs bucket, which the data centre's staff alone can open.

    Null where no row and no header was judged. Pages are removed with age (`reports.data_docs_days`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Listing(Value):
    """How many errors `errors.csv` lists, of how many there are."""

    listed: Count
    total: Count

    @property
    def is_truncated(self) -> bool:
        """Whether some errors are not listed."""
        return self.listed < self.total


class Receipt(Value):
    """What came of one drop: one receipt per batch and revision, or per drop where no batch came of it."""

    schema_version: Literal[1] = 1
    receipt_id: str
    """`batch_id`, or `drop_id` where there is no batch."""
    batch_id: str | None = None
    drop_id: str
    revision: Count = 0
    """0 for the drop itself, then one more for each resend, release or new judgement."""
    state: State
    is_check: bool = False
    """From `haihe check`: nothing was sent, and `state` is what would come of it."""
    provider: Named | None = None
    resource: Named | None = None
    period: str | None = None
    file: FileFacts
    counts: Counts | None = None
    """Null when no row was read."""
    reasons: tuple[Reason, ...] = ()
    rule_summary: tuple[RuleCount, ...] = ()
    first_faults: tuple[ErrorLine, ...] = Field(default=(), max_length=FIRST_FAULTS)
    errors: Listing = Listing(listed=0, total=0)
    contract_version: str | None = None
    suite: str | None = None
    """Hash of the suite of expectations."""
    list_versions: dict[str, str] = {}
    """Versions in force, by the list's name: responsibility, system, demand, negative."""
    pass_number: int | None = None
    judged_at: AwareDatetime | None = None
    quality_share_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    """Accepted rows of the rows read."""
    quality_target_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    next_steps: tuple[Text, ...] = ()
    contacts: Contacts
    links: Links = Links()
    not_judged_yet: tuple[Text, ...] = ()
    """What could not be compared with earlier periods, of which there are too few; it holds nothing back."""
    not_judged_here: tuple[Text, ...] = ()
    """What only the lake can judge; filled by `haihe check`."""

    @model_validator(mode="after")
    def _every_row_has_one_fate(self) -> "Receipt":
        counts = self.counts
        if counts and self.state in ("published", "held") and counts.read != counts.accepted + counts.quarantined:
            raise ValueError(f"read {counts.read} is not accepted {counts.accepted} + quarantined {counts.quarantined}")
        return self
