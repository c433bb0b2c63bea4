"""`<name>.manifest.json`: what the provider says of a file, and whether the file agrees."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from jobs.catalogue.period import Period
from jobs.errors import CatalogueError, DropRefused
from jobs.intake.keys import DropKey, unplaced


def _existing_period(text: str) -> str:
    try:
        return Period.parse(text).text
    except CatalogueError as error:
        raise ValueError(str(error)) from error


class Manifest(BaseModel):
    """What a manifest may say; all of it is optional. `rows` counts records, without the header and blank lines."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    resource: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    period: Annotated[str, AfterValidator(_existing_period)] | None = None
    rows: int | None = Field(default=None, ge=0)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")


@dataclass(frozen=True)
class Mismatch:
    """One thing that manifest and file, or manifest and key, say differently. `what` is the manifest's field."""

    what: str
    expected: str | int
    found: str | int


def parse_manifest(raw: bytes, name: str) -> Manifest:
    """The manifest in `raw`. Raises: DropRefused `manifest_invalid`, naming every fault."""
    try:
        return Manifest.model_validate_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or '(whole)'}: {fault['msg']}" for fault in error.errors()]
        problem = "; ".join(faults)
        message = f"{name}: not a manifest: {problem}. Nothing was read. It may say resource, period, rows and sha256, nothing else."
        raise DropRefused("manifest_invalid", message, problem=problem) from error


def check_manifest(manifest: Manifest, rows: int | None, sha256: str | None) -> list[Mismatch]:
    """Where the manifest and the file differ; what is None on either side is not compared."""
    mismatches = []
    if manifest.sha256 is not None and sha256 is not None and manifest.sha256.lower() != sha256.lower():
        mismatches.append(Mismatch("sha256", manifest.sha256.lower(), sha256.lower()))
    if manifest.rows is not None and rows is not None and manifest.rows != rows:
        mismatches.append(Mismatch("rows", manifest.rows, rows))
    return mismatches


def place(drop: DropKey, key: str, manifest: Manifest | None) -> tuple[str, Period]:
    """Resource and period of a drop, from its key and its manifest together. Not for resends, which their batch places.

    Raises: DropRefused `manifest_mismatch` where key and manifest contradict each other, `key_grammar` where neither says.
    """
    said = manifest or Manifest()
    pairs = (("resource", said.resource, drop.resource), ("period", said.period, drop.period and drop.period.text))
    mismatches = [Mismatch(what, told, found) for what, told, found in pairs if told and found and told != found]
    if mismatches:
        raise mismatched(key, mismatches)
    resource, period = drop.resource or said.resource, said.period or (drop.period and drop.period.text)
    if not resource or not period:
        raise unplaced(drop, key)
    return resource, Period.parse(period)


def mismatched(key: str, mismatches: list[Mismatch]) -> DropRefused:
    """The refusal for these mismatches; its details are those of the first."""
    told = "; ".join(f"{each.what}: manifest {each.expected}, file {each.found}" for each in mismatches)
    first = mismatches[0]
    message = f"{key}: manifest and file differ: {told}. Nothing was landed. Drop the whole file and its manifest again."
    return DropRefused("manifest_mismatch", message, what=first.what, expected=first.expected, found=first.found)
