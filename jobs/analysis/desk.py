"""What an analyst's command has at hand: settings, the analyst's own account, and the two layers that it reads."""

from dataclasses import dataclass

from jobs.lake.place import Lake
from jobs.settings import Endpoint, Settings
from jobs.storage.accounts import analyst_endpoint, bucket
from jobs.storage.client import S3Client, s3_client

# In the order in which an unqualified name is looked up; they are the schemas of the SQL.
LAYERS = ("silver", "gold")
ACCESS = "access"


@dataclass(frozen=True)
class AnalystDesk:
    """The store with the analyst's account; it reads silver and gold, and adds records to `access_bucket`."""

    settings: Settings
    endpoint: Endpoint
    lake: Lake
    client: S3Client
    access_bucket: str


def open_desk(settings: Settings) -> AnalystDesk:
    """The desk on the settings' store, which must be running. Raises: SettingsError, StoreUnavailable."""
    endpoint = analyst_endpoint(settings)
    return AnalystDesk(
        settings=settings,
        endpoint=endpoint,
        lake=Lake(endpoint=endpoint, buckets={layer: bucket(settings, layer) for layer in LAYERS}),
        client=s3_client(endpoint),
        access_bucket=bucket(settings, ACCESS),
    )
