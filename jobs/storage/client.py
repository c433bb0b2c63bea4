"""The one place where a boto3 client is made."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from jobs.settings import Endpoint

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
else:  # the stubs are a development dependency
    from botocore.client import BaseClient as S3Client

__all__ = ["S3Client", "s3_client"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CONNECT_SECONDS = 5
READ_SECONDS = 60
ATTEMPTS = 4
CONNECTIONS = 32

_making = threading.Lock()


def s3_client(endpoint: Endpoint) -> S3Client:
    """A client of that account on that endpoint, safe to share between threads; the same one for equal endpoints."""
    with _making:
        return _client(endpoint)


@lru_cache(maxsize=256)
def _client(endpoint: Endpoint) -> S3Client:
    return _session().client(
        "s3",
        endpoint_url=endpoint.endpoint_url,
        aws_access_key_id=endpoint.access_key,
        aws_secret_access_key=endpoint.secret_key,
        region_name=endpoint.region,
        config=_config(endpoint),
    )


@lru_cache(maxsize=1)
def _session() -> boto3.session.Session:
    """The one session: each would read and keep the service's description anew, a quarter of a second and 12 MB a client."""
    return boto3.session.Session()


def _config(endpoint: Endpoint) -> Config:
    is_local = urlsplit(endpoint.endpoint_url).hostname in LOOPBACK
    return Config(
        signature_version="s3v4",  # presigned links fail without
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        proxies={} if is_local else None,  # an empty mapping: a proxy from the environment never sees loopback traffic
    )
