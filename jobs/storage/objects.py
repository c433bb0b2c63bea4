"""Objects: list, head, read, stream, put, put once, copy, delete."""

import json
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from jobs.errors import ObjectExists, StoreError, StoreUnavailable
from jobs.storage.client import S3Client
from jobs.storage.faults import (
    NOT_FOUND,
    PRECONDITION_FAILED,
    RANGE_NOT_SATISFIABLE,
    UNREACHABLE,
    code_of,
    is_busy,
    place,
    refusal,
    status_of,
    translated,
    unavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

log = logging.getLogger(__name__)

BLOCK_BYTES = 8 << 20
OCTETS = "application/octet-stream"
JSON = "application/json"
# How often a stream is taken up again without a byte of progress, and a conditional PUT repeated on a 409.
RESUMPTIONS = 5
CONFLICT_ATTEMPTS = 8
SINGLE_COPY_BYTES = 5 << 30  # what S3 copies in one request
COPY_PART_BYTES = 1 << 30
CONFLICT_CODES = frozenset({"ConditionalRequestConflict", "OperationAborted"})


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One version of an object; `etag` without quotes, `modified_at` in UTC."""

    bucket: str
    key: str
    etag: str
    size: int
    modified_at: datetime


def list_objects(client: S3Client, bucket: str, prefix: str = "") -> list[StoredObject]:
    """The objects under a prefix, in the order of their keys; folder markers (keys that end in `/`) are left out.

    Raises: StoreUnavailable, StoreError.
    """
    with translated("list", bucket, prefix):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        entries = [entry for page in pages for entry in page.get("Contents", []) if not entry["Key"].endswith("/")]
    return [
        StoredObject(bucket, entry["Key"], _bare(entry["ETag"]), entry["Size"], entry["LastModified"].astimezone(UTC)) for entry in entries
    ]


def list_folders(client: S3Client, bucket: str) -> list[str]:
    """Names of the folders at the bucket's top, in order. Raises: StoreUnavailable, StoreError."""
    with translated("list", bucket):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter="/")
        return [entry["Prefix"].rstrip("/") for page in pages for entry in page.get("CommonPrefixes", [])]


def head(client: S3Client, bucket: str, key: str) -> StoredObject | None:
    """What stands under the key now; None if nothing does."""
    try:
        answer = client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if status_of(error) == NOT_FOUND:
            return None
        raise refusal(error, "head", bucket, key) from error
    except UNREACHABLE as error:
        raise unavailable(error, "head", bucket, key) from error
    return StoredObject(bucket, key, _bare(answer["ETag"]), answer["ContentLength"], answer["LastModified"].astimezone(UTC))


def exists(client: S3Client, bucket: str, key: str) -> bool:
    """Something stands under the key now."""
    return head(client, bucket, key) is not None


def read_bytes(client: S3Client, bucket: str, key: str, *, etag: str | None = None, start: int = 0, length: int | None = None) -> bytes:
    """The bytes from `start`, at most `length` of them; empty if the object ends before `start`.

    Raises: ObjectChanged if `etag` is given and no longer stands there; StoreUnavailable, StoreError.
    """
    if length == 0:
        return b""
    stop = None if length is None else start + length
    return b"".join(_pieces(client, _Range(bucket, key, etag, start, stop), BLOCK_BYTES))


