"""Who can reach what: a provider its own two buckets, an analyst silver and gold, the pipeline all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from jobs.errors import SettingsError, StoreError
from jobs.settings import Settings
from jobs.storage import accounts, embedded, objects
from jobs.storage.client import S3Client, s3_client
from tests.unit.storage.conftest import settings_in

pytestmark = pytest.mark.store

SEED = "credit.administrative_penalty/2021-03/名 单.csv"
FOREIGN_TO_TAX = ("landing-civil-affairs", "receipts-civil-affairs", *accounts.LAKE_BUCKETS)
ATTEMPTS: dict[str, Callable[[S3Client, str], object]] = {
    "put": lambda client, bucket: client.put_object(Bucket=bucket, Key="d/x.csv", Body=b"1"),
    "get": lambda client, bucket: client.get_object(Bucket=bucket, Key=SEED),
    "list": lambda client, bucket: client.list_objects_v2(Bucket=bucket),
    "head": lambda client, bucket: client.head_object(Bucket=bucket, Key=SEED),
    "head bucket": lambda client, bucket: client.head_bucket(Bucket=bucket),
    "delete": lambda client, bucket: client.delete_object(Bucket=bucket, Key=SEED),
    "multipart": lambda client, bucket: client.create_multipart_upload(Bucket=bucket, Key="m.bin"),
    "copy from": lambda client, bucket: client.copy_object(
        Bucket="landing-tax-bureau", Key="stolen", CopySource={"Bucket": bucket, "Key": SEED}
    ),
    "read policy": lambda client, bucket: client.get_bucket_policy(Bucket=bucket),
    "open to all": lambda client, bucket: client.put_bucket_acl(Bucket=bucket, ACL="public-read"),
    "delete bucket": lambda client, bucket: client.delete_bucket(Bucket=bucket),
}
CHANGES = ("put", "delete", "multipart", "read policy", "open to all", "delete bucket")


def status_of(attempt: Callable[[], object]) -> int:
    try:
        attempt()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return 200


@pytest.fixture(scope="module")
def tax(settings: Settings) -> S3Client:
    return s3_client(accounts.provider_endpoint(settings, "tax-bureau"))


@pytest.fixture(scope="module")
def analyst(settings: Settings) -> S3Client:
    return s3_client(accounts.analyst_endpoint(settings))


@pytest.fixture(scope="module", autouse=True)
def _seeds(pipeline: S3Client) -> None:
    for bucket in ("landing-tax-bureau", "receipts-tax-bureau", *FOREIGN_TO_TAX):
        objects.put(pipeline, bucket, SEED, b"seed")


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("bucket", FOREIGN_TO_TAX)
def test_a_provider_is_refused_on_every_bucket_but_its_own(tax: S3Client, bucket: str, attempt: str) -> None:
    assert status_of(lambda: ATTEMPTS[attempt](tax, bucket)) == 403


def test_a_provider_creates_no_bucket_and_is_shown_no_foreign_one(tax: S3Client) -> None:
    assert status_of(lambda: tax.create_bucket(Bucket="tax-own")) == 403
    assert [found["Name"] for found in tax.list_buckets()["Buckets"]] == []


def test_a_provider_puts_lists_reads_and_deletes_in_its_landing_bucket(tax: S3Client) -> None:
    objects.put(tax, "landing-tax-bureau", "own/a b.csv", b"abc")
    [listed] = objects.list_objects(tax, "landing-tax-bureau", "own/")
    assert objects.read_bytes(tax, "landing-tax-bureau", listed.key, etag=listed.etag) == b"abc"
    objects.delete(tax, "landing-tax-bureau", listed.key)
    assert objects.list_objects(tax, "landing-tax-bureau", "own/") == []


def test_a_provider_uploads_in_parts_and_aborts_an_upload(tax: S3Client) -> None:
    where = {"Bucket": "landing-tax-bureau", "Key": "parts.bin"}
    upload = tax.create_multipart_upload(**where)["UploadId"]
    etag = tax.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"abc")["ETag"]
    assert len(tax.list_parts(**where, UploadId=upload)["Parts"]) == 1
    tax.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert objects.read_bytes(tax, **{"bucket": "landing-tax-bureau", "key": "parts.bin"}) == b"abc"
    tax.abort_multipart_upload(**where, UploadId=tax.create_multipart_upload(**where)["UploadId"])
    assert tax.list_multipart_uploads(Bucket="landing-tax-bureau").get("Uploads", []) == []


@pytest.mark.parametrize("attempt", CHANGES)
def test_a_provider_reads_its_receipts_and_cannot_change_them(tax: S3Client, attempt: str) -> None:
    assert objects.read_bytes(tax, "receipts-tax-bureau", SEED) == b"seed"
    assert status_of(lambda: ATTEMPTS[attempt](tax, "receipts-tax-bureau")) == 403


@pytest.mark.parametrize("attempt", ["read policy", "open to all", "delete bucket"])
def test_a_provider_cannot_change_who_may_do_what_in_its_landing_bucket(tax: S3Client, attempt: str) -> None:
    assert status_of(lambda: ATTEMPTS[attempt](tax, "landing-tax-bureau")) == 403


@pytest.mark.parametrize("bucket", ["silver", "gold"])
def test_an_analyst_reads_silver_and_gold_and_changes_nothing(analyst: S3Client, bucket: str) -> None:
    assert objects.read_bytes(analyst, bucket, SEED) == b"seed"
    assert [found.key for found in objects.list_objects(analyst, bucket)] == [SEED]
    assert {attempt: status_of(lambda attempt=attempt: ATTEMPTS[attempt](analyst, bucket)) for attempt in CHANGES} == dict.fromkeys(
        CHANGES, 403
    )


@pytest.mark.parametrize("attempt", ["get", "list", "head", *CHANGES])
@pytest.mark.parametrize("bucket", sorted({*FOREIGN_TO_TAX, "landing-tax-bureau"} - {"silver", "gold", "access"}))
def test_an_analyst_is_refused_on_every_other_bucket(analyst: S3Client, bucket: str, attempt: str) -> None:
    assert status_of(lambda: ATTEMPTS[attempt](analyst, bucket)) == 403


@pytest.mark.parametrize("attempt", ["get", "list", "head", "head bucket", *(one for one in CHANGES if one not in ("put", "multipart"))])
def test_an_analyst_adds_records_to_the_access_log_and_does_nothing_else_there(analyst: S3Client, attempt: str) -> None:
    assert status_of(lambda: ATTEMPTS[attempt](analyst, "access")) == 403
    key = f"new/{attempt}.json"
    assert status_of(lambda: analyst.put_object(Bucket="access", Key=key, Body=b"1")) == 200
    assert status_of(lambda: analyst.put_object(Bucket="access", Key=key, Body=b"2")) == 403
    assert status_of(lambda: analyst.put_object(Bucket="access", Key=SEED, Body=b"2")) == 403


def test_the_pipeline_deletes_a_record_only_when_it_says_so(pipeline: S3Client) -> None:
    objects.put(pipeline, "access", "kept.json", b"1")
    assert status_of(lambda: pipeline.delete_object(Bucket="access", Key="kept.json")) == 403
    assert status_of(lambda: pipeline.delete_object(Bucket="access", Key="kept.json", BypassGovernanceRetention=True)) == 200


def test_a_wrong_secret_is_refused(settings: Settings) -> None:
    endpoint = accounts.pipeline_endpoint(settings).model_copy(update={"secret_key": "not the secret"})
    with pytest.raises(StoreError, match="403"):
        objects.list_objects(s3_client(endpoint), "silver")


def test_provisioning_again_changes_nothing(settings: Settings, pipeline: S3Client) -> None:
    users = settings.home / "store" / "iam" / "users.json"
    before = users.read_bytes(), pipeline.list_buckets()["Buckets"]
    (settings.home / "store" / "provisioned").unlink()
    accounts.provision(settings, ["civil-affairs", "tax-bureau"])
    after = users.read_bytes(), pipeline.list_buckets()["Buckets"]
    assert after == before
    assert objects.read_bytes(pipeline, "receipts-tax-bureau", SEED) == b"seed"


@pytest.fixture
def fresh(tmp_path: Path) -> object:
    """An installation whose store runs and has nothing in it."""
    chosen = settings_in(tmp_path, bucket_prefix="jin-")
    embedded.ensure_running(chosen)
    yield chosen
    embedded.stop(chosen)


def test_a_provider_that_joins_the_roster_later_gets_its_buckets(fresh: Settings) -> None:
    accounts.provision(fresh, ["a"])
    accounts.provision(fresh, ["a", "b"])
    client = s3_client(accounts.provider_endpoint(fresh, "b"))
    objects.put(client, "jin-landing-b", "x", b"1")
    assert objects.list_objects(s3_client(accounts.pipeline_endpoint(fresh)), accounts.landing_bucket(fresh, "b"))


def test_secrets_made_anew_are_given_to_the_accounts_that_stand(fresh: Settings) -> None:
    accounts.provision(fresh, ["a"])
    (fresh.secrets_dir / "provider-a").unlink()
    accounts.provision(fresh, ["a"])
    assert objects.list_objects(s3_client(accounts.provider_endpoint(fresh, "a")), "jin-receipts-a") == []


def test_an_external_endpoint_gets_its_buckets_by_configuration_alone(fresh: Settings, tmp_path: Path) -> None:
    root = embedded.root_endpoint(fresh)
    external = settings_in(
        tmp_path / "elsewhere", endpoint_url=root.endpoint_url, access_key=root.access_key, secret_key=root.secret_key, bucket_prefix="ext-"
    )
    accounts.provision(external, ["a"])
    accounts.provision(external, ["a"])
    client = s3_client(accounts.provider_endpoint(external, "a"))
    objects.put(client, accounts.landing_bucket(external, "a"), "x", b"1")
    assert {"ext-landing-a", "ext-control"} <= {found["Name"] for found in client.list_buckets()["Buckets"]}
    assert not (external.home / "store").exists()


def test_on_an_external_endpoint_a_provider_has_the_key_that_the_operator_handed_over(tmp_path: Path) -> None:
    external = settings_in(tmp_path, endpoint_url="https://s3.example.org", access_key="lake", secret_key="lake-secret")
    external.secrets_dir.mkdir()
    (external.secrets_dir / "provider-a").write_text("handed-over\n")
    granted = accounts.provider_endpoint(external, "a")
    assert (granted.access_key, granted.secret_key) == ("provider-a", "handed-over")


def test_an_external_endpoint_without_a_key_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HAIHE_STORE__ACCESS_KEY"):
        accounts.pipeline_endpoint(settings_in(tmp_path, endpoint_url="https://s3.example.org"))
