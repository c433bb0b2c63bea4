"""Text from outside made safe to look at: one line, no control characters, bounded."""

import unicodedata

# Line and paragraph separators and the marks that turn the reading direction: a file name must read as it is stored.
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
CONTROL_PICTURES = 0x2400
REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """`text` on one line, every control character as its picture (`␊`, `␀`), every other invisible one as `\ufffd`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_picture(character) if unicodedata.category(character) in INVISIBLE else character for character in text)


def shortened(text: str, length: int) -> str:
    """`text`, or its first `length - 1` characters and an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _picture(character: str) -> str:
    if ord(character) < 0x20:
        return chr(CONTROL_PICTURES + ord(character))
    return "␡" if character == "\x7f" else REPLACEMENT
