"""A made-up sample of rental contracts, and the person who agrees with everything that is proposed from it."""

import json
from pathlib import Path
from random import Random

import yaml

from jobs.samplecity.identifiers import make_mobile, make_resident_id

PEOPLE = [surname + given for surname in "王李张刘陈" for given in ("小明", "芳", "建国", "丽丽", "强军")]
DUTIES = "conf/lists/responsibility/2021-03-01.csv"
WRITTEN = ("schemas/housing/rental.yaml", "expectations/housing/rental.json", "tests/golden/housing/rental/made_up_rows/case.yaml")


def sample_rows() -> list[list[str]]:
    identities = [make_resident_id(Random(1000 + number)) for number in range(25)]  # noqa: S311 (made-up people)
    mobiles = [make_mobile(Random(1000 + number)) for number in range(25)]  # noqa: S311 (the same)
    return [
        ["备案号", "承租人", "证照", "联系方式", "月租金", "起租日期", "用途", "所属区"],
        *(
            [f"ZL{number:08d}", PEOPLE[number], identities[number], mobiles[number], f"{3000 + number}.50", "2021-03-01", "住宅", "120101"]
            for number in range(24)
        ),
        ["ZL00000024", PEOPLE[24], identities[24], mobiles[24], "", "2021-03-02", "商业", "120102"],
    ]


def write_sample(file: Path) -> Path:
    """The sample as the department exports it."""
    file.write_text("".join("|".join(row) + "\n" for row in sample_rows()), encoding="gb18030")
    return file


def spoiled(path: Path, old: str, new_text: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new_text), encoding="utf-8")


def confirm(root: Path) -> None:
    """What a person does who agrees with every guess."""
    path = root / WRITTEN[0]
    document = yaml.safe_load(path.read_text(encoding="utf-8").replace("待确认", "已定"))
    document["status"] = "active"
    for one in (document, *document["schema"][0]["properties"]):
        one["customProperties"] = [entry for entry in one["customProperties"] if entry["property"] != "proposals"]
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    suite = json.loads((root / WRITTEN[1]).read_text(encoding="utf-8"))
    for expectation in suite["expectations"]:
        del expectation["meta"]["proposal"]
    (root / WRITTEN[1]).write_text(json.dumps(suite), encoding="utf-8")
    spoiled(root / DUTIES, "待确认", "已定")
    spoiled(root / DUTIES, ",3,,draft,", ",3,,signed,")
