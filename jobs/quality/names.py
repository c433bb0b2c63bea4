"""The plain form of a column's name, in which a forbidden field is recognised however it is written."""

import re
import unicodedata

# Cf: zero-width marks, byte order marks and the like, which nobody sees.
_LEFT_OUT = re.compile(r"[\s_\-‐-―−]+")


def plain_form(name: str) -> str:
    """The name in NFKC, without case, blanks, underscores, hyphens and invisible marks: `Ｆａｃｅ_Image` -> `faceimage`."""
    visible = "".join(mark for mark in unicodedata.normalize("NFKC", name) if unicodedata.category(mark) not in ("Cf", "Cc"))
    return _LEFT_OUT.sub("", visible).casefold()
