"""Text for people: untrusted names made harmless, near matches, numbers."""

from __future__ import annotations

from collections.abc import Iterable


def printable(text: str) -> str:
    """`text` with every control, format and undecodable character escaped.

    File names, archive members and YAML values come from attackers: an escape sequence in one would
    otherwise repaint the terminal, and a newline would forge a line of the report. CI runners also obey
    `::command::` at the start of a line and `##[command]` anywhere in it, so these are broken up.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    if "##" in text:
        text = text.replace("##", "#\\x23")
    return "\\x3a" + text[1:] if text.startswith("::") else text


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as os.fsdecode carries it
        return f"\\x{code - 0xDC00:02x}"
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def shorten(text: str, limit: int = 120) -> str:
    """`text` printable and at most `limit` characters long."""
    text = printable(text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near."""
    import difflib  # only on the way to an error message

    found = difflib.get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?`, or an empty string."""
    near = nearest(word, known)
    return f'did you mean "{near}"?' if near else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes in binary units: `1.5 MiB`."""
    value = float(number)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{number:,} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
