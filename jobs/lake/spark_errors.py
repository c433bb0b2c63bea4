"""Spark's exceptions told without a value of any row: its own words quote them, the names of condition and class do not."""

from collections.abc import Iterator
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

# A Java exception for which pyspark has no class comes as the second.
SPARK_ERRORS = (PySparkException, Py4JJavaError)
# What a Spark job meets when the store, the network or the machine is at fault, whatever the rows are.
_ELSEWHERE = ("java.io.", "java.net.", "javax.net.", "software.amazon.", "org.apache.hadoop.", "java.lang.OutOfMemoryError")


def spark_cause(error: Exception) -> str:
    """The condition nearest to the bottom of Spark's exception, else the class of the bottom one."""
    thrown = list(_chain(error))
    conditions = [condition for one in thrown if (condition := _condition(one))]
    return conditions[-1] if conditions else (_class(thrown[-1]) if thrown else type(error).__name__).rsplit(".", 1)[-1]


def is_from_elsewhere(error: Exception) -> bool:
    """Whether store, network or memory stopped Spark, and not what it was to compute."""
    return any(_class(one).startswith(_ELSEWHERE) for one in _chain(error))


def _chain(error: Exception) -> Iterator[Any]:
    """The Java exception behind, then its causes; none for an error of pyspark's own."""
    thrown = error.java_exception if isinstance(error, Py4JJavaError) else getattr(error, "_origin", None)
    while thrown is not None:
        yield thrown
        thrown = thrown.getCause()


def _class(thrown: Any) -> str:
    return str(thrown.getClass().getName())


def _condition(thrown: Any) -> str | None:
    is_named = any(kind.getName() == "org.apache.spark.SparkThrowable" for kind in _interfaces(thrown.getClass()))
    return thrown.getCondition() if is_named else None


def _interfaces(kind: Any) -> Iterator[Any]:
    while kind is not None:
        yield from kind.getInterfaces()
        kind = kind.getSuperclass()
