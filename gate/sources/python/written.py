"""Directories that the same code writes: loading them again pulls nothing in."""

from __future__ import annotations

import ast

from gate.sources.interface import HOLE
from gate.sources.python.module import Module
from gate.sources.python.resolve import Resolver

_WRITERS_WORDS = """
    save_pretrained save_model save_to_disk save makedirs mkdir save_checkpoint export
"""
_WRITERS = frozenset(_WRITERS_WORDS.split())
_PLACES_WORDS = """
    output_dir save_directory local_dir save_dir out_dir logging_dir
"""
_PLACES = frozenset(_PLACES_WORDS.split())
WRITERS = tuple(word.encode() for word in sorted(_WRITERS | _PLACES))
"""Words of which a file must have one to write anything."""


def written_paths(module: Module, resolver: Resolver) -> frozenset[str]:
    """What is written, as far as the text says."""
    found: set[str] = set()
    module.expand()
    for statement, scope in module.statements:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places = [k.value for k in node.keywords if k.arg in _PLACES]
            if name in _WRITERS:
                places += node.args[:2]
            for place in places:
                for text in resolver.texts(place, scope, node.lineno):
                    if HOLE not in text:
                        found.add(text.removeprefix("./").rstrip("/"))
    return frozenset(found)
