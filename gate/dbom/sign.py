"""What signing changes in the DBOM: the entry names the bundle, and its kind."""

from __future__ import annotations

import posixpath
from typing import Literal, NamedTuple

from gate.dbom.write import entry_nodes, rewritten
from gate.documents import edit
from gate.documents.nodes import Document, Mapping, Scalar, Sequence

Kind = Literal["sigstore", "key", "oms"]

_BEFORE = ("path", "sha256", "version", "listing", "size", "source")
"""Behind the last of these in an entry comes its new `signature`."""


class Signed(NamedTuple):
    """The entry `name` has this bundle, whose path is relative to the root, and it is of this kind."""

    name: str
    bundle: str
    kind: Kind


def with_signatures(document: Document, signed: list[Signed]) -> bytes | None:
    """The bytes of the DBOM with the bundles in their entries; None where they are there already.

    A bundle of the same path is replaced, one of another path stays: the signatures are then a list. Raises
    `UnableError` where the style of an entry is beyond this.
    """
    edited = document
    for one in signed:  # one by one: two may be edits of the same place
        entry = entry_nodes(edited)[one.name]
        edited = edited._replace(text=edit.apply(edited.text, _edits(edited, entry, one)))
    if edited.text == document.text:
        return None
    return rewritten(document, edited.text, lambda entries: all(_holds(entries[one.name], one) for one in signed))


def _holds(entry: Mapping, signed: Signed) -> bool:
    found = [_text(item, "kind") for item in _signatures(entry) if _names(item, signed.bundle)]
    return found[:1] == [signed.kind]


def _edits(document: Document, entry: Mapping, signed: Signed) -> list[edit.Edit]:
    new: dict[str, edit.Value] = {"bundle": signed.bundle, "kind": signed.kind}
    found = entry.items["signature"][1] if "signature" in entry.items else None
    if isinstance(found, Scalar) or found is None:
        after = [key for key in entry.items if key in _BEFORE][-1]
        added = edit.set_value(document, entry, "signature", new, after)
        if not entry.flow:  # as people write it
            plain = ", ".join(f"{key}: {edit.plain_or_quoted(value)}" for key, value in new.items())
            added = added._replace(text=added.text.replace(edit.plain_or_quoted(new), f"{{{plain}}}"))
        return [added]
    for item in _signatures(entry):
        if _names(item, signed.bundle):
            if _text(item, "kind") == signed.kind:
                return []
            return [edit.set_value(document, item, "kind", signed.kind, "bundle")]
    if isinstance(found, Sequence):
        return edit.append(document, entry, "signature", new)
    return _as_list(document, found, new)


def _as_list(document: Document, single: Mapping, new: dict[str, edit.Value]) -> list[edit.Edit]:
    """The one signature becomes the first of two, in its own style and with its comments."""
    text, start, column = document.text, single.span.start, single.span.column
    if single.flow:
        end = single.span.end
        return [edit.Edit(start, start, "["), edit.Edit(end, end, f", {edit.plain_or_quoted(new)}]")]
    end = max(value.span.end for _, value in single.items.values())
    line = text.find("\n", end)
    end = len(text) if line < 0 else line - (text[line - 1] == "\r")
    first, *rest = edit.render(new, column + 2)
    newline = "\r\n" if "\r\n" in text else "\n"
    more = newline.join([f"{' ' * column}- {first.lstrip()}", *rest])
    return [edit.Edit(start, end, "- " + text[start:end].replace("\n", "\n  ") + newline + more)]


def _signatures(entry: Mapping) -> list[Mapping]:
    """Those that the entry names: `signature` is one or a list."""
    found = entry.items["signature"][1] if "signature" in entry.items else None
    items = found.items if isinstance(found, Sequence) else [found]
    return [item for item in items if isinstance(item, Mapping)]


def _names(item: Mapping, bundle: str) -> bool:
    return posixpath.normpath(_text(item, "bundle") or ".") == bundle


def _text(item: Mapping, key: str) -> str | None:
    value = item.items[key][1] if key in item.items else None
    return value.text if isinstance(value, Scalar) else None
