"""What the formats share: the names of our own fields, and paths and addresses as they want them."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from gate.dbom.schema import TAG_PATTERN
from gate.documents.nodes import Node, Scalar

PREFIX = "dbom-gate:"
"""Leads the names of fields that a format has none of its own for."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|\[|\]|#.*#")


def is_uri(text: str) -> bool:
    """Whether `text` is an absolute URI by the characters that RFC 3986 allows."""
    return bool(_URI.fullmatch(text)) and not _BROKEN_ESCAPE.search(text)


def as_reference(path: str) -> str:
    """A path in the repository as a relative reference (RFC 3986); a colon is escaped, so that it names no scheme."""
    return quote(path)


def as_path(reference: str) -> str | None:
    """The path that `as_reference` wrote; None for a reference out of the repository, which has a scheme or a host."""
    return None if ":" in reference or reference.startswith("//") else unquote(reference)


def tag_of(node: Node) -> str:
    """Their tag as a DBOM spells it; empty where nothing is left of it."""
    found = node.text.lower() if isinstance(node, Scalar) else ""
    if re.fullmatch(TAG_PATTERN, found):
        return found
    return re.sub("[^a-z0-9._-]+", "-", found).strip("-._")[:64]
