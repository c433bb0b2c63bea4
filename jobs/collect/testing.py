"""A drop below `_test/`: it tries the provider's way in, is answered with what was seen of it, and lands nowhere."""

from jobs.collect.drops import Drop
from jobs.collect.pipeline import Pipeline
from jobs.errors import DropRefused
from jobs.intake.charset import likely_encoding
from jobs.intake.dialect import Dialect
from jobs.intake.header import HEAD_BYTES
from jobs.intake.peek import peek
from jobs.storage.objects import read_bytes

# The header of the test that `haihe onboard` drops.
TEST_HEADER = ("报送单位", "测试日期", "测试序号")


def tested(pipeline: Pipeline, drop: Drop) -> DropRefused:
    """The answer to a test: `test_ok` with charset and columns as seen, or `test_unreadable`; the way in works in either case.

    Raises: ObjectChanged when the object was replaced meanwhile; StoreUnavailable.
    """
    key, size = drop.stored.key, drop.stored.size
    head = read_bytes(pipeline.client, drop.stored.bucket, key, etag=drop.stored.etag, length=HEAD_BYTES)
    encoding = likely_encoding(head, len(head) >= size)
    try:
        seen = peek(head, size, Dialect(encoding=encoding), ())
    except DropRefused as problem:
        return DropRefused("test_unreadable", f"{key}: a test. Nothing was landed.", problem=str(problem))
    # A file without a header begins with data: only names that a contract knows may be told.
    known = {header for contract in pipeline.catalogue.contracts.values() for header in contract.headers(drop.provider)}
    columns = [name for name in seen.header if name in known.union(TEST_HEADER)]
    return DropRefused(
        "test_ok", f"{key}: a test. Nothing was landed.", encoding=encoding.upper(), number=len(seen.header), columns=columns
    )
