"""LightGBM: text, and data only. Source: `gbdt_model_text.cpp`."""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection, Source

HEADER = 64 * 1024 * 1024
"""Bytes in which the header has to end; it names every feature."""
_FACTS = ("version", "num_class", "objective")


def read(source: Source) -> Inspection:
    """Check that the trees lie in the file. Facts: `version`, `num_class`, `objective`, `trees`."""
    header, fields = _header(source)
    facts: dict[str, Json] = {name: shorten(fields[name], 60) for name in _FACTS if name in fields}
    sizes = fields.get("tree_sizes", "").split()
    facts["trees"] = len(sizes)
    flaws: tuple[Flaw, ...] = ()
    if not all(size.isascii() and size.isdigit() and len(size) < 16 for size in sizes):
        flaws = (Flaw("weights/malformed", "`tree_sizes` are not all numbers"),)
    elif sizes and not source.read(header + sum(map(int, sizes)) - 1, 1):
        message = f"the trees take {sum(map(int, sizes)):,} bytes, and fewer follow the header"
        flaws = (Flaw("weights/malformed", message, header),)
    return Inspection("lightgbm", "weights", flaws, facts)


def _header(source: Source) -> tuple[int, dict[str, str]]:
    """Where the header ends, and its lines `name=value`."""
    length = 64 * 1024
    while True:
        text = source.read(0, length)
        end = text.find(b"\n\n") if b"\r" not in text[:64] else text.find(b"\r\n\r\n")
        if end >= 0 or len(text) < length or length >= HEADER:
            break
        length *= 4
    lines = text[: max(end, 0) or len(text)].decode("utf-8", "replace").splitlines()
    pairs = (line.partition("=") for line in lines)
    return max(end, 0), {name: value for name, _, value in pairs}
