"""Accounts and buckets of the lake, and who gets which endpoint."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from jobs.errors import SettingsError
from jobs.settings import Endpoint, Settings
from jobs.storage import admin, embedded
from jobs.storage.client import S3Client, s3_client
from jobs.storage.faults import NOT_FOUND, refusal, status_of, translated
from jobs.storage.leavers import leavers
from jobs.storage.policies import READ, RECORD, SUPPLY, Actions, bucket_policy
from jobs.storage.private import held, replace_file
from jobs.storage.secrets import forget, has_secret, promote, secret, successor

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import DefaultRetentionTypeDef

PIPELINE = "pipeline"
ANALYST = "analyst"
LAKE_BUCKETS = ("raw", "bronze", "verdicts", "vault", "silver", "silver-restricted", "gold", "docs", "control", "access")
# Which role reads which buckets of the lake; nobody but the pipeline writes there.
READERS: Mapping[str, Sequence[str]] = {ANALYST: ("silver", "gold")}
# Which role adds records to a bucket that it cannot read.
RECORDERS: Mapping[str, Sequence[str]] = {ANALYST: ("access",)}
# Buckets in which nobody replaces or deletes what stands, save the pipeline when it says so explicitly; for so many years.
LOCKED_BUCKETS = ("access",)
LOCK_YEARS = 10
PROVISION_VERSION = 2
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
    return _guest_endpoint(settings, provider_account(provider))


def analyst_endpoint(settings: Settings) -> Endpoint:
    """The store with the analysts' account, which reads silver and gold; on an external endpoint as for a provider."""
    return _guest_endpoint(settings, ANALYST)


def recipient_endpoint(settings: Settings, recipient: str) -> Endpoint:
    """The store with the recipient's own account, which reads its `shares-` bucket alone; on an external endpoint as for a provider."""
    return _guest_endpoint(settings, _recipient_account(recipient))


def provision(
    settings: Settings, providers: Sequence[str], readers: Mapping[str, Sequence[str]] = READERS, recipients: Sequence[str] = ()
) -> None:
    """Accounts, buckets and policies stand for this roster; a second call with the same roster asks the store no more than who has left.

    A provider that is offboarded (see `leavers`) gets no account, and its buckets are the pipeline's alone, whatever the roster says.
    On an external endpoint the buckets are checked, and created where the given key may; accounts and policies are the operator's.
    Raises: StoreUnavailable, StoreError.
    """
    guests = _guests(settings, providers, readers, recipients)
    if settings.store.endpoint_url is not None:
        client = s3_client(pipeline_endpoint(settings))
        _in_parallel(lambda name: _create_if_missing(client, name), guests)
        return
    with held(_provision_lock(settings)):
        root = s3_client(embedded.root_endpoint(settings))
        guests = _closed(settings, guests, leavers(root, bucket(settings, "control")))
        stamp, path = _stamp(settings, guests), embedded.store_folder(settings) / "provisioned"
        if not path.is_file() or path.read_text(encoding="utf-8") != stamp:
            _provision_embedded(settings, guests)
            replace_file(path, stamp)


def provision_provider(settings: Settings, provider: str) -> None:
    """Account, buckets and policies of this one provider stand; on an external endpoint its buckets alone. Raises as `provision`."""
    guests = _provider_guests(settings, provider)
    if settings.store.endpoint_url is not None:
        client = s3_client(pipeline_endpoint(settings))
        _in_parallel(lambda name: _create_if_missing(client, name), guests)
        return
    with held(_provision_lock(settings)):
        _provision_embedded(settings, guests)


def close_provider(settings: Settings, provider: str) -> None:
    """The provider has no account on the embedded store and its buckets, with all that is in them, are the pipeline's alone.

    Its secret stays in its folder until `forget_provider`, so that it can be asked whether it still opens anything.
    """
    with held(_provision_lock(settings)):
        root = embedded.root_endpoint(settings)
        _set_policies(settings, dict.fromkeys(_provider_guests(settings, provider), ()))
        admin.delete_account(root, provider_account(provider))


