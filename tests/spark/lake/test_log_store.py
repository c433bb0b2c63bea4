"""The conditional log store: of two writers of one commit one wins, and the other is told so."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from jobs.collect.pipeline import Pipeline

ROUNDS = 20
Write = Callable[[str, str], bool]


@pytest.fixture
def write(new_pipeline: Callable[[], Pipeline], spark: SparkSession) -> Iterator[tuple[Write, Callable[[str], str]]]:
    """`write(name, line)`: whether this commit won; and what stands under a name."""
    folder = f"s3a://{new_pipeline().bucket('gold')}/race/_delta_log"
    jvm: Any = spark._jvm
    conf = spark.sparkContext._jsc.hadoopConfiguration()
    store = jvm.haihe.logstore.ConditionalPutLogStore(conf)

    refusals: list[str] = []

    def attempt(name: str, line: str) -> bool:
        lines = jvm.java.util.ArrayList()
        lines.add(line)
        try:
            store.write(jvm.org.apache.hadoop.fs.Path(f"{folder}/{name}"), lines.iterator(), False, conf)
        except Py4JJavaError as error:
            refusals.append(error.java_exception.getClass().getName())
            return False
        return True

    def standing(name: str) -> str:
        lines = store.read(jvm.org.apache.hadoop.fs.Path(f"{folder}/{name}"), conf)
        return "".join(lines.next() for _ in iter(lines.hasNext, False))

    yield attempt, standing
    assert set(refusals) == {"java.nio.file.FileAlreadyExistsException"}


def test_of_two_racing_commits_one_wins_and_its_words_stand(write: tuple[Write, Callable[[str], str]]) -> None:
    attempt, standing = write
    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            name = f"{number:020d}.json"
            won = list(pool.map(lambda racer, name=name: attempt(name, f'{{"racer": {racer}}}'), (1, 2)))
            assert sorted(won) == [False, True]
            assert standing(name) == f'{{"racer": {won.index(True) + 1}}}'


def test_the_same_words_again_count_as_our_own_lost_reply(write: tuple[Write, Callable[[str], str]]) -> None:
    attempt, _ = write
    assert attempt("00000000000000000000.json", '{"txnId": "a"}')
    assert attempt("00000000000000000000.json", '{"txnId": "a"}')
    assert not attempt("00000000000000000000.json", '{"txnId": "b"}')
