"""Pieces of GitHub-flavoured Markdown that show text of unknown origin and do nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.text import shorten

FIELD = 600
"""Characters of one piece of text, so that no single finding fills the summary."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,;()-/'=+%?")


def row(*cells: str) -> str:
    """One row of a table."""
    return f"| {' | '.join(cells)} |"


def table(head: tuple[str, ...], rows: Iterable[str], limit: int, noun: str) -> str:
    """A table with the rows that fit into `limit` bytes; empty without rows."""
    body = section(rows, limit, noun)
    return f"{row(*head)}\n{row(*('---' for _ in head))}\n{body}" if body else ""


def section(lines: Iterable[str], limit: int, noun: str) -> str:
    """The lines that fit into `limit` bytes, and a sentence about those that do not."""
    kept: list[str] = []
    used = left_out = 0
    for line in filter(None, lines):
        used += len(line.encode()) + 1
        if used > limit:
            left_out += 1
        else:
            kept.append(line)
    if left_out:
        kept.append(f"\n{left_out:,} more {noun} did not fit into this summary; the json report has all of them.")
    return "\n".join(kept)


def text(content: str) -> str:
    """Text of unknown origin as Markdown that shows it and does nothing else.

    Everything that Markdown or HTML could take for markup becomes a character reference. A comment after
    `@` and `#` keeps GitHub from making a mention or a link of what follows.
    """
    return "".join(map(_reference, shorten(content, FIELD)))


def _reference(char: str) -> str:
    if char in _PLAIN or not char.isascii():
        return char
    return f"&#{ord(char)};" + ("<!-- -->" if char in "@#" else "")


def code(content: str) -> str:
    """The same in the font of code."""
    # Not a code span: inside one a pipe still ends the table cell, and nothing can be escaped.
    return f"<code>{text(content)}</code>"