def rotate_provider(settings: Settings, provider: str) -> None:
    """The provider's account on the embedded store has a new secret, which also the pipeline uses from now on.

    The new secret is written down before the store is told: cut off in between, the same call goes on with the same one.
    """
    account = provider_account(provider)
    with held(_provision_lock(settings)):
        following, root = successor(settings, account), embedded.root_endpoint(settings)
        admin.create_account(root, account, following)
        promote(settings, account)


def forget_provider(settings: Settings, provider: str) -> None:
    """The provider's secret is gone from the secrets folder: who comes back gets a new one."""
    forget(settings, provider_account(provider))


def has_own_key(settings: Settings, provider: str) -> bool:
    """Whether `provider_endpoint` is the provider's own account: always on the embedded store, else once its key was handed over."""
    return settings.store.endpoint_url is None or has_secret(settings, provider_account(provider))


def provider_policies(settings: Settings, provider: str, pipeline_account: str) -> dict[str, str]:
    """Bucket -> policy as JSON that the operator of an external store sets for this provider."""
    guests = _provider_guests(settings, provider)
    return {name: json.dumps(bucket_policy(name, pipeline_account, granted), indent=2) for name, granted in guests.items()}


def provider_account(provider: str) -> str:
    """The provider's access key."""
    return f"provider-{provider}"


# Bucket -> (account, actions) of all who may do something in it beside the pipeline.
Guests = Mapping[str, Sequence[tuple[str, Actions]]]


def _guests(settings: Settings, providers: Sequence[str], readers: Mapping[str, Sequence[str]], recipients: Sequence[str]) -> Guests:
    """For every bucket, by its full name, who may do what in it beside the pipeline."""
    guests: dict[str, list[tuple[str, Actions]]] = {bucket(settings, name): [] for name in LAKE_BUCKETS}
    for granted, actions in ((readers, READ), (RECORDERS, RECORD)):
        for role, names in granted.items():
            for name in names:
                guests[bucket(settings, name)].append((role, actions))
    for provider in sorted(providers):
        guests.update(_provider_guests(settings, provider))
    for recipient in sorted(recipients):
        guests[shares_bucket(settings, recipient)] = [(_recipient_account(recipient), READ)]
    return guests


def _provider_guests(settings: Settings, provider: str) -> dict[str, list[tuple[str, Actions]]]:
    account = provider_account(provider)
    return {landing_bucket(settings, provider): [(account, SUPPLY)], receipts_bucket(settings, provider): [(account, READ)]}


def _closed(settings: Settings, guests: Guests, left: Iterable[str]) -> Guests:
    """The same buckets, without guests where the provider has left."""
    closed = {name for provider in left for name in _provider_guests(settings, provider)}
    return {name: () if name in closed else granted for name, granted in guests.items()}


def _provision_lock(settings: Settings) -> Path:
    return embedded.store_folder(settings) / "provision.lock"


def _provision_embedded(settings: Settings, guests: Guests) -> None:
    """Accounts first: a policy may only name those that stand."""
    root = embedded.root_endpoint(settings)
    _in_parallel(lambda account: admin.create_account(root, account, secret(settings, account)), _accounts(guests))
    _in_parallel(lambda name: admin.create_bucket(root, name, PIPELINE), guests)
    _set_policies(settings, guests)


def _set_policies(settings: Settings, guests: Guests) -> None:
    client = s3_client(embedded.root_endpoint(settings))

    def set_policy(name: str) -> None:
        with translated("set the policy", name):
            client.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket_policy(name, PIPELINE, guests[name])))

    _in_parallel(set_policy, guests)
    for name in LOCKED_BUCKETS:
        _lock(client, bucket(settings, name))


def _lock(client: S3Client, name: str) -> None:
    """A policy cannot tell a new object from an old one; the lock can."""
    retention: DefaultRetentionTypeDef = {"Mode": "GOVERNANCE", "Years": LOCK_YEARS}
    with translated("lock the objects", name):
        client.put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        )


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
