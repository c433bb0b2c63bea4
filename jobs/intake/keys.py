"""What a drop's key says: resource, period, file name; whether it is a resend or a manifest."""

import re
from dataclasses import dataclass

from jobs.catalogue.period import FORMS, Period
from jobs.errors import CatalogueError, DropRefused

EXAMPLE = "credit.administrative_penalty/2021-03/penalties.csv"
MANIFEST_SUFFIX = ".manifest.json"
# A drop below it tries the way in: it is answered and lands nowhere.
TEST_FOLDER = "_test"
_RESOURCE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_RESEND = re.compile(r"(b[0-9a-f]{15})\.resend\.csv")


@dataclass(frozen=True)
class DropKey:
    """A key taken apart. `resource` and `period` are None where the key does not say them; `unplaced_reason` then says why."""

    resource: str | None
    period: Period | None
    file_name: str
    resend_of: str | None = None
    is_manifest: bool = False
    is_test: bool = False
    unplaced_reason: str | None = None


def parse_drop_key(key: str) -> DropKey:
    """What `<domain>.<resource>/<period>/<any name>` says, or as much of it as a manifest may complete.

    A resend (`<batch_id>.resend.csv`) is placed by its batch, wherever it lies; a test is whatever lies below `_test/`.

    Raises: DropRefused `key_grammar` where no manifest could mend it, `period_impossible` for a period that does not exist.
    """
    *folders, name = key.split("/")
    if folders and folders[0] == TEST_FOLDER and name:
        return DropKey(None, None, name, is_test=True)
    if not name or "" in folders or len(folders) > 2:
        raise _ungrammatical(key)
    resend = _RESEND.fullmatch(name)
    if resend:
        return DropKey(None, None, name, resend_of=resend[1])
    resource = folders[0] if folders and _RESOURCE.fullmatch(folders[0]) else None
    period = _period(folders[-1], key) if folders else None
    reason = _unplaced_reason(key, resource, period)
    return DropKey(resource, period, name, is_manifest=name.endswith(MANIFEST_SUFFIX), unplaced_reason=reason)


def unplaced(drop: DropKey, key: str) -> DropRefused:
    """The refusal of a drop that neither its key nor a manifest places."""
    reason = drop.unplaced_reason or f"{key}: neither key nor manifest says resource and period"
    return DropRefused("key_grammar", f"{reason}. {_WHERE}", key=key, example=EXAMPLE)


def manifest_key(key: str) -> str:
    """Where the manifest of the drop at `key` lies."""
    return key + MANIFEST_SUFFIX


_WHERE = f"Nothing was read. Put the file at <domain>.<resource>/<period>/<file name>, for instance {EXAMPLE}."


def _ungrammatical(key: str) -> DropRefused:
    return DropRefused("key_grammar", f"{key}: a key is a resource, a period and a file name. {_WHERE}", key=key, example=EXAMPLE)


def _period(folder: str, key: str) -> Period | None:
    """The folder's period; None where it does not try to be one (it may be the resource's folder)."""
    if not re.match(r"[0-9]{4}", folder):
        return None
    try:
        return Period.parse(folder)
    except CatalogueError as error:
        message = f"{key}: {error} Nothing was read. Put the file below the right period, for instance {EXAMPLE}."
        raise DropRefused("period_impossible", message, period=folder, forms=FORMS) from error


def _unplaced_reason(key: str, resource: str | None, period: Period | None) -> str | None:
    missing = [what for what, value in (("resource (<domain>.<resource>)", resource), ("period", period)) if value is None]
    return f"{key}: the key says no {' and no '.join(missing)}" if missing else None
