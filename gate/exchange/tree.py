"""Reading documents of others, of which everything may be missing or of another kind than their schema says."""

from __future__ import annotations

from collections.abc import Iterator

from gate.documents.nodes import Mapping, Node, Scalar, Sequence


def get(node: Node | None, *keys: str) -> Node | None:
    """What stands under `keys`, one within the other; None where something on the way is missing or null."""
    for key in keys:
        if not isinstance(node, Mapping) or key not in node.items:
            return None
        node = node.items[key][1]
    return None if isinstance(node, Scalar) and node.is_null else node


def text(node: Node | None, *keys: str) -> str:
    """The text there; empty where there is none."""
    found = get(node, *keys)
    return found.text if isinstance(found, Scalar) else ""


def each(node: Node | None, *keys: str) -> Iterator[Node]:
    """The items of the list there, or the one thing that stands there without a list, as JSON-LD has it."""
    found = get(node, *keys)
    if isinstance(found, Sequence):
        yield from found.items
    elif found is not None:
        yield found
