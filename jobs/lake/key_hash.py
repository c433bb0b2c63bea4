"""A number for the key of each row, written when the row lands: equal keys of a batch have equal numbers, others hardly ever.

To find a doubled key is then to find a number that stands twice, in one column of integers; the few hits are compared in full.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.catalogue.contract import Contract
from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset
from jobs.lake.typed import KEY_HASH, has_code_book

if TYPE_CHECKING:  # see `tables`
    import pyarrow.dataset as pads

Hashes = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

# Of a longer text this much is looked at: two keys that differ behind it are compared in full.
LONGEST = 256
# Up to so many hashes are compared in this process; beyond, Spark groups the keys.
MOST_ROWS = 32_000_000
# Up to so many rows whose hash stands twice are compared in full beside the others.
MOST_SUSPECTS = 200_000
# By itself Arrow reads so far ahead that a pass is as good as whole in memory.
AHEAD = {"batch_readahead": 4, "fragment_readahead": 1}
_WORD = 8
# Odd, so that multiplying loses nothing; the second is MurmurHash3's finalizer's.
_STEP, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)


@dataclass(frozen=True)
class HashedKey:
    """A key whose text says all: its columns, and the texts that stand for null."""

    columns: tuple[str, ...]
    null_tokens: tuple[str, ...]


def hashed_key(contract: Contract) -> HashedKey | None:
    """The contract's key where equal values mean equal texts (strings without a code book: `1` and `01` are one number); else None."""
    fields = [contract.field(name) for name in contract.key]
    if not fields or any(field.type != "string" or has_code_book(field, contract) for field in fields):
        return None
    return HashedKey(tuple(contract.key), tuple(contract.null_tokens))


def key_hashes(rows: pa.Table, key: HashedKey, batch_id: str) -> pa.Array:
    """The hash of each row's key within the batch (int64); null for a malformed row."""
    seed = int.from_bytes(hashlib.sha256(batch_id.encode()).digest()[:_WORD], "little")
    hashes = np.full(rows.num_rows, seed, dtype=np.uint64)
    for name in key.columns:
        hashes = _mixed(hashes, _text_words(rows[name], key.null_tokens))
    return pa.array(hashes.view(np.int64), mask=rows["_malformed"].is_valid().to_numpy())


def suspects(lake: Lake, table: str, batch_ids: Sequence[str], key: HashedKey) -> pa.Table | None:
    """`_batch_id` and the key, null where a token says so, of every landed row of the batches whose hash stands more than once.

    None where the hashes do not tell: a row landed before they were written, or too many rows to be held in one process.
    """
    dataset = arrow_dataset(lake, "bronze", table)
    if dataset is None or KEY_HASH not in dataset.schema.names:
        return None
    chosen = pc.field("_batch_id").isin(list(batch_ids))
    hashes = _hashes(dataset, chosen)
    if hashes is None:
        return None
    repeated, counts = np.unique(_standing_twice(hashes), return_counts=True)
    if not len(repeated):  # as a rule; Arrow would read every key to find none of them
        return pa.schema([(name, pa.string()) for name in ("_batch_id", *key.columns)]).empty_table()
    # The first row of each was left out of its count.
    if counts.sum() + len(repeated) > MOST_SUSPECTS:
        return None
    wanted = {"_batch_id": pc.field("_batch_id"), **{name: _typed(name, key.null_tokens) for name in key.columns}}
    return dataset.to_table(columns=wanted, filter=chosen & pc.field(KEY_HASH).isin(pa.array(repeated)), **AHEAD)


def _hashes(dataset: "pads.Dataset", chosen: pc.Expression) -> Hashes | None:
    """The hashes of the rows; None if one has none or there are more than are compared here."""
    count = dataset.count_rows(filter=chosen)
    if count > MOST_ROWS:
        return None
    hashes, filled = np.empty(count, dtype=np.int64), 0
    for rows in dataset.to_batches(columns=[KEY_HASH, "_malformed"], filter=chosen, **AHEAD):
        if pc.any(pc.and_(rows[KEY_HASH].is_null(), rows["_malformed"].is_null())).as_py():
            return None
        found = rows[KEY_HASH].drop_null()
        hashes[filled : filled + len(found)] = found
        filled += len(found)
    return hashes[:filled]


def _standing_twice(hashes: Hashes) -> Hashes:
    """Every hash as often as it stands but once. The hashes are sorted in their place, for they may be many."""
    hashes.sort()
    twice: Hashes = hashes[1:][hashes[1:] == hashes[:-1]]
    return twice


def _typed(name: str, null_tokens: Sequence[str]) -> pc.Expression:
    """The field as the typed view has a string."""
    text = pc.field(name)
    return pc.if_else(text.isin(list(null_tokens)), pa.scalar(None, pa.string()), text) if null_tokens else text


def _text_words(texts: pa.ChunkedArray, null_tokens: Sequence[str]) -> Words:
    """Each text as a row of words of eight bytes, padded with NUL, and its length; a null is an empty text."""
    plain = texts.cast(pa.string()) if pa.types.is_dictionary(texts.type) else texts
    if null_tokens:
        plain = pc.if_else(pc.is_in(plain, pa.array(null_tokens)), "", plain)
    cells = pc.binary_slice(pc.fill_null(plain, "").cast(pa.binary()), 0, LONGEST)
    lengths = pc.binary_length(cells).to_numpy().astype(np.int64)
    width = -(-int(lengths.max(initial=1)) // _WORD) * _WORD
    padded = np.zeros((len(lengths), width), dtype=np.uint8)
    padded[np.arange(width) < lengths[:, np.newaxis]] = np.frombuffer(b"".join(_values(cells)), dtype=np.uint8)
    return np.column_stack([padded.view("<u8"), lengths.astype(np.uint64)])


def _values(cells: pa.ChunkedArray) -> list[bytes]:
    """The bytes of all cells, one value a chunk."""
    return [
        pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(chunk)], pa.int32()), chunk), b"")[0].as_py() for chunk in cells.chunks
    ]


def _mixed(hashes: Words, words: Words) -> Words:
    for word in words.T:
        hashes = (hashes ^ word) * _STEP
        hashes = (hashes ^ (hashes >> _HALF)) * _MIX
        hashes ^= hashes >> _HALF
    return hashes
