"""Arguments written as text, read at least as generously as both unpicklers read them."""

from __future__ import annotations

DIGITS = 40
"""Digits of an index that are told apart: the C unpickler takes no more than 19, the Python one any number."""


def index(argument: bytes) -> int | None:
    """The index that PUT or GET names, None for one too long to keep. Raises `ValueError` if it is none.

    Leading zeros do not count, as int() skips them; nor does what follows a zero byte, where C stops reading.
    """
    text = argument.partition(b"\0")[0].strip()
    digits = text.lstrip(b"+-").replace(b"_", b"")
    if not digits.isdigit():
        raise ValueError
    significant = digits.lstrip(b"0")
    if len(significant) > DIGITS:  # int() takes quadratic time
        return None
    return -int(significant or b"0") if text.startswith(b"-") else int(significant or b"0")


def is_integer(argument: bytes) -> bool:
    """INT and LONG: `strtol` takes octal, hexadecimal, leading blanks and an empty line."""
    digits = argument.partition(b"\0")[0].strip().lstrip(b"+-").replace(b"_", b"")
    return not digits or (digits[:1].isdigit() and digits.isalnum())


def is_float(argument: bytes) -> bool:
    """FLOAT."""
    try:
        float(argument.partition(b"\0")[0])
    except ValueError:
        return False
    return True


def unquoted(argument: bytes) -> bytes | None:
    """What stands between the quotes of STRING; None without quotes."""
    text = argument.strip()
    if len(text) < 2 or text[0] != text[-1] or text[0] not in b"'\"":
        return None
    return text[1:-1]
