"""The bench's file: rows of 20 columns, ten rules and a key, about 2.4 % of the rows faulty; by seed."""

import random
from pathlib import Path

from jobs.catalogue.contract import Contract, Dialect, Field

RESOURCE = "bench.case"
DISTRICTS = tuple(f"1201{number:02d}" for number in range(1, 20))
WORDS = (
    "天津市", "滨海新区", "河西区", "有限公司", "科技", "贸易", "物流", "食品", "冷链", "检测",
    "备注：", "已办结", "待处理", "街道", "社区", "网格员", "上报", "噪声", "消防", "管网",
)  # fmt: skip
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PAYLOAD = tuple(f"payload_{number}" for number in range(10))
HEADER = ("case_id", "district_code", "person_no", "amount_yuan", "age", "start_date", "end_date", "remark", "org_code", "serial", *PAYLOAD)
FAULTY_SHARE = 0.024


def bench_contract(encoding: str = "gb18030", load: str = "upsert") -> Contract:
    """The contract: nine field rules and the key; the suite beside it adds the tenth. Without the key where rows are only appended."""
    plain = {"classification": "L1"}
    fields = [
        Field(name="case_id", header="case_id", title="编号", required=True, key_position=1 if load == "upsert" else None, **plain),
        Field(name="district_code", header="district_code", title="区划", code_set="bench_district", **plain),
        Field(name="person_no", header="person_no", title="号码", pattern=r"^[0-9]{18}$", **plain),
        Field(name="amount_yuan", header="amount_yuan", title="金额", type="number", precision=18, scale=2, minimum="0", **plain),
        Field(name="age", header="age", title="年龄", type="integer", maximum="120", **plain),
        Field(name="start_date", header="start_date", title="起", type="date", formats=("yyyy-MM-dd",), **plain),
        Field(name="end_date", header="end_date", title="止", type="date", formats=("yyyy-MM-dd",), **plain),
        Field(name="remark", header="remark", title="备注", **plain),
        Field(name="org_code", header="org_code", title="机构", **plain),
        Field(name="serial", header="serial", title="序号", **plain),
        *[Field(name=name, header=name, title=name, **plain) for name in PAYLOAD],
    ]
    return Contract(
        resource=RESOURCE, version="1", title="bench", purpose="bench", grain="one row a case", catalogue_code="307001/1",
        load=load, fields=tuple(fields), dialects=(Dialect(encoding=encoding),), sha256="bench",
    )  # fmt: skip


def write_sample(path: Path, rows: int, encoding: str = "gb18030", step: int = 1, seed: int = 7) -> None:
    """Write the file, every `step`-th key of the first; the same bytes for the same arguments."""
    random_ = random.Random(seed)  # noqa: S311 (made-up rows)
    texts = [["".join(random_.choice(WORDS) for _ in range(random_.randint(1, 3))) for _ in range(997)] for _ in range(5)]
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(",".join(HEADER) + "\n")
        for start in range(0, rows, 50_000):
            file.write("".join(_line(index * step, random_, texts) for index in range(start, min(rows, start + 50_000))))


def _line(index: int, random_: random.Random, texts: list[list[str]]) -> str:
    fault = random_.randint(0, 6) if random_.random() < FAULTY_SHARE else -1
    day, month = random_.randint(1, 28), random_.randint(1, 12)
    cells = [
        str(index if fault != 0 else max(0, index - 1)),
        random_.choice(DISTRICTS) if fault != 1 else "999999",
        _person_no(random_, month, day) + ("x9" if fault == 2 else ""),
        f"{random_.random() * 1e5:.2f}" if fault != 3 else "-5",
        str(random_.randint(0, 100) if fault != 4 else 222),
        f"2020-{month:02d}-{day:02d}",
        f"2021-{month:02d}-{day:02d}" if fault != 5 else "2019-01-01",
        texts[0][index % 997] + str(index % 89),
        "".join(random_.choices(ALPHABET, k=18)) if fault != 6 else "BAD",
        str(index * 3),
    ]
    payload = [texts[place % 5][(index * (place + 3)) % 997] for place in range(6)]
    payload += [str((index * 7919 * (place + 1)) % 1_000_003) for place in range(6, 10)]
    return ",".join(cells + payload) + "\n"


def _person_no(random_: random.Random, month: int, day: int) -> str:
    return f"1201{random_.randint(1, 19):02d}19{random_.randint(50, 99)}{month:02d}{day:02d}{random_.randint(0, 9999):04d}"
