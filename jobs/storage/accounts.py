"""Accounts and buckets of the lake, and who gets which endpoint."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from jobs.errors import SettingsError
from jobs.settings import Endpoint, Settings
from jobs.storage import admin, embedded
from jobs.storage.client import S3Client, s3_client
from jobs.storage.faults import NOT_FOUND, refusal, status_of, translated
from jobs.storage.policies import READ, SUPPLY, Actions, bucket_policy
from jobs.storage.private import held, replace_file
from jobs.storage.secrets import has_secret, secret

PIPELINE = "pipeline"
ANALYST = "analyst"
LAKE_BUCKETS = ("raw", "bronze", "verdicts", "vault", "silver", "silver-restricted", "gold", "docs", "control")
# Which role reads which buckets of the lake; nobody but the pipeline writes there.
READERS: Mapping[str, Sequence[str]] = {ANALYST: ("silver", "gold")}
PROVISION_VERSION = 1
WORKERS = 8


def bucket(settings: Settings, name: str) -> str:
    """The bucket's full name: `silver` or `landing-tax` with the installation's prefix."""
    return f"{settings.store.bucket_prefix}{name}"


def landing_bucket(settings: Settings, provider: str) -> str:
    """Where the provider puts its drops."""
    return bucket(settings, f"landing-{provider}")


def receipts_bucket(settings: Settings, provider: str) -> str:
    """Where the provider finds its receipts."""
    return bucket(settings, f"receipts-{provider}")


def shares_bucket(settings: Settings, recipient: str) -> str:
    """Where the recipient finds what was delivered to it."""
    return bucket(settings, f"shares-{recipient}")


def pipeline_endpoint(settings: Settings) -> Endpoint:
    """The store with the pipeline's account.

    Raises: SettingsError if an external endpoint has no key; StoreUnavailable if the embedded store was never started.
    """
    if settings.store.endpoint_url is None:
        return _embedded_endpoint(settings, PIPELINE)
    access_key, secret_key = settings.store.access_key, settings.store.secret_key
    if not access_key or not secret_key:
        raise SettingsError(
            f"store.endpoint_url is {settings.store.endpoint_url}, but store.access_key or store.secret_key is not set. "
            "Nothing was read. Set HAIHE_STORE__ACCESS_KEY and HAIHE_STORE__SECRET_KEY."
        )
    return Endpoint(endpoint_url=settings.store.endpoint_url, access_key=access_key, secret_key=secret_key, region=settings.store.region)


def provider_endpoint(settings: Settings, provider: str) -> Endpoint:
    """The store with the provider's own account.

    On an external endpoint the operator hands its key over as the file `provider-<id>` in the secrets folder; until then it is
    the pipeline's.
    """
    return _guest_endpoint(settings, _provider_account(provider))


def analyst_endpoint(settings: Settings) -> Endpoint:
    """The store with the analysts' account, which reads silver and gold; on an external endpoint as for a provider."""
    return _guest_endpoint(settings, ANALYST)


def recipient_endpoint(settings: Settings, recipient: str) -> Endpoint:
    """The store with the recipient's own account, which reads its `shares-` bucket alone; on an external endpoint as for a provider."""
    return _guest_endpoint(settings, _recipient_account(recipient))


def provision(
    settings: Settings, providers: Sequence[str], readers: Mapping[str, Sequence[str]] = READERS, recipients: Sequence[str] = ()
) -> None:
    """Accounts, buckets and policies stand for this roster; a second call with the same roster asks the store nothing.

    On an external endpoint the buckets are checked, and created where the given key may; accounts and policies are the operator's.
    Raises: StoreUnavailable, StoreError.
    """
    guests = _guests(settings, providers, readers, recipients)
    if settings.store.endpoint_url is not None:
        client = s3_client(pipeline_endpoint(settings))
        _in_parallel(lambda name: _create_if_missing(client, name), guests)
        return
    with held(embedded.store_folder(settings) / "provision.lock"):
        stamp, path = _stamp(settings, guests), embedded.store_folder(settings) / "provisioned"
        if not path.is_file() or path.read_text(encoding="utf-8") != stamp:
            _provision_embedded(settings, guests)
            replace_file(path, stamp)


# Bucket -> (account, actions) of all who may do something in it beside the pipeline.
Guests = Mapping[str, Sequence[tuple[str, Actions]]]


def _guests(settings: Settings, providers: Sequence[str], readers: Mapping[str, Sequence[str]], recipients: Sequence[str]) -> Guests:
    """For every bucket, by its full name, who may do what in it beside the pipeline."""
    guests: dict[str, list[tuple[str, Actions]]] = {bucket(settings, name): [] for name in LAKE_BUCKETS}
    for role, names in readers.items():
        for name in names:
            guests[bucket(settings, name)].append((role, READ))
    for provider in sorted(providers):
        guests[landing_bucket(settings, provider)] = [(_provider_account(provider), SUPPLY)]
        guests[receipts_bucket(settings, provider)] = [(_provider_account(provider), READ)]
    for recipient in sorted(recipients):
        guests[shares_bucket(settings, recipient)] = [(_recipient_account(recipient), READ)]
    return guests


def _provision_embedded(settings: Settings, guests: Guests) -> None:
    """Accounts first: a policy may only name those that stand."""
    root = embedded.root_endpoint(settings)
    client = s3_client(root)
    _in_parallel(lambda account: admin.create_account(root, account, secret(settings, account)), _accounts(guests))
    _in_parallel(lambda name: admin.create_bucket(root, name, PIPELINE), guests)

    def set_policy(name: str) -> None:
        with translated("set the policy", name):
            client.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket_policy(name, PIPELINE, guests[name])))

    _in_parallel(set_policy, guests)


def _create_if_missing(client: S3Client, name: str) -> None:
    try:
        client.head_bucket(Bucket=name)
    except ClientError as error:
        if status_of(error) != NOT_FOUND:
            raise refusal(error, "look for the bucket", name) from error
        with translated("create the bucket", name):
            client.create_bucket(Bucket=name)


def _accounts(guests: Guests) -> list[str]:
    return sorted({PIPELINE, *(account for granted in guests.values() for account, _ in granted)})


def _stamp(settings: Settings, guests: Guests) -> str:
    """A digest of all that provisioning depends on; secrets of 192 random bits do not show through it."""
    keys = {account: secret(settings, account) for account in _accounts(guests)}
    text = json.dumps([PROVISION_VERSION, embedded.VERSION, guests, keys], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _in_parallel(work: Callable[[str], None], names: Iterable[str]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, names))


def _provider_account(provider: str) -> str:
    return f"provider-{provider}"


def _recipient_account(recipient: str) -> str:
    return f"recipient-{recipient}"


def _guest_endpoint(settings: Settings, account: str) -> Endpoint:
    if settings.store.endpoint_url is None:
        return _embedded_endpoint(settings, account)
    granted = pipeline_endpoint(settings)
    if not has_secret(settings, account):
        return granted
    return granted.model_copy(update={"access_key": account, "secret_key": secret(settings, account)})


def _embedded_endpoint(settings: Settings, account: str) -> Endpoint:
    return Endpoint(
        endpoint_url=embedded.endpoint_url(settings), access_key=account, secret_key=secret(settings, account), region=settings.store.region
    )
