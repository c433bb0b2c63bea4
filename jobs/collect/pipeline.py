"""What every step of the main job has at hand: settings, catalogue, store, control and lake, as one frozen value."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jobs.catalogue.catalogue import Catalogue
from jobs.lake.control import Control, StoreControl
from jobs.lake.place import Lake
from jobs.lake.silver import TokenKey
from jobs.settings import Settings
from jobs.storage.accounts import bucket, pipeline_endpoint
from jobs.storage.client import S3Client, s3_client
from jobs.storage.secrets import secret

# The city's clocks; source timestamps and business dates are read in it.
CITY_ZONE = ZoneInfo("Asia/Shanghai")
LAYERS = ("raw", "bronze", "verdicts", "vault", "silver", "silver-restricted", "gold", "control")
TOKEN_KEY_VERSION = 1


@dataclass(frozen=True)
class Desk:
    """Everything that judging needs: what decides, where records stand, where tables lie. `haihe check` has no more than this."""

    settings: Settings
    catalogue: Catalogue
    control: Control
    lake: Lake


@dataclass(frozen=True)
class Pipeline(Desk):
    """The desk with the pipeline's own account on the store."""

    client: S3Client
    token_key: TokenKey

    def bucket(self, name: str) -> str:
        """A bucket's name on this installation."""
        return bucket(self.settings, name)


def open_pipeline(settings: Settings, catalogue: Catalogue) -> Pipeline:
    """The pipeline on the settings' store, which must be running."""
    endpoint = pipeline_endpoint(settings)
    client = s3_client(endpoint)
    return Pipeline(
        settings=settings,
        catalogue=catalogue,
        client=client,
        control=StoreControl(client, bucket(settings, "control")),
        lake=Lake(endpoint=endpoint, buckets={layer: bucket(settings, layer) for layer in LAYERS}),
        token_key=TokenKey(TOKEN_KEY_VERSION, bytes.fromhex(secret(settings, "token-key"))),
    )


def city_date(moment: datetime) -> date:
    """The calendar day in the city at that moment."""
    return moment.astimezone(CITY_ZONE).date()
