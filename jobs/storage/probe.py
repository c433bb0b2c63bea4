"""The start-up probe: whether this store can be trusted with a conditional PUT."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from jobs.errors import ObjectExists, StoreError
from jobs.settings import Endpoint
from jobs.storage.client import S3Client, s3_client
from jobs.storage.faults import translated
from jobs.storage.objects import delete, put_new, read_bytes
from jobs.storage.private import replace_file

ROUNDS = 20
RACERS = 16


def probe_conditional_put(endpoint: Endpoint, bucket: str, home: Path, version: str | None = None) -> None:
    """Returns if `PUT If-None-Match:*` has one winner among 16 racers, twenty times over; asked once per endpoint and store version.

    The version is the Server header of an answer, if it is not given. The probe's objects are gone afterwards.
    Raises: StoreError if the store fails it, with what it did; StoreUnavailable.
    """
    client = s3_client(endpoint)
    version = version or _server(client, bucket)
    stamp = home / "store" / f"probe-{hashlib.sha256(f'{endpoint.endpoint_url} {version}'.encode()).hexdigest()[:16]}.json"
    if stamp.is_file():
        return
    prefix = f"_probe/{uuid4().hex}"
    with ThreadPoolExecutor(RACERS) as pool:
        for number in range(ROUNDS):
            _run_round(client, bucket, f"{prefix}/{number:02d}", pool)
    replace_file(stamp, json.dumps({"endpoint_url": endpoint.endpoint_url, "version": version, "rounds": ROUNDS, "racers": RACERS}))


def _run_round(client: S3Client, bucket: str, key: str, pool: ThreadPoolExecutor) -> None:
    line = threading.Barrier(RACERS)
    bodies = [f"{key} {racer:02d}".encode() for racer in range(RACERS)]

    def has_won(body: bytes) -> bool:
        line.wait()
        try:
            put_new(client, bucket, key, body)
        except ObjectExists:
            return False
        return True

    try:
        winners = [body for body, won in zip(bodies, pool.map(has_won, bodies), strict=True) if won]
        if len(winners) != 1 or read_bytes(client, bucket, key) != winners[0]:
            raise StoreError(
                f"s3://{bucket}/{key}: {len(winners)} of {RACERS} racing conditional PUTs were told that they won; "
                "exactly one may, and its bytes must stand. Nothing was landed. "
                "Such a store loses commits: use one that honours If-None-Match, or the embedded one."
            )
    finally:
        delete(client, bucket, key)


def _server(client: S3Client, bucket: str) -> str:
    with translated("look for the bucket", bucket):
        answer = client.head_bucket(Bucket=bucket)
    return str(answer["ResponseMetadata"]["HTTPHeaders"].get("server", "unknown"))
