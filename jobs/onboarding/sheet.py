"""The department's one-page sheet, in Chinese: its place in the store, its duties as examples, and lines to paste.

The secret stands in files of its own beside the sheet, so that the sheet can be printed and sent on.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.lists import Duty
from jobs.catalogue.period import period_of
from jobs.collect.pipeline import Pipeline, city_date
from jobs.reports.sentences import phrase
from jobs.settings import Endpoint
from jobs.storage.accounts import landing_bucket, provider_endpoint, receipts_bucket
from jobs.storage.private import private_folder, replace_file
from jobs.storage.processes import LOOPBACK

SECRET_FILE, RCLONE_FILE = "secret-key.txt", "rclone.conf"
SHEETS = ("sheet.html", "sheet.txt")
# What one printed page holds; the text lists them all.
DUTIES_SHOWN = 4
DELIMITERS = {",": "英文逗号", "\t": "制表符", ";": "英文分号", "|": "竖线"}


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty as the clerk needs it; `example` is a drop's key for the last whole period."""

    resource: str
    title: str
    office: str
    contact: str
    cycle: str
    cutoff: str
    rows: str
    target_pct: float
    encoding: str
    delimiter: str
    columns: int
    period: str
    example: str
    status: str
    is_signed: bool


def write_sheet(pipeline: Pipeline, provider: str, out: Path) -> Path:
    """The folder of the sheet and the key's files below `out`, all of them for their owner alone (0700, 0600)."""
    folder = private_folder(out / "onboarding" / provider)
    endpoint = provider_endpoint(pipeline.settings, provider)
    values = _values(pipeline, provider, endpoint)
    for name in SHEETS:
        replace_file(folder / name, _environment().get_template(f"{name}.j2").render(values))
    replace_file(folder / SECRET_FILE, endpoint.secret_key + "\n")
    replace_file(folder / RCLONE_FILE, "\n".join(rclone_lines(endpoint, endpoint.secret_key)) + "\n")
    return folder


def remove_keys(provider: str, out: Path) -> None:
    """The key's files below `out` are gone."""
    for name in (SECRET_FILE, RCLONE_FILE):
        (out / "onboarding" / provider / name).unlink(missing_ok=True)


def duty_lines(catalogue: Catalogue, provider: str, today: date) -> list[DutyLine]:
    """The provider's duties in the version in force today, by resource; drafts and suspended ones too, marked so."""
    _, rows = catalogue.responsibility.in_force(today)
    own = sorted((row for row in rows if row.provider_id == provider and row.status != "ended"), key=lambda row: row.resource)
    return [_duty_line(catalogue, duty, today) for duty in own]


def rclone_lines(endpoint: Endpoint, secret: str) -> list[str]:
    """The remote `haihe` for rclone's configuration. A provider may make no bucket, so rclone must not try."""
    return [
        "[haihe]",
        "type = s3",
        "provider = Other",
        f"endpoint = {endpoint.endpoint_url}",
        f"region = {endpoint.region}",
        f"access_key_id = {endpoint.access_key}",
        f"secret_access_key = {secret}",
        "force_path_style = true",
        "no_check_bucket = true",
    ]


def _values(pipeline: Pipeline, provider: str, endpoint: Endpoint) -> dict[str, object]:
    today = city_date(datetime.now(UTC))
    known, duties = pipeline.catalogue.providers[provider], duty_lines(pipeline.catalogue, provider, today)
    address = urlsplit(endpoint.endpoint_url)
    return {
        "provider": known,
        "today": today.isoformat(),
        "endpoint": endpoint.endpoint_url,
        "region": endpoint.region,
        "access_key": endpoint.access_key,
        "host": address.hostname,
        "port": address.port or (443 if address.scheme == "https" else 80),
        "is_tls": address.scheme == "https",
        "is_local": address.hostname == LOOPBACK,
        "landing": landing_bucket(pipeline.settings, provider),
        "receipts": receipts_bucket(pipeline.settings, provider),
        "secret_file": SECRET_FILE,
        "rclone_file": RCLONE_FILE,
        "rclone": rclone_lines(endpoint, f"（见同目录 {SECRET_FILE}）"),
        "duties": duties,
        "shown": duties[:DUTIES_SHOWN],
        "centre": pipeline.settings.centre,
    }


def _duty_line(catalogue: Catalogue, duty: Duty, today: date) -> DutyLine:
    contract = catalogue.contracts[duty.resource]
    dialect = contract.dialect(duty.provider_id)
    # The day before the running period's first is in the last whole one.
    period = period_of(duty.cycle, period_of(duty.cycle, today).start - timedelta(days=1)).text
    lag = f"期次结束后第 {duty.lag_working_days} 个工作日" if duty.lag_working_days else "期次结束次日"
    return DutyLine(
        resource=duty.resource,
        title=contract.title,
        office=duty.office,
        contact=f"{duty.contact_name} {duty.contact_phone}",
        cycle=phrase("terms", duty.cycle, {}, "zh"),
        cutoff=f"{lag} {duty.cutoff_time} 前",
        rows=f"{duty.expected_rows_min:,} 至 {duty.expected_rows_max:,}",
        target_pct=duty.quality_target_pct,
        encoding=dialect.encoding.upper(),
        delimiter=DELIMITERS.get(dialect.delimiter, dialect.delimiter),
        columns=len(contract.headers(duty.provider_id)),
        period=period,
        example=f"{duty.resource}/{period}/{contract.title}-{period}.csv",
        status=phrase("terms", duty.status, {}, "zh"),
        is_signed=duty.status == "signed",
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("jobs.onboarding"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
