"""`haihe onboard`, `rotate-key`, `offboard`: each says what it found standing, and run again mends what was cut off."""

from collections.abc import Callable
from pathlib import Path

from jobs.collect.drops import pending_drops
from jobs.collect.pipeline import Pipeline
from jobs.errors import OnboardingError
from jobs.onboarding.records import add_record, records_of
from jobs.onboarding.sheet import RCLONE_FILE, SECRET_FILE, remove_keys, write_sheet
from jobs.onboarding.way_in import closed_buckets, read_back, require_closed, try_way_in
from jobs.settings import Settings
from jobs.storage.accounts import (
    close_provider,
    forget_provider,
    has_own_key,
    landing_bucket,
    pipeline_endpoint,
    provider_account,
    provider_endpoint,
    provider_policies,
    provision_provider,
    receipts_bucket,
    rotate_provider,
)
from jobs.storage.objects import list_buckets
from jobs.storage.private import private_folder, replace_file
from jobs.storage.reach import reaches

Say = Callable[[str], None]


def onboard(pipeline: Pipeline, provider: str, by: str, out: Path, say: Say) -> None:
    """The provider's account, buckets and policies stand, its test drop has a receipt, and its sheet lies below `out`.

    Who was offboarded comes back with a new key. A test that stands since the last key is not made again.
    Raises: OnboardingError for a stranger, a key that opens too much or too little, or an account that the operator has yet to make.
    """
    settings, records = pipeline.settings, records_of(pipeline, provider)
    if provider not in pipeline.catalogue.providers:
        raise OnboardingError(f"{provider}: not in conf/providers.csv. Nothing was made. Enter it there, run `haihe catalogue check`.")
    stood = set(_buckets(settings, provider)) <= set(list_buckets(pipeline.client))
    if not has_own_key(settings, provider):
        provision_provider(settings, provider)
        raise _ask_operator(settings, provider, out)
    last = records[-1] if records else None
    if last is None or last["state"] == "offboarded":
        if last:
            forget_provider(settings, provider)
        # Written first: an account that stands without it would be closed again by the next start.
        last = add_record(pipeline, provider, "onboarded", by)
    else:
        say(f"{provider}: found {last['state']} at {last['at']} by {last['by']}")
    provision_provider(settings, provider)
    say(f"{'found' if stood else 'made'} buckets {', '.join(_buckets(settings, provider))}; account {provider_account(provider)} stands")
    _prove(pipeline, provider, by, say)
    folder = write_sheet(pipeline, provider, out)
    say(f"sheet {folder / 'sheet.html'} and sheet.txt; the key in {SECRET_FILE} and {RCLONE_FILE} beside them (mode 0600)")


def rotate_key(pipeline: Pipeline, provider: str, by: str, out: Path, say: Say) -> None:
    """The provider has a new secret, its old one opens nothing, and the sheet's key files hold the new one.

    Raises: OnboardingError for a stranger or one that left, on an external store, and if the store keeps to the old secret.
    """
    settings, records = pipeline.settings, records_of(pipeline, provider)
    if provider not in pipeline.catalogue.providers or (records and records[-1]["state"] == "offboarded"):
        raise OnboardingError(f"{provider}: not a provider with an account. Nothing was changed. See `haihe providers`, `haihe onboard`.")
    if settings.store.endpoint_url is not None:
        account = provider_account(provider)
        raise OnboardingError(
            f"{settings.store.endpoint_url}: keys are the operator's there. Nothing was changed. Give {account} a new secret at the "
            f"store, write it into {settings.secrets_dir / account} (mode 0600), revoke the old one, "
            f"then run `haihe onboard {provider} --by {by}`."
        )
    old, landing = provider_endpoint(settings, provider), landing_bucket(settings, provider)
    rotate_provider(settings, provider)
    new = provider_endpoint(settings, provider)
    if not reaches(new, landing):
        raise OnboardingError(f"{landing}: refuses the new key of {new.access_key}. It stands in the secrets folder. Run the same again.")
    require_closed(old, [landing, receipts_bucket(settings, provider)])
    add_record(pipeline, provider, "keys_rotated", by)
    folder = write_sheet(pipeline, provider, out)
    say(f"{provider}: the old key is refused, the new one works; it stands in {folder / SECRET_FILE} and {RCLONE_FILE} (mode 0600)")


