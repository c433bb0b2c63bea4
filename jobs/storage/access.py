"""The same endpoint and account in the words of Arrow, delta-rs and Hadoop."""

import os
from urllib.parse import urlsplit

from pyarrow.fs import S3FileSystem

from jobs.settings import Endpoint


def arrow_filesystem(endpoint: Endpoint) -> S3FileSystem:
    """Arrow's file system on the endpoint; its paths are `bucket/key`.

    Arrow's own client adds a checksum as a trailer, which only this variable turns off; versitygw leaves the end of such a
    request in the connection and answers the next one on it with 400.
    """
    os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    url = urlsplit(endpoint.endpoint_url)
    return S3FileSystem(
        access_key=endpoint.access_key,
        secret_key=endpoint.secret_key,
        region=endpoint.region,
        scheme=url.scheme,
        endpoint_override=url.netloc,
        force_virtual_addressing=False,
        allow_bucket_creation=False,
        allow_bucket_deletion=False,
    )


def delta_options(endpoint: Endpoint) -> dict[str, str]:
    """delta-rs' `storage_options`; a commit is a PUT with If-None-Match, so that of two racers one loses."""
    return {
        "aws_endpoint_url": endpoint.endpoint_url,
        "aws_access_key_id": endpoint.access_key,
        "aws_secret_access_key": endpoint.secret_key,
        "aws_region": endpoint.region,
        "aws_allow_http": str(_is_plain(endpoint)).lower(),
        "aws_virtual_hosted_style_request": "false",
        "aws_conditional_put": "etag",
    }


def hadoop_options(endpoint: Endpoint) -> dict[str, str]:
    """Spark settings for `s3a://`.

    The names of both credentials match Spark's default `spark.redaction.regex` (`secret`, `access.key`), so the UI and the
    event log show them redacted. A builder that passes settings as `--conf` shows them on the driver's command line, to every
    user of the machine: pass these by a properties file of mode 0600.
    """
    prefix = "spark.hadoop.fs.s3a."
    options = {
        "endpoint": endpoint.endpoint_url,
        "endpoint.region": endpoint.region,
        "path.style.access": "true",
        "connection.ssl.enabled": str(not _is_plain(endpoint)).lower(),
        "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "access.key": endpoint.access_key,
        "secret.key": endpoint.secret_key,
    }
    return {prefix + name: value for name, value in options.items()}


def _is_plain(endpoint: Endpoint) -> bool:
    return urlsplit(endpoint.endpoint_url).scheme == "http"
