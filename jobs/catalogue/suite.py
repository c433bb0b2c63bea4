"""A Great Expectations suite as the catalogue sees it: types, kwargs, severities; checked without Great Expectations."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationError, field_validator
from pydantic import Field as Attribute

from jobs.catalogue.contract import Contract
from jobs.catalogue.frozen import Frozen, faults_of, read_json, refuse
from jobs.catalogue.judged import JUDGED, NOT_ON_SPARK

# Columns that every judged frame has beside the contract's own (see jobs/lake/typed.py).
LINEAGE_COLUMNS = frozenset({"_batch_id", "_provider", "_period_start", "_period_end", "_received_date"})


def _one_text(notes: object) -> object:
    return " ".join(notes) if isinstance(notes, list) and all(isinstance(note, str) for note in notes) else notes


# Great Expectations takes one note or a list of them.
Notes = Annotated[str | None, BeforeValidator(_one_text)]


class Expectation(Frozen):
    """One expectation of a suite file, in Great Expectations' own words."""

    type: str
    id: str
    kwargs: Mapping[str, Any]
    severity: Literal["critical", "warning", "info"] = "critical"
    notes: Notes = None
    description: str | None = None
    meta: Mapping[str, Any] = {}

    @field_validator("meta")
    @classmethod
    def _message_can_be_told(cls, meta: Mapping[str, Any]) -> Mapping[str, Any]:
        told = meta.get("message")
        texts = list(told.values()) if isinstance(told, Mapping) else [told]
        languages = set(told) if isinstance(told, Mapping) else {"zh"}
        if told is not None and not (languages and languages <= {"zh", "en"} and all(isinstance(text, str) and text for text in texts)):
            raise ValueError("message must be a sentence, or {zh: a sentence, en: a sentence}")
        return meta

    @property
    def sentences(self) -> dict[str, str]:
        """The author's own sentence by language (zh, en): `meta.message`, else `notes`, else `description`; {} where there is none.

        A text that no language is named for is Chinese; one without a Chinese character is told in both languages.
        """
        told = self.meta.get("message")
        if isinstance(told, Mapping):
            return dict(told)
        text = told or self.notes or self.description
        if not text:
            return {}
        return {"zh": text} if any("\u4e00" <= character <= "\u9fff" for character in text) else {"zh": text, "en": text}


class Suite(Frozen):
    """A suite file as it stands in `expectations/`. `sha256` is of its bytes."""

    name: str
    expectations: tuple[Expectation, ...] = Attribute(min_length=0)
    meta: Mapping[str, Any] = {}
    notes: Notes = None
    id: str | None = None
    suite_parameters: Mapping[str, Any] = {}
    sha256: str = ""

    @property
    def packages(self) -> tuple[str, ...]:
        """Python modules that bring expectation types of the engineers' own (`meta.packages`)."""
        return tuple(self.meta.get("packages", ()))


def read_suite(path: Path, contract: Contract) -> Suite:
    """The suite beside `contract`. Raises: CatalogueError with every type that cannot be judged, unknown column and repeated id."""
    try:
        suite = Suite.model_validate(read_json(path))
    except ValidationError as error:
        raise refuse(path, faults_of(error)) from error
    faults = [fault for expectation in suite.expectations for fault in _faults(expectation, contract, suite.packages)]
    ids = [expectation.id for expectation in suite.expectations]
    faults += [f"id {one!r} stands twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    rules = [str(expectation.meta["rule"]) for expectation in suite.expectations if "rule" in expectation.meta]
    faults += [f"meta.rule {one!r} stands twice" for one in sorted({one for one in rules if rules.count(one) > 1})]
    if not all(isinstance(name, str) for name in suite.packages) or isinstance(suite.meta.get("packages"), str):
        faults.append("meta.packages is no list of Python modules")
    proposed = [expectation.id for expectation in suite.expectations if is_proposal(expectation)]
    if proposed and not contract.is_draft:
        faults.append(f"the contract is active and these expectations are proposals still (meta.proposal): {proposed}")
    if suite.name != contract.resource:
        faults.append(f"name is {suite.name!r}, the file's place says {contract.resource!r}")
    if faults:
        raise refuse(path, faults)
    return suite.model_copy(update={"sha256": hashlib.sha256(path.read_bytes()).hexdigest()})


def is_proposal(expectation: Expectation) -> bool:
    """Whether the expectation was guessed from a sample and nobody has confirmed it yet."""
    return "proposal" in expectation.meta


def columns_of(expectation: Expectation) -> tuple[str, ...]:
    """The columns an expectation names, in the order of its kwargs."""
    return columns_named(expectation.kwargs)


def columns_named(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that kwargs of Great Expectations name, in their order."""
    single = [kwargs[key] for key in ("column", "column_A", "column_B") if kwargs.get(key) is not None]
    return (*single, *(kwargs.get("column_list") or ()))


def _faults(expectation: Expectation, contract: Contract, packages: tuple[str, ...]) -> list[str]:
    known = {field.name for field in contract.fields} | LINEAGE_COLUMNS
    named = (*columns_of(expectation), *_condition_columns(expectation.kwargs.get("row_condition")))
    faults = [f"{expectation.id}: unknown column {column!r}" for column in named if column not in known]
    if expectation.type in NOT_ON_SPARK:
        faults.append(f"{expectation.id}: {expectation.type} cannot be judged on Spark: {NOT_ON_SPARK[expectation.type]}")
    elif expectation.type not in JUDGED and not packages:
        faults.append(f"{expectation.id}: {expectation.type} is no known type; one of your own needs meta.packages")
    return faults


def _condition_columns(condition: object) -> tuple[str, ...]:
    """The columns of a row condition in Great Expectations' object form; none of one in text, which only Spark can read."""
    if not isinstance(condition, Mapping):
        return ()
    own = (condition["column"]["name"],) if "column" in condition else ()
    return own + tuple(name for part in condition.get("conditions", ()) for name in _condition_columns(part))
