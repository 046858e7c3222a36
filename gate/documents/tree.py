"""Builds the tree of a document from the parse events of PyYAML, with a stack of its own."""

from __future__ import annotations

from typing import Any

import yaml

from gate.core.errors import Problem
from gate.core.text import shorten
from gate.documents.nodes import MAX_DEPTH, MAX_NOTED, Document, Mapping, Node, Scalar, Sequence, Span

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def build(document: Document) -> tuple[Node, list[Problem]]:
    """The tree, and what is refused in it without breaking it; raises `DocumentError` where there can be none."""
    text = document.text
    try:
        builder = _Builder(document)
        return builder.build(yaml.parse(text, Loader=_LOADER)), builder.problems
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
