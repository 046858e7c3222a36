"""Edits of a document's text that leave every other byte as it was.

Comments, order, quoting and blank lines belong to the people who wrote the file, so nothing is parsed and
dumped again: an edit replaces the span of one value, or inserts one entry in the style that stands around
it. The caller reads the edited text back and compares before anything is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence

Value: TypeAlias = "int | str | list[Value] | dict[str, Value]"

_GUESSED = re.compile(
    r"[-+]?[.\d][\d_.]*(?:[eE][-+]?\d+)?|[-+]?\d[\d_]*(?::\d+)+(?:\.\d*)?|0[xXoObB][\da-fA-F_]+|\d{4}-\d\d?-\d\d?.*"
    r"|(?i:y|n|yes|no|on|off|true|false|null|[-+]?\.?(?:nan|inf|infinity))|[~=]|"
)
"""Plain scalars that some YAML reader takes for something other than text."""
_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_./@+%=:-]*(?<!:)")


class Edit(NamedTuple):
    """Replaces the characters from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all edits made; they may not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def set_value(document: Document, mapping: Mapping, key: str, value: Value, after: str) -> Edit:
    """Replaces the value of `key`, or inserts the key behind the key `after`, which must be there.

    A list or a mapping is written in flow style, and does not replace one that is there in block style.
    """
    text = document.text
    if key in mapping.items:
        node = mapping.items[key][1]
        new = _json(value) if mapping.flow else plain_or_quoted(value)
        return Edit(node.span.start, _end(text, node), new if node.span.end > node.span.start else f" {new}")
    anchor, neighbour = mapping.items[after]
    end = _end(text, neighbour)
    if mapping.flow:
        return Edit(end, end, f", {_json(key)}: {_json(value)}")
    end = _end_of_line(text, end)
    return Edit(end, end, f"{_newline(text)}{' ' * anchor.span.column}{key}: {plain_or_quoted(value)}")


def append(document: Document, root: Mapping, key: str, entry: dict[str, Value]) -> list[Edit]:
    """Appends `entry` to the list under `key` of the `root` mapping; the list is made where it is missing."""
    text, newline = document.text, _newline(document.text)
    if key not in root.items:
        return [_append_key(document, root, key, entry)]
    sequence = root.items[key][1]
    if isinstance(sequence, Sequence) and sequence.items:
        end = _end(text, sequence.items[-1])
        if sequence.flow:
            return [Edit(end, end, ", " + _json(entry))]
        end = _end_of_line(text, end)
        return [Edit(end, end, newline + newline.join(_item(entry, sequence.span.column)))]
    start, end = sequence.span.start, sequence.span.end
    if root.flow:
        return [Edit(start, end, _json([entry]))]
    while text[start - 1] == " ":  # `datasets: []  # comment`: the brackets go, the comment stays on its line
        start -= 1
    line = _end_of_line(text, end)
    return [Edit(start, end, ""), Edit(line, line, newline + newline.join(_item(entry, 2)))]


def _append_key(document: Document, root: Mapping, key: str, entry: dict[str, Value]) -> Edit:
    text, newline = document.text, _newline(document.text)
    if root.flow:
        end = _end(text, list(root.items.values())[-1][1])
        return Edit(end, end, f", {_json(key)}: {_json([entry])}")
    lead = "" if text.endswith("\n") else newline
    return Edit(len(text), len(text), lead + newline.join([f"{key}:", *_item(entry, 2)]) + newline)


def render(entry: dict[str, Value], indent: int = 0) -> list[str]:
    """`entry` as lines of block YAML."""
    lines: list[str] = []
    for key, value in entry.items():
        lead = f"{' ' * indent}{plain_or_quoted(key)}:"
        if isinstance(value, dict):
            lines += [lead, *render(value, indent + 2)]
        elif isinstance(value, list):
            lines.append(f"{lead} [{', '.join(map(_json, value))}]")
        else:
            lines.append(f"{lead} {plain_or_quoted(value)}")
    return lines


def plain_or_quoted(value: Value) -> str:
    """`value` as a scalar that every YAML reader takes for what it is; quoted only where it must be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, str) and _PLAIN.fullmatch(value) and not _GUESSED.fullmatch(value)):
        return str(value)
    return _json(value)


def _json(value: Value) -> str:
    """`value` as JSON, which is flow style to YAML; what does not print is escaped, as YAML would refuse it raw.

    Past U+FFFF YAML takes every character as it is, and no escape means the same to it and to JSON.
    """
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c > "\uffff" else json.dumps(c)[1:-1] for c in text)


def _item(entry: dict[str, Value], indent: int) -> list[str]:
    first, *rest = render(entry, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *rest]


def _end(text: str, node: Node) -> int:
    """Where the text of `node` really ends: the parser counts the comments behind a block as part of it."""
    if isinstance(node, Scalar):
        return _block_end(text, node) if text[node.span.start : node.span.start + 1] in ("|", ">") else node.span.end
    if node.flow or not node.items:
        return node.span.end
    if isinstance(node, Sequence):
        return _end(text, node.items[-1])
    key, value = list(node.items.values())[-1]
    return max(key.span.end, _end(text, value))


def _block_end(text: str, node: Scalar) -> int:
    """The end of the last line of a block scalar: the last one that is indented as its first one is."""
    end = _end_of_line(text, node.span.start)
    last, indent = end, 0
    for match in re.finditer(r"\n( *)(\S[^\r\n]*)", text[end : node.span.end]):
        indent = indent or len(match[1])
        if len(match[1]) < indent:
            break
        last = end + match.end()
    return last


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """The edits with insertions at the same place joined into one, in the order given."""
    joined: dict[tuple[int, int], list[str]] = {}
    for start, end, text in edits:
        if (start, end) in joined and start == end:
            joined[start, end].append(text)
        else:
            joined[start, end] = [text]
    return [Edit(start, end, "".join(texts)) for (start, end), texts in joined.items()]
