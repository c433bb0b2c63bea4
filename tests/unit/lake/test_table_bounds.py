"""Tables whose files have bounds of some columns alone."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobs.lake.files import commit_files, file_name, write_file
from jobs.lake.place import local_lake
from jobs.lake.tables import arrow_dataset, ensure_table

ROWS = pa.table({"batch": ["b1", "b1", "b2"], "amount": pa.array([5, None, 7], pa.int64()), "name": ["甲", "乙", "丙"]})


@pytest.mark.parametrize("made_with", [("batch",), None])
def test_a_dataset_finds_rows_by_columns_without_bounds(tmp_path: Path, made_with: tuple[str, ...] | None) -> None:
    lake = local_lake(tmp_path)
    schema = ROWS.schema.append(pa.field("added", pa.string()))
    ensure_table(lake, "bronze", "t", ROWS.schema, "t", bounded=made_with)
    table = ensure_table(lake, "bronze", "t", schema, "t", bounded=("batch",))
    file = write_file(ROWS, lake.filesystem(), lake.path("bronze", "t"), file_name(1), ("batch",))
    commit_files(table, "test", 1, [file])
    dataset = arrow_dataset(lake, "bronze", "t")
    assert dataset is not None
    for condition, batches in [
        (pc.field("amount").isin([5, 6]), ["b1"]),
        (pc.field("name") == "丙", ["b2"]),
        (pc.field("amount").is_null(), ["b1"]),
        (pc.field("batch") == "b2", ["b2"]),
    ]:
        assert dataset.to_table(filter=condition)["batch"].to_pylist() == batches
