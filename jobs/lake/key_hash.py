"""A number for the key of each row, written when the row lands: equal keys of a batch have equal numbers, others hardly ever.

To find a doubled key is then to find a number that stands twice, in one column of integers; the few hits are compared in full.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.catalogue.contract import Contract
from jobs.lake.place import Lake
from jobs.lake.tables import arrow_dataset
from jobs.lake.typed import KEY_HASH, has_code_book

Hashes = npt.NDArray[np.uint64]

# Of a longer text this much is looked at: two keys that differ behind it are compared in full.
LONGEST = 256
# Up to so many hashes are compared in this process; beyond, Spark groups the keys.
MOST_ROWS = 32_000_000
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


def repeated_hashes(lake: Lake, table: str, batch_ids: Sequence[str]) -> npt.NDArray[np.int64] | None:
    """Hashes that stand more than once among the landed rows of the batches.

    None where they do not tell: a row landed before hashes were written, or more rows than are compared in one process.
    """
    dataset = arrow_dataset(lake, "bronze", table)
    if dataset is None or KEY_HASH not in dataset.schema.names:
        return None
    found, count = [np.array([], dtype=np.int64)], 0
    # Asked of the rows: where a file lacks the column, `is_valid` in a scan is answered by bounds that delta-rs makes up for it.
    for rows in dataset.to_batches(columns=[KEY_HASH, "_malformed"], filter=pc.field("_batch_id").isin(list(batch_ids))):
        count += rows.num_rows
        is_untold = pc.and_(rows[KEY_HASH].is_null(), rows["_malformed"].is_null())
        if count > MOST_ROWS or pc.any(is_untold).as_py():
            return None
        found.append(rows[KEY_HASH].drop_null().to_numpy())
    ordered = np.sort(np.concatenate(found))
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _text_words(texts: pa.ChunkedArray, null_tokens: Sequence[str]) -> Hashes:
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


def _mixed(hashes: Hashes, words: Hashes) -> Hashes:
    for word in words.T:
        hashes = (hashes ^ word) * _STEP
        hashes = (hashes ^ (hashes >> _HALF)) * _MIX
        hashes ^= hashes >> _HALF
    return hashes
