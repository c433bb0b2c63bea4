"""Objects on a real store: versions, lost replies, broken streams, awkward names."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from jobs.errors import ObjectChanged, ObjectExists, StoreError, StoreUnavailable
from jobs.settings import Endpoint
from jobs.storage import objects
from jobs.storage.client import S3Client, s3_client
from jobs.storage.objects import StoredObject
from tests.unit.storage.conftest import Cut

pytestmark = pytest.mark.store

# MD5 of b"abc", RFC 1321, A.5.
MD5_OF_ABC = "900150983cd24fb0d6963f7d28e17f72"


def first(passes: int, method: str, times: int = 1) -> Cut:
    """Breaks the wire on the first requests of that method."""
    left = [times]

    def cut(seen: str) -> int | None:
        if seen == method and left[0] > 0:
            left[0] -= 1
            return passes
        return None

    return cut


@pytest.fixture
def key() -> str:
    return f"objects/{uuid4().hex}"


def standing(client: S3Client, key: str) -> StoredObject:
    found = objects.head(client, "control", key)
    assert found is not None
    return found


def test_an_object_is_listed_with_the_etag_and_size_it_was_put_with(pipeline: S3Client, key: str) -> None:
    assert objects.put(pipeline, "control", key, b"abc") == MD5_OF_ABC
    [listed] = objects.list_objects(pipeline, "control", key)
    assert (listed.key, listed.etag, listed.size) == (key, MD5_OF_ABC, 3)
    assert listed == standing(pipeline, key)


def test_names_with_blanks_and_chinese_survive_put_list_read_copy_and_delete(pipeline: S3Client, key: str) -> None:
    awkward = f"{key}/2021-03-05/民政局 名 单+1%20(终)&a=b.csv"
    objects.put(pipeline, "control", awkward, "甲,乙".encode())
    [listed] = objects.list_objects(pipeline, "control", f"{key}/2021-03-05/民政局 ")
    assert listed.key == awkward
    objects.copy_object(pipeline, listed, "raw", awkward)
    assert objects.read_bytes(pipeline, "raw", awkward).decode() == "甲,乙"
    objects.delete(pipeline, "control", awkward)
    objects.delete(pipeline, "control", awkward)
    assert not objects.exists(pipeline, "control", awkward)


def test_more_than_a_page_of_objects_is_listed_whole_and_without_folder_markers(pipeline: S3Client, key: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: objects.put(pipeline, "control", f"{key}/{number:04d}", b""), range(1001)))
    pipeline.put_object(Bucket="control", Key=f"{key}/folder/")
    assert [found.key for found in objects.list_objects(pipeline, "control", f"{key}/")] == [
        f"{key}/{number:04d}" for number in range(1001)
    ]


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"0123456789"), (3, None, b"3456789"), (3, 4, b"3456"), (8, 50, b"89"), (10, 5, b""), (40, None, b""), (2, 0, b"")],
)
def test_a_range_of_an_object_is_read(pipeline: S3Client, key: str, start: int, length: int | None, expected: bytes) -> None:
    objects.put(pipeline, "control", key, b"0123456789")
    assert objects.read_bytes(pipeline, "control", key, start=start, length=length) == expected


def test_the_head_of_an_empty_object_is_empty(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", key, b"")
    assert objects.read_bytes(pipeline, "control", key, length=65536) == b""
    assert list(objects.stream_blocks(pipeline, "control", key)) == []


def test_an_object_replaced_since_it_was_listed_is_not_read(pipeline: S3Client, key: str) -> None:
    etag = objects.put(pipeline, "control", key, b"old")
    objects.put(pipeline, "control", key, b"new")
    with pytest.raises(ObjectChanged, match=etag):
        objects.read_bytes(pipeline, "control", key, etag=etag)


def test_an_object_deleted_since_it_was_listed_is_not_read(pipeline: S3Client, key: str) -> None:
    etag = objects.put(pipeline, "control", key, b"old")
    objects.delete(pipeline, "control", key)
    with pytest.raises(ObjectChanged, match=etag):
        list(objects.stream_blocks(pipeline, "control", key, etag=etag))


def test_an_object_replaced_since_it_was_listed_is_not_copied(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", key, b"old")
    listed = standing(pipeline, key)
    objects.put(pipeline, "control", key, b"new")
    with pytest.raises(ObjectChanged):
        objects.copy_object(pipeline, listed, "raw", key)
    assert not objects.exists(pipeline, "raw", key)


def test_an_object_too_large_for_one_copy_request_is_copied_in_parts(pipeline: S3Client, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytes(range(256)) * (12 << 12)
    objects.put(pipeline, "control", key, body)
    monkeypatch.setattr(objects, "SINGLE_COPY_BYTES", 6 << 20)
    monkeypatch.setattr(objects, "COPY_PART_BYTES", 5 << 20)
    objects.copy_object(pipeline, standing(pipeline, key), "raw", key)
    assert objects.read_bytes(pipeline, "raw", key) == body


def test_a_copy_in_parts_of_a_replaced_object_leaves_no_upload_behind(
    pipeline: S3Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects.put(pipeline, "control", key, b"old")
    listed = standing(pipeline, key)
    objects.put(pipeline, "control", key, b"new")
    monkeypatch.setattr(objects, "SINGLE_COPY_BYTES", 1)
    with pytest.raises(ObjectChanged):
        objects.copy_object(pipeline, listed, "raw", key)
    uploads = pipeline.list_multipart_uploads(Bucket="raw").get("Uploads", [])
    assert key not in [upload["Key"] for upload in uploads]


def test_of_sixteen_racers_one_creates_the_object_and_its_bytes_stand(pipeline: S3Client, key: str) -> None:
    line = threading.Barrier(16)

    def race(body: bytes) -> str:
        line.wait()
        try:
            return objects.put_new(pipeline, "control", key, body)
        except ObjectExists:
            return ""

    bodies = [f"racer {number}".encode() for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        etags = list(pool.map(race, bodies))
    [winner] = [body for body, etag in zip(bodies, etags, strict=True) if etag]
    assert objects.read_bytes(pipeline, "control", key) == winner


def test_a_creation_whose_reply_is_lost_is_known_to_have_won(pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str) -> None:
    etag = objects.put_new(client_over(first(-1, "PUT")), "control", key, b"ours")
    assert etag == standing(pipeline, key).etag


def test_a_creation_whose_every_reply_is_lost_is_known_to_have_won(
    pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str
) -> None:
    etag = objects.put_new(client_over(first(-1, "PUT", times=99)), "control", key, b"ours")
    assert etag == standing(pipeline, key).etag


def test_a_creation_whose_refusal_is_lost_is_known_to_have_lost(
    pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str
) -> None:
    objects.put(pipeline, "control", key, b"them")
    with pytest.raises(ObjectExists):
        objects.put_new(client_over(first(-1, "PUT", times=99)), "control", key, b"ours")
    assert objects.read_bytes(pipeline, "control", key) == b"them"


def test_the_same_bytes_standing_already_are_not_taken_for_ours(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", key, b"same")
    with pytest.raises(ObjectExists):
        objects.put_new(pipeline, "control", key, b"same")


def test_equal_values_are_written_as_equal_bytes(pipeline: S3Client, key: str) -> None:
    objects.put_new_json(pipeline, "control", f"{key}/1", {"b": "海河", "a": 1})
    objects.put_new_json(pipeline, "control", f"{key}/2", {"a": 1, "b": "海河"})
    assert standing(pipeline, f"{key}/1").etag == standing(pipeline, f"{key}/2").etag
    assert objects.read_json(pipeline, "control", f"{key}/1") == {"a": 1, "b": "海河"}
    assert objects.find_json(pipeline, "control", f"{key}/3") is None


def test_an_object_that_is_no_json_is_named(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", key, b"\xff{")
    with pytest.raises(StoreError, match=f"s3://control/{key}: not JSON"):
        objects.read_json(pipeline, "control", key)


def test_a_stream_is_taken_up_where_its_connection_broke(pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str) -> None:
    body = bytes(range(256)) * 4096
    etag = objects.put(pipeline, "control", key, body)
    breaks = iter([300_000, 1, 0, 500_000])
    client = client_over(lambda method: next(breaks, None))
    blocks = list(objects.stream_blocks(client, "control", key, etag=etag, block_bytes=65536))
    assert b"".join(blocks) == body
    assert {len(block) for block in blocks} == {65536}


def test_a_stream_of_an_object_replaced_in_the_middle_ends_in_an_error(
    pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str
) -> None:
    objects.put(pipeline, "control", key, b"a" * 200_000)
    blocks = objects.stream_blocks(client_over(first(100_000, "GET")), "control", key, block_bytes=65536)
    assert next(blocks) == b"a" * 65536
    objects.put(pipeline, "control", key, b"b" * 200_000)
    with pytest.raises(ObjectChanged):
        list(blocks)


def test_a_stream_that_never_gets_on_ends_as_unavailable(
    pipeline: S3Client, client_over: Callable[[Cut], S3Client], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "RESUMPTIONS", 2)
    objects.put(pipeline, "control", key, b"a" * 1000)
    with pytest.raises(StoreUnavailable, match="read at byte 0"):
        list(objects.stream_blocks(client_over(first(0, "GET", times=99)), "control", key))


def test_an_object_below_an_objects_name_is_refused_with_the_reason(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", key, b"")
    with pytest.raises(StoreError, match="cannot both be objects"):
        objects.put_new(pipeline, "control", f"{key}/below", b"")


def test_a_name_part_over_255_bytes_is_refused_with_the_reason(pipeline: S3Client, key: str) -> None:
    objects.put(pipeline, "control", f"{key}/{'名' * 85}", b"")
    with pytest.raises(StoreError, match="at most 255 bytes"):
        objects.put(pipeline, "control", f"{key}/{'名' * 86}", b"")


@pytest.mark.parametrize("operation", [objects.list_objects, objects.read_bytes, objects.head, objects.delete])
def test_a_store_that_is_away_is_told_apart_from_a_refusal(operation: Callable[[S3Client, str, str], object]) -> None:
    away = s3_client(Endpoint(endpoint_url="http://127.0.0.1:1", access_key="a", secret_key="b" * 8))
    with pytest.raises(StoreUnavailable, match="s3://control/k"):
        operation(away, "control", "k")


def test_creating_on_a_store_that_is_away_claims_nothing() -> None:
    away = s3_client(Endpoint(endpoint_url="http://127.0.0.1:1", access_key="a", secret_key="b" * 8))
    with pytest.raises(StoreUnavailable):
        objects.put_new(away, "control", "k", b"")
