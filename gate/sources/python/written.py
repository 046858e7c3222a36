"""Directories that the same code writes: loading them again pulls nothing in."""

from __future__ import annotations

import ast
import re

from gate.sources.interface import HOLE
from gate.sources.python.module import Module
from gate.sources.python.prefilter import lines_of
from gate.sources.python.resolve import Resolver

_WRITERS_WORDS = """
    save_pretrained save_model save_to_disk save makedirs mkdir save_checkpoint export
"""
_WRITERS = frozenset(_WRITERS_WORDS.split())
_PLACES_WORDS = """
    output_dir save_directory local_dir save_dir out_dir logging_dir
"""
_PLACES = frozenset(_PLACES_WORDS.split())
_WRITES = re.compile(rb"\b(?:" + b"|".join(word.encode() for word in sorted(_WRITERS | _PLACES)) + rb")\b")
"""Words of which a line must have one to write anything."""


def written_paths(module: Module, resolver: Resolver, data: bytes) -> frozenset[str]:
    """What is written, as far as the text says."""
    found: set[str] = set()
    lines = lines_of(data, (match.start() for match in _WRITES.finditer(data)))
    for statement, scope in module.statements_on(lines):
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
