"""Where tables lie: a frozen Lake of one root per layer, on a store or, for `haihe check`, in a local folder."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow.fs as pafs

from jobs.catalogue.frozen import Frozen
from jobs.settings import Endpoint
from jobs.storage.access import arrow_filesystem, delta_options

LOCAL_LAYERS = ("raw", "bronze", "verdicts", "silver", "silver-restricted")


class Lake(Frozen):
    """`buckets` maps a layer to its bucket, or to a folder where `endpoint` is None."""

    endpoint: Endpoint | None
    buckets: Mapping[str, str]

    def table_uri(self, layer: str, table: str) -> str:
        """URI for delta-rs."""
        return f"{'s3://' if self.endpoint else ''}{self.buckets[layer]}/{table}"

    def spark_uri(self, layer: str, table: str) -> str:
        """URI for Spark."""
        return f"{'s3a://' if self.endpoint else 'file://'}{self.buckets[layer]}/{table}"

    def path(self, layer: str, name: str) -> str:
        """Path of an object for `filesystem()`."""
        return f"{self.buckets[layer]}/{name}"

    def filesystem(self) -> pafs.FileSystem:
        """Arrow's file system over the store or the folder."""
        return arrow_filesystem(self.endpoint) if self.endpoint else pafs.LocalFileSystem()

    def options(self) -> dict[str, str]:
        """Options for delta-rs."""
        return delta_options(self.endpoint) if self.endpoint else {}


def local_lake(folder: Path) -> Lake:
    """A lake in a folder, without a store: what `haihe check` judges in. Its silver stays empty."""
    for layer in LOCAL_LAYERS:
        (folder / layer).mkdir(parents=True, exist_ok=True)
    return Lake(endpoint=None, buckets={layer: str(folder / layer) for layer in LOCAL_LAYERS})
