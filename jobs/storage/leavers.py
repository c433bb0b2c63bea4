"""Which providers have left: the last record below `onboarding/<provider>/` in control says `offboarded`."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from jobs.storage.client import S3Client
from jobs.storage.faults import NOT_FOUND, refusal, status_of
from jobs.storage.objects import list_objects, read_json

PREFIX = "onboarding/"
OFFBOARDED = "offboarded"
READERS = 8


def record_key(provider: str, number: int) -> str:
    """Key in control of a provider's record; numbers count from 1 and the last one decides."""
    return f"{PREFIX}{provider}/{number:04d}.json"


def leavers(client: S3Client, control: str) -> frozenset[str]:
    """Providers that are offboarded now; none where the control bucket was not made yet.

    Raises: StoreUnavailable, StoreError.
    """
    if not _stands(client, control):
        return frozenset()
    last = {entry.key.split("/")[1]: entry.key for entry in list_objects(client, control, PREFIX)}

    def state(key: str) -> Any:
        return read_json(client, control, key)["state"]

    with ThreadPoolExecutor(READERS) as pool:
        states = dict(zip(last, pool.map(state, last.values()), strict=True))
    return frozenset(provider for provider, found in states.items() if found == OFFBOARDED)


def _stands(client: S3Client, bucket: str) -> bool:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if status_of(error) == NOT_FOUND:
            return False
        raise refusal(error, "look for the bucket", bucket) from error
    return True
