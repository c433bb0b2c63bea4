"""Drops: what lies in the landing buckets and has no outcome yet."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from jobs.collect.pipeline import Pipeline
from jobs.errors import DropRefused
from jobs.intake.keys import DropKey, manifest_key, parse_drop_key
from jobs.intake.manifest import parse_manifest
from jobs.storage.objects import StoredObject, list_objects, read_bytes

# The group of drops whose key names no resource of the catalogue; they are refused without a session.
UNPLACED = "_unplaced"
ID_LENGTH = 15
# Landing buckets listed at once: the waiting is for the store.
LISTERS = 8


@dataclass(frozen=True, slots=True)
class Drop:
    """One object in a provider's landing bucket, its manifest beside it if there is one."""

    provider: str
    stored: StoredObject
    key: DropKey | None
    refusal: DropRefused | None
    manifest: StoredObject | None

    @property
    def drop_id(self) -> str:
        """Hash of (bucket, key, ETag)."""
        return short_hash("d", self.stored.bucket, self.stored.key, self.stored.etag)


def short_hash(prefix: str, *parts: str) -> str:
    """`prefix` and 15 hexadecimal digits of the parts' SHA-256; safe in file names."""
    return prefix + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:ID_LENGTH]


def batch_id_of(provider: str, resource: str, period: str, sha256: str) -> str:
    """The batch of one duty, one period and one hash of the bytes as dropped."""
    return short_hash("b", provider, resource, period, sha256)


def drop_outcome_key(provider: str, drop_id: str) -> str:
    """Key of a drop's outcome in control."""
    return f"drops/{provider}/{drop_id}.json"


def batch_key(resource: str, batch_id: str, revision: int) -> str:
    """Key of a batch's outcome at a revision in control."""
    return f"batches/{resource}/{batch_id}/{revision:04d}.json"


def pending_drops(pipeline: Pipeline, providers: tuple[str, ...] | None = None) -> list[Drop]:
    """Every drop without an outcome, of all providers or those named, in the order of arrival, then key."""
    chosen = providers or tuple(sorted(pipeline.catalogue.providers))
    with ThreadPoolExecutor(LISTERS) as pool:
        drops = [drop for found in pool.map(partial(_provider_drops, pipeline), chosen) for drop in found]
    return sorted(drops, key=lambda drop: (drop.stored.modified_at, drop.stored.bucket, drop.stored.key))


def still_pending(pipeline: Pipeline, drops: Sequence[Drop]) -> list[Drop]:
    """Those of the drops that have no outcome meanwhile."""
    known = {provider: _answered(pipeline, provider) for provider in sorted({drop.provider for drop in drops})}
    return [drop for drop in drops if drop.drop_id not in known[drop.provider]]


def resource_of(pipeline: Pipeline, drop: Drop) -> str:
    """The group a drop belongs to: its resource, that of the batch a resend is for, or UNPLACED."""
    if drop.key is None:
        return UNPLACED
    if drop.key.resend_of:
        return resend_resource(pipeline, drop.key.resend_of) or UNPLACED
    resource = drop.key.resource or _manifest_resource(pipeline, drop)
    return resource if resource and resource in pipeline.catalogue.contracts else UNPLACED


def _manifest_resource(pipeline: Pipeline, drop: Drop) -> str | None:
    """The resource that only the manifest names; None where there is none or it cannot be read (admission says why)."""
    if drop.manifest is None:
        return None
    raw = read_bytes(pipeline.client, drop.manifest.bucket, drop.manifest.key, etag=drop.manifest.etag)
    try:
        return parse_manifest(raw, drop.manifest.key).resource
    except DropRefused:
        return None


def resend_resource(pipeline: Pipeline, batch_id: str) -> str | None:
    """The resource of a batch that has an outcome; None if no batch has this id."""
    entry = pipeline.control.find(f"batch-ids/{batch_id}.json")
    return entry["resource"] if entry else None


def _provider_drops(pipeline: Pipeline, provider: str) -> list[Drop]:
    stored = list_objects(pipeline.client, pipeline.bucket(f"landing-{provider}"))
    by_key = {entry.key: entry for entry in stored}
    drops = [_drop(provider, entry, by_key.get(manifest_key(entry.key))) for entry in stored]
    known = _answered(pipeline, provider) if drops else set()
    return [drop for drop in drops if not (drop.key is not None and drop.key.is_manifest) and drop.drop_id not in known]


def _answered(pipeline: Pipeline, provider: str) -> set[str]:
    """Ids of the provider's drops that have an outcome."""
    return {key.rsplit("/", 1)[1].removesuffix(".json") for key in pipeline.control.keys(f"drops/{provider}/")}


def _drop(provider: str, entry: StoredObject, manifest: StoredObject | None) -> Drop:
    try:
        return Drop(provider, entry, parse_drop_key(entry.key), None, manifest)
    except DropRefused as refusal:
        return Drop(provider, entry, None, refusal, manifest)
