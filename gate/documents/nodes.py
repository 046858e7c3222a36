"""Text into a tree of nodes that know their place.

Scalars stay text: their type comes from the schema (`kinds`), never from YAML's guessing, so an all-digit
digest keeps its leading zero and `no` stays a word. What makes YAML dangerous or ambiguous is refused:
anchors and aliases, tags, duplicate keys, several documents, and nesting past `MAX_DEPTH`. The tree is
built from parse events without recursion; PyYAML's own composer crashes the process on 30 KB of `[`.
"""

from __future__ import annotations

import codecs
import os
import stat
from typing import Any, NamedTuple, TypeAlias

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import Location
from gate.core.text import printable, shorten, size

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_SNIPPET = 200
MAX_NOTED = 1000
"""Problems that are remembered: a hostile document could have millions."""
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


class Span(NamedTuple):
    """A range of the text: `start` and `end` count characters, `line` and `column` count from 0."""

    start: int
    end: int
    line: int
    column: int


class Scalar(NamedTuple):
    """A single value; `plain` means that it is neither quoted nor a block."""

    text: str
    plain: bool
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether the value is left out: nothing, `~` or `null`, unquoted."""
        return self.plain and self.text in _NULLS


class Mapping(NamedTuple):
    """Keys and values in the order of the text; `flow` means that it is written in braces."""

    items: dict[str, tuple[Scalar, Node]]
    flow: bool
    span: Span


class Sequence(NamedTuple):
    """Items in the order of the text; `flow` means that it is written in brackets."""

    items: list[Node]
    flow: bool
    span: Span


Node: TypeAlias = "Scalar | Mapping | Sequence"


class Document(NamedTuple):
    """The text of one file, under the name by which messages speak of it; `bom` says that a byte order mark led it."""

    name: str
    text: str
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """`text` as the bytes of this file."""
        return text.encode("utf-8-sig" if self.bom else "utf-8")

    def locate(self, span: Span) -> Location:
        """The place of `span` for a person, with its line."""
        begin = span.start - span.column
        end = self.text.find("\n", span.start, span.end + MAX_SNIPPET)
        end = end if end >= 0 else begin + MAX_SNIPPET  # a minified file is one line of megabytes
        snippet = shorten(self.text[begin : min(end, begin + MAX_SNIPPET)].rstrip(), MAX_SNIPPET)
        length = max(1, min(span.end, end) - span.start)
        return Location(self.name, span.line + 1, span.column + 1, length, snippet)

    def problem(self, span: Span, message: str, fix: str = "") -> Problem:
        """A `Problem` at `span`."""
        return Problem(self.locate(span), message, fix)

    def error(self, span: Span, message: str, fix: str = "") -> DocumentError:
        """A `DocumentError` with one problem at `span`."""
        return DocumentError([self.problem(span, message, fix)])


def read_bytes(path: str, name: str, *, follow: bool = False) -> bytes:
    """The bytes of a document of at most `MAX_BYTES`.

    A link is followed only where `follow` says so, for a path that a person typed: messages quote documents,
    and one that the repository chooses could be a link to a secret. Raises `UsageError` when the document is
    not there or not a regular file, `DocumentError` when it is too large.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        if os.path.islink(path) and not follow:
            raise UsageError(f"{printable(name)} is a symbolic link", "put the file itself there") from None
        raise UsageError(f"{printable(name)}: {error.strerror}", "name a file that exists and can be read") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{printable(name)} is not a regular file", "name a YAML or JSON file")
    with open(descriptor, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise DocumentError(
            [Problem(Location(name), f"larger than {size(MAX_BYTES)}", "a document of this kind is written by people")]
        )
    return data


def decode(data: bytes, name: str) -> Document:
    """The document in `data`; raises `DocumentError` where it is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        at = Location(name, line, column)
        raise DocumentError([Problem(at, "not UTF-8 text", "save the file as UTF-8")]) from None
    if "\ufeff" in text or "\0" in text:
        offset = min(i for i in (text.find("\ufeff"), text.find("\0")) if i >= 0)
        at = Location(name, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
        raise DocumentError([Problem(at, "a binary file, not YAML or JSON text")])
    bom = data.startswith(codecs.BOM_UTF8)
    return Document(name, _join_surrogates(text) if text.lstrip()[:1] == "{" else text, bom)


def parse(document: Document, problems: list[Problem] | None = None) -> Node:
    """The tree of `document`; raises `DocumentError` where there can be none.

    What is refused without breaking the tree (a duplicate key, an anchor) is added to `problems` where a
    list is given, so that it is reported together with what the schema finds; it raises otherwise.
    """
    from gate.documents.tree import build  # most files of DVC need no reader of YAML

    found, noted = build(document)
    if problems is None and noted:
        raise DocumentError(noted)
    (problems if problems is not None else []).extend(noted)
    return found


def plain(node: Node) -> str | list[Any] | dict[str, Any] | None:
    """What `node` says, without places and style: texts in lists and mappings."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.items.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if node.is_null else node.text


def _join_surrogates(text: str) -> str:
    """JSON writes characters past U+FFFF as two `\\u` escapes, which YAML refuses: put in the character itself."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    import re

    def join(match: re.Match[str]) -> str:
        high, low = int(match[2], 16), int(match[3], 16)
        return match[1] + chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    pair = r"((?<!\\)(?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    return re.sub(pair, join, text)
