"""botocore's exceptions as Haihe's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotoConnectionError

from jobs.errors import ObjectChanged, StoreError, StoreUnavailable

# No answer, or half of one: the same request may succeed a moment later.
UNREACHABLE = (BotoConnectionError, HTTPClientError, IncompleteReadError)
BUSY_CODES = frozenset({"SlowDown", "ServiceUnavailable", "RequestTimeout", "Throttling", "ThrottlingException", "InternalError"})
NOT_FOUND = 404
PRECONDITION_FAILED = 412
RANGE_NOT_SATISFIABLE = 416
NOT_IMPLEMENTED = 501


def status_of(error: ClientError) -> int:
    """The HTTP status of the store's answer; 0 if it gave none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: ClientError) -> str:
    """The error code of the store's answer, for instance `AccessDenied`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_busy(error: ClientError) -> bool:
    """The answer says that the store is at fault for the moment, not the request."""
    status = status_of(error)
    return (status >= 500 and status != NOT_IMPLEMENTED) or code_of(error) in BUSY_CODES


@contextmanager
def translated(action: str, bucket: str, key: str = "", etag: str | None = None) -> Iterator[None]:
    """Raises what happens inside as one of jobs/errors.py; with an `etag` the request is a conditional one on that version.

    Raises: StoreUnavailable, ObjectChanged (404 or 412 under an `etag`), StoreError.
    """
    try:
        yield
    except ClientError as error:
        raise refusal(error, action, bucket, key, etag) from error
    except UNREACHABLE as error:
        raise unavailable(error, action, bucket, key) from error
    except BotoCoreError as error:
        raise StoreError(
            f"{place(bucket, key)}: {action} failed before the store was asked: {error}. Nothing was changed. Mend the request."
        ) from error


def place(bucket: str, key: str = "") -> str:
    """`s3://bucket/key`, as messages show it."""
    return f"s3://{bucket}/{key}" if key else f"s3://{bucket}"


def unavailable(error: Exception, action: str, bucket: str, key: str = "") -> StoreUnavailable:
    """The error for a store that gave no whole answer."""
    return StoreUnavailable(
        f"{place(bucket, key)}: {action} got no whole answer from the store ({type(error).__name__}: {error}). "
        "See that the store runs (`haihe status`), then run the same again."
    )


def refusal(error: ClientError, action: str, bucket: str, key: str = "", etag: str | None = None) -> StoreError:
    """The error for an answer that is not a success."""
    status, code = status_of(error), code_of(error)
    where = f"{place(bucket, key)}: {action}"
    if etag is not None and status in (NOT_FOUND, PRECONDITION_FAILED):
        return ObjectChanged(
            f"{where} asked for ETag {etag}, which no longer stands there ({status} {code}). "
            "What was read of it does not count. List the bucket again and take what is there now."
        )
    if is_busy(error):
        return StoreUnavailable(f"{where} was answered {status} {code} after all retries. Run the same again when the store is well.")
    return StoreError(f"{where} was answered {status} {code}. Nothing was changed. {_remedy(status, code)}")


def _remedy(status: int, code: str) -> str:
    if status == NOT_FOUND:
        return "See that bucket and key are right, and that the accounts and buckets were provisioned (`make up`)."
    if status in (401, 403):
        return "This account has no right to it, or its key is wrong: see the bucket's policy and the secrets folder."
    if status == 409 and code in ("ObjectParentIsFile", "ExistingObjectIsDirectory"):
        return "`a` and `a/b` cannot both be objects: choose another name."
    if code == "KeyTooLongError":
        return "A part of a key between two `/` has at most 255 bytes (85 Chinese characters): shorten the name."
    return "The message above is the store's own; its log may say more."
