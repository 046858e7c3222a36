"""Zarr: arrays in folders, which can hold pickles where the metadata says so.

Sources: Zarr specifications 2 (`.zarray`, `.zmetadata`) and 3 (`zarr.json`); `numcodecs/pickles.py`.
"""

from __future__ import annotations

from gate.core.model import Json
from gate.formats.interface import Flaw

_PICKLES = frozenset(("pickle", "numcodecs.pickle"))


def check(document: Json) -> list[Flaw]:
    """Flags codecs that unpickle, whichever array they belong to."""
    todo: list[Json] = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if value.get("id") in _PICKLES or value.get("name") in _PICKLES:
                message = "an array of Python objects: its chunks are pickles, which reading the array unpickles"
                return [Flaw("weights/pickle-format", message)]
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return []
