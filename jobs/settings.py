"""conf/<environment>.yaml and environment variables, as one frozen Settings."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import SettingsError

# An environment variable HAIHE_STORE__ENDPOINT_URL sets store.endpoint_url; it wins over the file.
PREFIX = "HAIHE_"
NOT_SETTINGS = frozenset({"HAIHE_ENV", "HAIHE_HOME", "HAIHE_CACHE", "HAIHE_COMMAND"})


class Frozen(BaseModel):
    """A value that refuses unknown keys and cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Endpoint(Frozen):
    """An S3 endpoint and one account on it."""

    endpoint_url: str
    access_key: str
    secret_key: str = Field(repr=False)
    region: str = "us-east-1"


class StoreSettings(Frozen):
    """Where the objects lie. Without `endpoint_url` the embedded store runs under `home`."""

    endpoint_url: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = Field(default=None, repr=False)
    port: int = 0
    bucket_prefix: str = ""
    versitygw: Path | None = None


class SparkSettings(Frozen):
    """The one Spark session. `python`: the executors' interpreter, at the same path on every worker; without it this process' own."""

    master: str = "local[2]"
    python: str | None = None
    driver_memory: str = "3g"
    shuffle_partitions: int = 4
    jars: Path | None = None
    conf: dict[str, str] = {}


class AirflowSettings(Frozen):
    """The local Airflow that `make up` starts. `schedule` is the cron line of `collect`; empty: only when it is triggered."""

    port: int = 0
    parallelism: int = 4
    schedule: str = "*/5 * * * *"


class PassSettings(Frozen):
    """Bounds of the pass log and of what a receipt carries."""

    attempts: int = Field(default=8, ge=1)
    heartbeat_seconds: int = Field(default=10, ge=1)
    large_object_mb: int = Field(default=32, ge=1)
    range_mb: int = Field(default=32, ge=1)
    reported_rows: int = Field(default=20_000, ge=1)


class CentreSettings(Frozen):
    """The data centre's desk, whom a receipt tells to call."""

    name: str = "数据归集值班"
    phone: str = "022-00000000"
    office: str = "市大数据管理中心"


class WatchSettings(Frozen):
    """From when and how far back duties are watched.

    `since`: no period that ended before it is expected; without it, none that ended before the provider was onboarded or first supplied.
    `periods`: so many of a duty's last periods, at most. `extra_days`: days on which the city works (true) or not, beyond what the
    package knows of the State Council's notices.
    """

    since: date | None = None
    periods: int = Field(default=90, ge=1)
    extra_days: dict[date, bool] = {}


class NoticeSettings(Frozen):
    """Mail and webhook about late, held and refused; a channel without host or URL sends nothing.

    The password of `user` is the secret `notices-smtp`; the webhook is sent the secret `notices-webhook`, if there is one, as its
    bearer token. `desk`: the data centre's own addresses, joined by commas, which get every notice.
    """

    smtp_host: str | None = None
    smtp_port: int = 25
    starttls: bool = False
    user: str | None = None
    sender: str = "haihe@localhost"
    desk: str = ""
    webhook_url: str | None = Field(default=None, pattern=r"^https?://")
    attempts: int = Field(default=3, ge=1)
    pause_seconds: float = Field(default=1.0, ge=0)
    timeout_seconds: float = Field(default=10.0, gt=0)


class ReportSettings(Frozen):
    """`data_docs_days`: for so many days after a batch was judged its Data Doc stands; null keeps it for ever."""

    data_docs_days: int | None = Field(default=400, ge=1)


class SiteSettings(Frozen):
    """Where `haihe up` serves the board: a port on loopback; 0 takes a free one and keeps it."""

    port: int = 0


class Settings(Frozen):
    """Everything that differs from one installation to another; no secret is ever shown by repr()."""

    environment: str
    root: Path
    home: Path
    store: StoreSettings = StoreSettings()
    spark: SparkSettings = SparkSettings()
    airflow: AirflowSettings = AirflowSettings()
    passes: PassSettings = PassSettings()
    centre: CentreSettings = CentreSettings()
    watch: WatchSettings = WatchSettings()
    notices: NoticeSettings = NoticeSettings()
    reports: ReportSettings = ReportSettings()
    site: SiteSettings = SiteSettings()

    @property
    def secrets_dir(self) -> Path:
        """The ignored folder of generated secrets, mode 0700, its files 0600."""
        return self.home / "secrets"


def load_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the environment that HAIHE_ENV names (`local` by default).

    Raises: SettingsError, naming the file or variable and every fault in it.
    """
    environment = environ.get("HAIHE_ENV", "local")
    path = root / "conf" / f"{environment}.yaml"
    if not path.is_file():
        raise SettingsError(f"{path}: no such file. HAIHE_ENV={environment} asks for it; conf/ holds one file an environment.")
    values: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    _overlay(values, environ)
    home = Path(environ.get("HAIHE_HOME", root / ".haihe")).absolute()
    try:
        return Settings.model_validate({**values, "environment": environment, "root": root.absolute(), "home": home})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"{path} (with HAIHE_* variables): {faults}. Nothing was started.") from error


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        *groups, leaf = variable.removeprefix(PREFIX).lower().split("__")
        target = values
        for group in groups:
            target = target.setdefault(group, {})
        target[leaf] = text
