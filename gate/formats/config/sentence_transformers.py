"""The modules of a sentence-transformers model, `modules.json`: each names the Python class that it loads.

Source: `sentence_transformers/SentenceTransformer.py` (`_load_sbert_model`, `_load_module_class_from_ref`).
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.config.reader import parse
from gate.formats.findings import bounded
from gate.formats.interface import Flaw, Inspection, Source

LIMIT = 1024 * 1024
"""Bytes that are read; a few hundred are usual."""
_OWN = ("sentence_transformers.", "pylate.", "model2vec.")
"""How classes begin that come with these libraries."""


def read(source: Source) -> Inspection:
    """Check the class of each module; `unknown` for another list of objects."""
    if source.size > LIMIT:
        return Inspection("unknown", "other")
    try:
        modules = parse(source.read(0, LIMIT))
    except (ValueError, RecursionError):
        return Inspection("unknown", "other")
    if not isinstance(modules, list) or not all(_is_module(module) for module in modules):
        return Inspection("unknown", "other")
    return Inspection("sentence-transformers", "other", bounded(_flaws(modules)))


def _is_module(value: Json) -> bool:
    return isinstance(value, dict) and {"type", "path", "name"} <= value.keys() and isinstance(value["type"], str)


def _flaws(modules: list[Json]) -> Iterator[Flaw]:
    for module in modules:
        assert isinstance(module, dict)
        name = str(module["type"])
        if not name.startswith(_OWN):
            message = f'the class "{shorten(name)}" is none of sentence-transformers: its code comes from elsewhere'
            yield Flaw("weights/external-reference", message)
