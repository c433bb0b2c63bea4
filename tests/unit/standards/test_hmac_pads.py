"""The padded keys of HMAC against Python's own and the published vectors."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from jobs.standards.masking import hmac_pads


def by_pads(key: bytes, message: bytes) -> str:
    inner, outer = hmac_pads(key)
    return hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).hexdigest()


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_two_hashes_over_the_pads_are_an_hmac(key: bytes, message: bytes) -> None:
    assert by_pads(key, message) == hmac.new(key, message, "sha256").hexdigest()


def test_the_published_vectors_hold_for_a_short_and_a_long_key() -> None:
    # RFC 4231, test cases 2 and 6.
    assert by_pads(b"Jefe", b"what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    long_key = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    assert by_pads(b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First") == long_key


def test_both_pads_fill_one_block() -> None:
    assert [len(pad) for pad in hmac_pads(b"k")] == [64, 64]
