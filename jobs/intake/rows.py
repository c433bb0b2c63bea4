"""The rows both readers give: the contract's columns as text, `_row`, `_record`, `_malformed`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.intake.dialect import Columns

Integers = npt.NDArray[np.int64]


def row_schema(columns: Columns) -> pa.Schema:
    """The contract's columns as nullable text (null in malformed rows only), then where the row stood and, if malformed, its bytes."""
    texts = [pa.field(name, pa.string()) for name in columns.contract]
    return pa.schema([*texts, pa.field("_row", pa.int64()), pa.field("_record", pa.int64()), pa.field("_malformed", pa.binary())])


def table_of(texts: pa.Table, bad: Sequence[int], raws: Sequence[bytes], lines: Integers, records: Integers) -> pa.Table:
    """Rows in the file's order: the good ones from `texts`, and at the places `bad` (ascending) malformed ones with their bytes.

    `lines` and `records` number all of them. Raises: ValueError where the counts do not agree.
    """
    total = len(lines)
    if not (texts.num_rows + len(bad) == total == len(records) and len(bad) == len(raws)):
        raise ValueError(f"{texts.num_rows} good and {len(bad)} malformed rows are not the {total} records")
    if bad:
        texts = texts.take(_places(total, bad))
    malformed: Any = pa.nulls(total, pa.binary())
    if bad:
        by_place: list[bytes | None] = [None] * total
        for place, raw in zip(bad, raws, strict=True):
            by_place[place] = raw
        malformed = pa.array(by_place, pa.binary())
    arrays = {"_row": pa.array(lines, pa.int64()), "_record": pa.array(records, pa.int64()), "_malformed": malformed}
    for name, array in arrays.items():
        texts = texts.append_column(name, array)
    return texts


def _places(total: int, bad: Sequence[int]) -> pa.Array:
    """For each record its index among the good ones, null for a malformed one."""
    is_bad = np.zeros(total, dtype=bool)
    is_bad[np.asarray(bad, dtype=np.int64)] = True
    return pa.array(np.cumsum(~is_bad) - 1, pa.int64(), mask=is_bad)