def stream_blocks(client: S3Client, bucket: str, key: str, *, etag: str | None = None, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The object in blocks of `block_bytes` (the last may be shorter), all of one version: a dropped connection is taken up where it broke.

    Raises: ObjectChanged if the object is replaced before it is read to its end; StoreUnavailable, StoreError.
    """
    held = bytearray()
    for piece in _pieces(client, _Range(bucket, key, etag, 0, None), block_bytes):
        if not held and len(piece) == block_bytes:
            yield piece
            continue
        held += piece
        if len(held) >= block_bytes:
            yield bytes(held[:block_bytes])
            del held[:block_bytes]
    if held:
        yield bytes(held)


def read_json(client: S3Client, bucket: str, key: str) -> Any:
    """The value of a JSON object.

    Raises: StoreError if there is no such object or it is not JSON.
    """
    text = read_bytes(client, bucket, key)
    try:
        return json.loads(text.decode())
    except ValueError as error:
        raise StoreError(f"{place(bucket, key)}: not JSON ({error}). It is left as it is. See who wrote it.") from error


def find_json(client: S3Client, bucket: str, key: str) -> Any | None:
    """The value of a JSON object; None if there is no such object."""
    return read_json(client, bucket, key) if exists(client, bucket, key) else None


def put(client: S3Client, bucket: str, key: str, body: bytes | BinaryIO, content_type: str = OCTETS) -> str:
    """The ETag of the object, which replaces what stood there."""
    with translated("put", bucket, key):
        answer = client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    return _bare(answer["ETag"])


def put_new(client: S3Client, bucket: str, key: str, body: bytes, content_type: str = OCTETS) -> str:
    """The ETag of the object that this call alone created under a free key.

    A lost reply is settled by reading the object back: equal bytes mean that it is ours, so the bodies of racers must differ.
    Raises: ObjectExists if something else stands there; StoreUnavailable, StoreError.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            answer = client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
        except UNREACHABLE as error:
            return _settle(client, bucket, key, body, unavailable(error, "create", bucket, key))
        except ClientError as error:
            if code_of(error) not in CONFLICT_CODES:
                return _settle_refusal(client, bucket, key, body, error)
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - a pause, not a secret
        else:
            return _bare(answer["ETag"])
    raise StoreUnavailable(
        f"{place(bucket, key)}: {CONFLICT_ATTEMPTS} conditional PUTs met another one in flight. Nothing was written. Run the same again."
    )


def put_new_json(client: S3Client, bucket: str, key: str, value: object) -> str:
    """The ETag of the JSON object that this call alone created; equal values are equal bytes. Raises as `put_new`."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return put_new(client, bucket, key, text.encode(), JSON)


def delete(client: S3Client, bucket: str, key: str) -> None:
    """Nothing stands under the key afterwards; no error if nothing stood there before."""
    with translated("delete", bucket, key):
        client.delete_object(Bucket=bucket, Key=key)


def copy_object(client: S3Client, source: StoredObject, bucket: str, key: str) -> str:
    """The ETag of the copy, made inside the store from exactly that version of the source.

    Raises: ObjectChanged if the source is gone or replaced; StoreUnavailable, StoreError.
    """
    with translated(f"copy to {place(bucket, key)}", source.bucket, source.key, source.etag):
        if source.size > SINGLE_COPY_BYTES:
            return _copy_in_parts(client, source, bucket, key)
        answer = client.copy_object(
            Bucket=bucket, Key=key, CopySource={"Bucket": source.bucket, "Key": source.key}, CopySourceIfMatch=f'"{source.etag}"'
        )
        return _bare(answer["CopyObjectResult"]["ETag"])


def _copy_in_parts(client: S3Client, source: StoredObject, bucket: str, key: str) -> str:
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    try:
        parts: list[CompletedPartTypeDef] = []
        for start in range(0, source.size, COPY_PART_BYTES):
            answer = client.upload_part_copy(
                Bucket=bucket,
                Key=key,
                UploadId=upload,
                PartNumber=len(parts) + 1,
                CopySource={"Bucket": source.bucket, "Key": source.key},
                CopySourceIfMatch=f'"{source.etag}"',
                CopySourceRange=f"bytes={start}-{min(start + COPY_PART_BYTES, source.size) - 1}",
            )
            parts.append({"PartNumber": len(parts) + 1, "ETag": answer["CopyPartResult"]["ETag"]})
        whole = client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
    except BaseException:
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise
    return _bare(whole["ETag"])


def _settle_refusal(client: S3Client, bucket: str, key: str, body: bytes, error: ClientError) -> str:
    is_taken = status_of(error) == PRECONDITION_FAILED
    was_repeated = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
    if is_taken and not was_repeated:
        raise _taken(bucket, key) from error
    if is_taken or is_busy(error):  # an earlier attempt of ours may have written it
        return _settle(client, bucket, key, body, refusal(error, "create", bucket, key))
    raise refusal(error, "create", bucket, key) from error


def _settle(client: S3Client, bucket: str, key: str, body: bytes, error: StoreError) -> str:
    """The ETag of what stands under the key if it is `body`; else raises ObjectExists, or `error` if nothing stands there."""
    standing = head(client, bucket, key)
    if standing is None:
        raise error
    if standing.size != len(body) or read_bytes(client, bucket, key, etag=standing.etag) != body:
        raise _taken(bucket, key) from error
    log.info("lost_reply_settled bucket=%s key=%s", bucket, key)
    return standing.etag


def _taken(bucket: str, key: str) -> ObjectExists:
    return ObjectExists(f"{place(bucket, key)}: an object stands there already. Nothing was written. Read it: another run got there first.")


@dataclass(frozen=True, slots=True)
class _Range:
    bucket: str
    key: str
    etag: str | None
    start: int
    stop: int | None


def _pieces(client: S3Client, wanted: _Range, most_bytes: int) -> Iterator[bytes]:
    """The range in pieces of at most `most_bytes`; one is shorter where the connection broke."""
    position, etag, failures = wanted.start, wanted.etag, 0
    while failures <= RESUMPTIONS:
        body, etag = _opened(client, _Range(wanted.bucket, wanted.key, etag, position, wanted.stop))
        if body is None:
            return
        try:
            while piece := body.read(most_bytes):
                position, failures = position + len(piece), 0
                yield piece
            return
        except UNREACHABLE as error:
            failures += 1
            log.info("stream_resumed bucket=%s key=%s position=%d error=%s", wanted.bucket, wanted.key, position, type(error).__name__)
            lost = unavailable(error, f"read at byte {position}", wanted.bucket, wanted.key)
        finally:
            body.close()
    raise lost


def _opened(client: S3Client, wanted: _Range) -> tuple[StreamingBody | None, str]:
    """The open body and the ETag it belongs to; no body if the object ends before the range starts."""
    conditions: dict[str, str] = {} if wanted.etag is None else {"IfMatch": f'"{_bare(wanted.etag)}"'}
    if wanted.start or wanted.stop is not None:
        conditions["Range"] = f"bytes={wanted.start}-" + ("" if wanted.stop is None else str(wanted.stop - 1))
    with translated("read", wanted.bucket, wanted.key, wanted.etag):
        try:
            answer = client.get_object(Bucket=wanted.bucket, Key=wanted.key, **conditions)  # type: ignore[arg-type]
        except ClientError as error:
            if status_of(error) == RANGE_NOT_SATISFIABLE:
                return None, wanted.etag or ""
            raise
    return answer["Body"], _bare(answer["ETag"])


def _bare(etag: str) -> str:
    return etag.strip('"')


def find_bytes(client: S3Client, bucket: str, key: str) -> bytes | None:
    """The object's bytes; None if there is no such object."""
    return read_bytes(client, bucket, key) if exists(client, bucket, key) else None


def list_buckets(client: S3Client) -> list[str]:
    """Names of the buckets that this account sees."""
    with translated("list the buckets", ""):
        return [entry["Name"] for entry in client.list_buckets()["Buckets"]]
