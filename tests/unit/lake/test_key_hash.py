"""Hashes of keys: what must be equal, what may not be told, and the rows that are left to be compared in full."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from jobs.catalogue.contract import Contract, Dialect, Field
from jobs.lake import key_hash
from jobs.lake.bronze import BOUNDED, ensure_bronze
from jobs.lake.files import commit_files, file_name, write_file
from jobs.lake.key_hash import HashedKey, hashed_key, key_hashes, suspects
from jobs.lake.place import Lake, local_lake

KEY = HashedKey(("case_id", "district"), ("", "无"))
TABLE = "bench__case"


def rows(*keys: tuple[str | None, str | None], batch: str = "b1", malformed: Sequence[int] = ()) -> pa.Table:
    columns = {name: pa.array([key[place] for key in keys], pa.string()) for place, name in enumerate(KEY.columns)}
    raws = pa.array([b"raw" if nth in malformed else None for nth in range(len(keys))], pa.binary())
    table = pa.table({**columns, "_batch_id": pa.repeat(batch, len(keys)), "_malformed": raws})
    return table.append_column("_key_hash", key_hashes(table, KEY, batch))


def hashes(*keys: tuple[str | None, str | None], batch: str = "b1") -> list[int]:
    told: list[int] = rows(*keys, batch=batch)["_key_hash"].to_pylist()
    return told


def contract(**key: object) -> Contract:
    plain = {"classification": "L1", "title": "x"}
    fields = (
        Field.model_validate({"name": "case_id", "header": "case_id", "key_position": 1, **plain, **key}),
        Field.model_validate({"name": "district", "header": "district", **plain}),
    )
    return Contract(
        resource="bench.case", version="1", title="x", purpose="x", grain="x", catalogue_code="1", load="append", fields=fields,
        dialects=(Dialect(),), sha256="x",
    )  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake in a folder."""
    return local_lake(tmp_path)


def write(lake: Lake, table: pa.Table) -> None:
    """The rows as the next pass lands them."""
    standing = ensure_bronze(lake, contract())
    number = standing.version()
    lines = table.append_column("_row", pa.array(range(1, table.num_rows + 1), pa.int64()))
    file = write_file(lines, lake.filesystem(), lake.path("bronze", TABLE), file_name(number), BOUNDED)
    commit_files(standing, "test", number, [file])


def found(lake: Lake, *batches: str) -> Counter[tuple[str | None, ...]] | None:
    """How many suspects there are of each (batch, key)."""
    told = suspects(lake, TABLE, batches, KEY)
    return None if told is None else Counter(tuple(row[name] for name in ("_batch_id", *KEY.columns)) for row in told.to_pylist())


def test_equal_keys_have_equal_hashes_and_ten_thousand_others_differ() -> None:
    keys = [(f"编号{number}", "河西") for number in range(5_000)] + [(f"编号{number}", "河东") for number in range(5_000)]
    told = hashes(*keys)
    assert len(set(told)) == 10_000
    assert hashes(*reversed(keys)) == told[::-1]


@pytest.mark.parametrize(
    "pair",
    [
        (("ab", "c"), ("a", "bc")),
        (("a", ""), ("", "a")),
        (("a", "b"), ("b", "a")),
        (("x" * 8, "y"), ("x" * 9, "y")),
        (("a\0", "b"), ("a", "b")),
    ],
)
def test_what_stands_in_another_column_or_is_longer_is_another_key(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    assert len(set(hashes(*pair))) == 2


def test_texts_that_stand_for_null_are_one_value_and_dictionaries_hash_like_texts() -> None:
    assert len(set(hashes(("a", ""), ("a", "无"), ("a", None)))) == 1
    table = rows(("a", "河西"), ("a", "河西"))
    texts = table.set_column(0, "case_id", table["case_id"].dictionary_encode())
    assert key_hashes(texts, KEY, "b1").to_pylist() == table["_key_hash"].to_pylist()


def test_the_same_key_in_another_batch_is_another_and_a_malformed_row_has_none() -> None:
    assert hashes(("a", "b")) != hashes(("a", "b"), batch="b2")
    assert rows((None, None), ("a", "b"), malformed=[0])["_key_hash"].null_count == 1


def test_keys_that_differ_far_behind_are_left_to_the_full_comparison() -> None:
    assert len(set(hashes(("x" * 70_000 + "a", "b"), ("x" * 70_000 + "b", "b")))) == 1


@pytest.mark.parametrize("key", [{"type": "integer"}, {"type": "date", "formats": ["yyyy-MM-dd"]}, {"type": "number"}])
def test_a_key_whose_value_may_be_written_in_two_ways_is_not_hashed(key: dict[str, object]) -> None:
    assert hashed_key(contract(**key)) is None
    assert hashed_key(contract()) == HashedKey(("case_id",), ("",))


def test_a_key_with_a_code_book_is_not_hashed() -> None:
    book = Dialect(provider="tax-bureau", code_books={"case_id": {"1": "01"}})
    assert hashed_key(contract().model_copy(update={"dialects": (Dialect(), book)})) is None


def test_the_rows_of_every_doubled_key_of_the_batches_are_suspects_whatever_files_they_stand_in(lake: Lake) -> None:
    write(lake, rows(("a", "1"), ("b", "2"), ("c", "无")))
    write(lake, rows(("b", "2"), ("c", None), (None, None), malformed=[2]))
    write(lake, rows(("d", "1"), ("d", "1"), batch="b2"))
    assert found(lake, "b1") == {("b1", "b", "2"): 2, ("b1", "c", None): 2}
    assert found(lake, "b1", "b2") == {("b1", "b", "2"): 2, ("b1", "c", None): 2, ("b2", "d", "1"): 2}


def test_without_a_doubled_key_there_is_no_suspect(lake: Lake) -> None:
    write(lake, rows(("a", "1"), ("b", "2")))
    assert found(lake, "b1") == {}


def test_rows_that_landed_without_hashes_and_too_many_rows_leave_it_to_the_keys_themselves(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = rows(("a", "1"), ("a", "1"), ("a", "1"))
    write(lake, table.drop_columns(["_key_hash"]))
    assert found(lake, "b1") is None
    write(lake, table)
    assert found(lake, "b1") is None
    write(lake, rows(("a", "1"), ("a", "1"), ("a", "1"), batch="b2"))
    assert found(lake, "b2") == {("b2", "a", "1"): 3}
    monkeypatch.setattr(key_hash, "MOST_SUSPECTS", 2)
    assert found(lake, "b2") is None
    monkeypatch.setattr(key_hash, "MOST_SUSPECTS", 3)
    monkeypatch.setattr(key_hash, "MOST_ROWS", 2)
    assert found(lake, "b2") is None
