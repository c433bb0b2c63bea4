"""Masks as GB/T 35273 asks for them, and tokens equal to Python's own HMAC."""

import hmac
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs.errors import RuleError
from jobs.standards.masking import hmac_pads, masked, token

Answers = Callable[..., list[Any]]

SHOWN = {
    "resident_id": {
        "120101190501010012": "120101********0012",
        "11010519491231002X": "110105********002X",
        "110105491231002": "110105*****1002",
        "12010119": "********",
        "": "",
    },
    "mobile": {"13802112345": "138****2345", "+8613802112345": "+86*******2345", "1380211": "*******"},
    "bank_card": {"6217000060012345672": "***************5672", "621700006001": "************"},
    "person_name": {"张三": "张*", "王小明": "王**", "欧阳娜娜": "欧阳**", "欧阳": "欧*", "𬭚小明": "𬭚**", "张": "*"},
    "address": {
        "天津市滨海新区塘沽街道杭州道12号楼3门401": "天津市滨海新区塘沽街道****",
        "天津市武清区崔黄口镇某某村8号": "天津市武清区崔黄口镇****",
        "天津市和平区南京路189号": "天津市和平区****",
        "和平区12号": "******",
    },
    "generic": {"abcdef": "a*****", "测试": "测*", "a": "*"},
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_mask_shows_what_the_standard_lets_it_and_hides_short_values_whole(answers: Answers, kind: str) -> None:
    told = answers(lambda value: masked(value, kind), [*SHOWN[kind], None])
    assert dict(zip([*SHOWN[kind], None], told, strict=True)) == {**SHOWN[kind], None: None}


def test_an_unknown_kind_is_refused_and_shows_nothing(spark: SparkSession) -> None:
    value = F.lit("x")
    with pytest.raises(RuleError, match="kind 'shoe_size' is unknown"):
        masked(value, "shoe_size")


def by_python(key: bytes, kind: str, value: str) -> str:
    form = unicodedata.normalize("NFKC", value).upper().strip()
    return hmac.new(key, f"{kind}\x1f{form}".encode(), "sha256").hexdigest()


@pytest.mark.parametrize("key", [b"a key of the lake", b"k" * 64, b"a key longer than a block of SHA-256 " * 3])
def test_a_token_is_the_hmac_of_kind_and_normalised_value(spark: SparkSession, key: bytes) -> None:
    values = [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 11010519491231002X ",
        "张三",
        "𬭚小明",
        "José",
    ]
    inner, outer = hmac_pads(key)
    rows = [(index, value, inner, outer) for index, value in enumerate(values)]
    frame = spark.createDataFrame(rows, "i int, value string, inner binary, outer binary").repartition(2)
    found = frame.select("i", token(F.col("value"), "resident_id", F.col("inner"), F.col("outer")).alias("token")).collect()
    told = [row["token"] for row in sorted(found, key=lambda row: row["i"])]
    assert told == [by_python(key, "resident_id", value) for value in values]
    assert len(set(told[:4])) == 1


def test_the_kind_is_part_of_the_token_and_nothing_has_none(answers: Answers) -> None:
    inner, outer = hmac_pads(b"key")

    def tokens(kind: str) -> list[Any]:
        return answers(lambda value: token(value, kind, F.lit(inner), F.lit(outer)), ["13802112345", "", "\u3000 ", None])

    assert tokens("mobile") == [by_python(b"key", "mobile", "13802112345"), None, None, None]
    assert tokens("mobile")[0] != tokens("bank_card")[0]
