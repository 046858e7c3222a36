"""Reading of documents that others wrote: what is there of the kind that is wanted, and nothing otherwise."""

from __future__ import annotations

from gate.documents.nodes import Mapping, Node, Scalar, Sequence


def get(node: Node | None, key: str) -> Node | None:
    """The value of `key`, where `node` is a mapping that has it."""
    return node.items[key][1] if isinstance(node, Mapping) and key in node.items else None


def text(node: Node | None) -> str:
    """The text of a single value; empty for everything else."""
    return node.text if isinstance(node, Scalar) and not node.is_null else ""


def items(node: Node | None) -> list[Node]:
    """The items of a list."""
    return node.items if isinstance(node, Sequence) else []


def entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    """The keys of a mapping, each with its value."""
    return list(node.items.values()) if isinstance(node, Mapping) else []


def is_absent(node: Node | None) -> bool:
    """Whether there is nothing, or null."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


def is_in_git(out: Node) -> bool:
    """Whether an output has `cache: false`, as YAML 1.2 lets it be written."""
    return text(get(out, "cache")) in ("false", "False", "FALSE")
