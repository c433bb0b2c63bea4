"""A provider's way in tried with the provider's own key: a test drop, its receipt read back, and what must stay closed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from jobs.collect.drops import UNPLACED, Drop, drop_outcome_key
from jobs.collect.main import Selection, collect
from jobs.collect.outcome import DropOutcome
from jobs.collect.pipeline import Pipeline, city_date
from jobs.collect.testing import TEST_HEADER
from jobs.errors import OnboardingError
from jobs.intake.keys import TEST_FOLDER, parse_drop_key
from jobs.reports.receipt_model import Receipt
from jobs.settings import Endpoint
from jobs.storage.accounts import bucket, landing_bucket, provider_endpoint, receipts_bucket
from jobs.storage.client import s3_client
from jobs.storage.objects import find_bytes, head, list_buckets, put
from jobs.storage.reach import reaches

TEST_FILE = "haihe-test.csv"
CLOSED_LAYERS = ("silver", "control")


@dataclass(frozen=True, slots=True)
class Answer:
    """A test drop and the folder of its receipt in the provider's receipts bucket."""

    key: str
    drop_id: str
    receipt: str


def try_way_in(pipeline: Pipeline, provider: str, number: int) -> Answer:
    """Drop the provider's test of that number and have it answered by the code of `collect`, which starts no session for it.

    The same number on the same day is the same drop: what was answered already is found.
    Raises: OnboardingError if no receipt came of it.
    """
    day = city_date(datetime.now(UTC)).isoformat()
    key, landing = f"{TEST_FOLDER}/{day}/{TEST_FILE}", landing_bucket(pipeline.settings, provider)
    client = s3_client(provider_endpoint(pipeline.settings, provider))
    put(client, landing, key, f"{','.join(TEST_HEADER)}\n{provider},{day},{number}\n".encode(), "text/csv")
    stored = head(client, landing, key)
    if stored is None:
        raise OnboardingError(f"s3://{landing}/{key}: the test drop is gone again. Nothing was recorded. Run the same again.")
    drop_id = Drop(provider, stored, parse_drop_key(key), None, None).drop_id
    collect(pipeline, _no_session, [UNPLACED], Selection(provider=provider))
    found = pipeline.control.find(drop_outcome_key(provider, drop_id))
    if found is None:
        raise OnboardingError(
            f"s3://{landing}/{key}: the test drop {drop_id} was given no outcome. It lies there still. Run the same again; "
            "if that does not help, see `haihe collect --provider` of it."
        )
    return Answer(key, drop_id, DropOutcome.model_validate(found).receipt)


def read_back(pipeline: Pipeline, provider: str, folder: str) -> Receipt:
    """The receipt in that folder, read with the provider's own key.

    Raises: OnboardingError if it is not there or does not say `test_ok`.
    """
    receipts = receipts_bucket(pipeline.settings, provider)
    body = find_bytes(s3_client(provider_endpoint(pipeline.settings, provider)), receipts, f"{folder}/receipt.json")
    receipt = Receipt.model_validate_json(body) if body else None
    if receipt is None or receipt.state != "test_ok":
        found = f"its state is {receipt.state}" if receipt else "no receipt is there"
        raise OnboardingError(f"s3://{receipts}/{folder}: {found}, a test's receipt was expected. Run `haihe onboard {provider}` again.")
    return receipt


def closed_buckets(pipeline: Pipeline, provider: str) -> list[str]:
    """Buckets that the provider's key was refused on: another provider's landing bucket, silver and control.

    Raises: OnboardingError if it opens one of them.
    """
    own, prefix = landing_bucket(pipeline.settings, provider), landing_bucket(pipeline.settings, "")
    others = [name for name in list_buckets(pipeline.client) if name.startswith(prefix) and name != own]
    foreign = [*sorted(others)[:1], *(bucket(pipeline.settings, layer) for layer in CLOSED_LAYERS)]
    require_closed(provider_endpoint(pipeline.settings, provider), foreign)
    return foreign


def require_closed(endpoint: Endpoint, buckets: list[str]) -> None:
    """Returns if this key is refused on each of the buckets. Raises: OnboardingError naming those that it opens."""
    opened = [name for name in buckets if reaches(endpoint, name)]
    if opened:
        raise OnboardingError(
            f"{endpoint.access_key}: its key opens {', '.join(opened)}, which must be closed to it. Nothing was recorded. "
            "See the buckets' policies and the account's rights at the store, then run the same again."
        )


def _no_session() -> NoReturn:
    raise OnboardingError("a test drop asked for a Spark session. It was not answered. This is a fault of ours.")
