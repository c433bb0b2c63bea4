"""Bucket policies: who may do what in which bucket. Isolation is by bucket, never by prefix."""

from collections.abc import Sequence
from typing import Any

READ = (("s3:GetObject",), ("s3:ListBucket", "s3:GetBucketLocation"))
SUPPLY = (
    ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
    ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"),
)

# Adds objects and sees none: neither its own nor anybody else's.
RECORD = (("s3:PutObject",), ())

Statement = dict[str, Any]
# Actions on objects, then actions on the bucket; either may be empty.
Actions = tuple[tuple[str, ...], tuple[str, ...]]


def bucket_policy(bucket: str, owner: str, guests: Sequence[tuple[str, Actions]]) -> dict[str, Any]:
    """The policy of one bucket. It names the owner, because a policy replaces the owner's own rights."""
    everything: Statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [owner]},
        "Action": "s3:*",
        "Resource": [_arn(bucket), _arn(bucket, "/*")],
    }
    granted = [statement for account, actions in guests for statement in _granted(bucket, account, actions)]
    return {"Version": "2012-10-17", "Statement": [everything, *granted]}


def _granted(bucket: str, account: str, actions: Actions) -> list[Statement]:
    on_objects, on_bucket = actions
    granted = ((on_objects, _arn(bucket, "/*")), (on_bucket, _arn(bucket)))
    return [
        {"Effect": "Allow", "Principal": {"AWS": [account]}, "Action": list(allowed), "Resource": [where]}
        for allowed, where in granted
        if allowed
    ]


def _arn(bucket: str, objects: str = "") -> str:
    return f"arn:aws:s3:::{bucket}{objects}"
