"""What an account reaches, asked with that account's own key."""

from botocore.exceptions import ClientError

from jobs.settings import Endpoint
from jobs.storage.client import s3_client
from jobs.storage.faults import UNREACHABLE, refusal, status_of, unavailable

FORBIDDEN = 403


def reaches(endpoint: Endpoint, bucket: str) -> bool:
    """Whether the account may list the bucket; False on a 403: no right, no such account, or a secret that is not its own.

    Raises: StoreUnavailable, StoreError (there is no such bucket).
    """
    try:
        s3_client(endpoint).list_objects_v2(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        if status_of(error) == FORBIDDEN:
            return False
        raise refusal(error, "list", bucket) from error
    except UNREACHABLE as error:
        raise unavailable(error, "list", bucket) from error
    return True
