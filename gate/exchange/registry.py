"""The formats, as dotted names: a module is imported when its format is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gate.core.errors import DocumentError
from gate.core.text import shorten
from gate.documents.nodes import Document, Mapping, Node, Scalar, parse
from gate.exchange.interface import Read, Taken, Write
from gate.exchange.tree import each, get, text

EXPORTS: dict[str, str] = {
    "cyclonedx": "gate.exchange.cyclonedx.write:write",
    "spdx": "gate.exchange.spdx:write",
    "croissant": "gate.exchange.croissant.write:write",
    "in-toto": "gate.exchange.intoto:write",
}
IMPORTS: dict[str, str] = {
    "cyclonedx": "gate.exchange.cyclonedx.read:read",
    "croissant": "gate.exchange.croissant.read:read",
}


def writer(name: str) -> Write:
    """The writer of a format of `EXPORTS`."""
    found: Write = _load(EXPORTS[name])
    return found


def read(document: Document) -> Taken:
    """What a document in one of the formats of `IMPORTS` declares; raises `DocumentError`."""
    root = parse(document)
    if not isinstance(root, Mapping):
        raise _unknown(document, root)
    if text(root, "_type").startswith("https://in-toto.io/Statement/"):
        predicate = get(root, "predicate")
        root = predicate if isinstance(predicate, Mapping) else root
    name = _recognise(root)
    if name is None:
        raise _unknown(document, root)
    found: Read = _load(IMPORTS[name])
    return found(document, root)


def _recognise(root: Mapping) -> str | None:
    if text(root, "bomFormat") == "CycloneDX":
        return "cyclonedx"
    standards = [one.text for one in each(root, "conformsTo") if isinstance(one, Scalar)]
    is_dataset = text(root, "@type") in ("sc:Dataset", "Dataset", "https://schema.org/Dataset")
    return "croissant" if is_dataset or any("croissant" in one for one in standards) else None


def _unknown(document: Document, root: Node) -> DocumentError:
    fix = "what can be imported is CycloneDX (JSON), an in-toto statement with it, and Croissant"
    return document.error(root.span, f"{shorten(document.name)} is no bill of materials that is known", fix)


def _load(dotted: str) -> Any:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)
