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

import yaml

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import Location
from gate.core.text import printable, shorten, size

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_SNIPPET = 200
MAX_NOTED = 1000
"""Problems that are remembered: a hostile document could have millions."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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
    text = document.text
    try:
        builder = _Builder(document)
        root = builder.build(yaml.parse(text, Loader=_LOADER))
        if problems is None and builder.problems:
            raise DocumentError(builder.problems)
        (problems if problems is not None else []).extend(builder.problems)
        return root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, (error.context, error.problem)))
        span = Span(mark.index, mark.index + 1, mark.line, mark.column) if mark else Span(0, 1, 0, 0)
        raise document.error(span, f"not valid YAML: {shorten(what)}") from None
    except yaml.YAMLError as error:  # the reader's: a character that YAML does not allow
        offset = min(getattr(error, "position", 0) or 0, len(text))
        line = text.count("\n", 0, offset)
        span = Span(offset, offset + 1, line, offset - text.rfind("\n", 0, offset) - 1)
        raise document.error(span, f"not valid YAML: {shorten(str(error).splitlines()[0])}") from None


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


class _Builder:
    """Builds the tree from parse events with an explicit stack."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []
        self._stack: list[tuple[Mapping | Sequence, list[Scalar]]] = []
        self._root: Node | None = None

    def build(self, events: Any) -> Node:
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._refuse_magic(event)
                self._place(Scalar(event.value, not event.style, _span(event)))
            elif kind is yaml.MappingStartEvent:
                self._open(event, Mapping({}, bool(event.flow_style), _span(event)))
            elif kind is yaml.SequenceStartEvent:
                self._open(event, Sequence([], bool(event.flow_style), _span(event)))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close(event)
            elif kind is yaml.AliasEvent:
                self._note(_span(event), "aliases are not allowed here", "write the value out")
                self._place(Scalar("", True, _span(event)))
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self._document.error(_span(event), "a second document in one file", "keep one document")
        if self._root is None or (isinstance(self._root, Scalar) and self._root.is_null):
            raise self._document.error(Span(0, 1, 0, 0), "the file is empty", "see `gate schema` for what it may hold")
        return self._root

    def _refuse_magic(self, event: Any) -> None:
        if event.anchor is not None:
            self._note(_span(event), "anchors are not allowed here", "write the value out")
        if event.tag is not None:
            self._note(_span(event), "tags are not allowed here", "remove the tag: types come from the schema")

    def _open(self, event: Any, node: Mapping | Sequence) -> None:
        self._refuse_magic(event)
        if len(self._stack) >= MAX_DEPTH:
            raise self._document.error(_span(event), f"nested deeper than {MAX_DEPTH} levels")
        self._stack.append((node, []))

    def _close(self, event: Any) -> None:
        node, _ = self._stack.pop()
        begin = node.span
        span = Span(begin.start, event.end_mark.index, begin.line, begin.column)
        self._place(type(node)(node.items, node.flow, span))  # type: ignore[arg-type]  # of the same type

    def _place(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        parent, pending = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif pending:
            key = pending.pop()
            parent.items[key.text] = (key, node)
        elif not isinstance(node, Scalar):
            raise self._document.error(node.span, "a key must be plain text")
        else:
            if node.text in parent.items:
                first = parent.items[node.text][0].span.line + 1
                self._note(node.span, f'the key "{shorten(node.text)}" is here twice', f"first on line {first}")
            pending.append(node)

    def _note(self, span: Span, message: str, fix: str) -> None:
        if len(self.problems) < MAX_NOTED:
            self.problems.append(self._document.problem(span, message, fix))


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.index, end.index, start.line, start.column)