def offboard(pipeline: Pipeline, provider: str, by: str, reason: str, out: Path, say: Say) -> None:
    """The provider's key opens nothing any more; its buckets and all that is in them stay. The next start does not bring it back.

    Raises: OnboardingError for one without buckets, and as long as the operator of an external store has not revoked the key.
    """
    settings, records = pipeline.settings, records_of(pipeline, provider)
    buckets = [name for name in _buckets(settings, provider) if name in list_buckets(pipeline.client)]
    if not buckets:
        raise OnboardingError(f"{provider}: has no bucket here. Nothing was changed. See `haihe providers`.")
    last = records[-1] if records else None
    if last and last["state"] == "offboarded":
        say(f"{provider}: found offboarded at {last['at']} by {last['by']}: {last['reason']}")
    else:
        # Written first: from here on every start closes the account too.
        add_record(pipeline, provider, "offboarded", by, reason=reason)
    _close(settings, provider, buckets)
    remove_keys(provider, out)
    say(f"{provider}: its key opens nothing; {', '.join(buckets)} keep what is in them")
    pending = pending_drops(pipeline, (provider,))
    if pending:
        say(f"{len(pending)} of its drops are pending still and will be collected by the next run:")
    for drop in pending:
        say(f"  {drop.stored.key}")


def _close(settings: Settings, provider: str, buckets: list[str]) -> None:
    if settings.store.endpoint_url is None:
        endpoint = provider_endpoint(settings, provider)
        close_provider(settings, provider)
        require_closed(endpoint, buckets)
    elif has_own_key(settings, provider):
        endpoint = provider_endpoint(settings, provider)
        if any(reaches(endpoint, name) for name in buckets):
            raise OnboardingError(
                f"{settings.store.endpoint_url}: {endpoint.access_key} still opens {', '.join(buckets)}. It is recorded as offboarded. "
                "Remove the account, or take it out of both buckets' policies, at the store; then run the same again."
            )
    forget_provider(settings, provider)


def _prove(pipeline: Pipeline, provider: str, by: str, say: Say) -> None:
    """The test and the isolation, both with the provider's own key."""
    records = records_of(pipeline, provider)
    tested = records[-1] if records[-1]["state"] == "tested" else None
    receipt, key = (tested["receipt"], tested["key"]) if tested else (None, None)
    if receipt is None:
        answer = try_way_in(pipeline, provider, len(records) + 1)
        receipt, key = answer.receipt, answer.key
    told = read_back(pipeline, provider, receipt)
    closed = closed_buckets(pipeline, provider)
    if tested is None:
        add_record(pipeline, provider, "tested", by, key=key, drop_id=told.drop_id, receipt=receipt)
    say(f"{'found' if tested else 'dropped'} test s3://{landing_bucket(pipeline.settings, provider)}/{key}")
    say(f"receipt s3://{receipts_bucket(pipeline.settings, provider)}/{receipt}/receipt.html: {told.reasons[0].sentence.zh}")
    say(f"its key is refused on {', '.join(closed)}")


def _buckets(settings: Settings, provider: str) -> tuple[str, str]:
    return landing_bucket(settings, provider), receipts_bucket(settings, provider)


def _ask_operator(settings: Settings, provider: str, out: Path) -> OnboardingError:
    """What the operator of an external store has to do; the policies are written below `out`."""
    folder, account = private_folder(out / "onboarding" / provider), provider_account(provider)
    for name, policy in provider_policies(settings, provider, pipeline_endpoint(settings).access_key).items():
        replace_file(folder / f"{name}.policy.json", policy + "\n")
    return OnboardingError(
        f"{settings.store.endpoint_url}: accounts are the operator's there; the buckets {', '.join(_buckets(settings, provider))} stand. "
        f"1. Make the account with access key {account}. 2. Set the policies in {folder} on the buckets they are named by (principals "
        f"written as your store wants them). 3. Write the secret into {settings.secrets_dir / account} (mode 0600). "
        f"4. Run the same again: it tests the way in."
    )
