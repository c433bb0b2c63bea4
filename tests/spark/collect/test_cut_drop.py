"""A column that the negative list cuts: gone before the first write, the rest as usual, and the clerk is told."""

import json
from pathlib import Path

from jobs.collect.checking import check_file
from jobs.lake.tables import open_table
from jobs.settings import load_settings
from jobs.storage.objects import list_objects, read_bytes
from tests.spark.collect.conftest import Lakehouse

FAMILY = "civil.subsistence_family"
KEY = f"{FAMILY}/2021-03/家庭.csv"
MARK = "样品族"


def _file(lakehouse: Lakehouse) -> bytes:
    """Twenty-one families, valid but for one without a name, with the forbidden column 民族 in the middle."""
    contract = lakehouse.pipeline.catalogue.contracts[FAMILY]
    headers = {name: header for header, name in contract.headers("civil-affairs").items()}
    lines = []
    for number in range(21):
        row = {
            "family_id": f"DB{number:012d}",
            "head_name": "" if number == 20 else "张样品",
            "head_resident_id": "11010519491231002X",
            "region_code": "120101",
        }
        cells = [row.get(name, "") for name in headers]
        lines.append(",".join([*cells[:2], MARK, *cells[2:]]))
    names = list(headers.values())
    return ("\n".join([",".join([*names[:2], "民族", *names[2:]]), *lines]) + "\n").encode()


def test_the_column_is_in_no_layer_and_the_receipt_names_it_and_the_entry(lakehouse: Lakehouse) -> None:
    pipeline, contract = lakehouse.pipeline, lakehouse.pipeline.catalogue.contracts[FAMILY]
    drop_id = lakehouse.drop("civil-affairs", KEY, _file(lakehouse))
    outcome = lakehouse.collect(FAMILY)[0]
    assert outcome.counts is not None
    assert outcome.counts.read == 21
    told = next(reason for reason in lakehouse.told(outcome)["reasons"] if reason["code"] == "columns_cut")
    assert "民族" in told["sentence"]["zh"]
    assert "NEG-2021-003" in told["sentence"]["zh"]
    for layer in ("raw", "control", "receipts-civil-affairs"):
        for entry in list_objects(pipeline.client, pipeline.bucket(layer)):
            assert MARK.encode() not in read_bytes(pipeline.client, entry.bucket, entry.key), entry.key
    table = open_table(pipeline.lake, "bronze", contract.table)
    assert table is not None
    bronze = table.to_pyarrow_table().to_pylist()
    assert sorted(row["family_id"] for row in bronze) == [f"DB{number:012d}" for number in range(21)]
    assert MARK not in repr(bronze)
    assert [row["_row"] for row in sorted(bronze, key=lambda row: row["family_id"])] == list(range(2, 23))
    header = json.dumps(pipeline.control.read(f"results/_headers/{drop_id}.json"), ensure_ascii=False)
    assert "NEG-2021-003" in header


def test_check_says_the_same_of_the_file_before_it_is_dropped(lakehouse: Lakehouse, tmp_path: Path) -> None:
    path = tmp_path / "家庭.csv"
    path.write_bytes(_file(lakehouse))
    settings = load_settings(lakehouse.pipeline.settings.root, {"HAIHE_HOME": str(tmp_path / "home")})
    receipt = check_file(settings, path, FAMILY, "civil-affairs", "2021-03").receipt
    lakehouse.drop("civil-affairs", KEY, _file(lakehouse))
    dropped = lakehouse.told(lakehouse.collect(FAMILY)[0])
    assert receipt.counts is not None
    assert (receipt.counts.read, receipt.counts.quarantined) == (dropped["counts"]["read"], dropped["counts"]["quarantined"])
    assert [reason.code for reason in receipt.reasons] == [reason["code"] for reason in dropped["reasons"]]
