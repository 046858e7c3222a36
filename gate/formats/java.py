"""Java's object serialisation: reading it back creates whatever objects the stream names.

Weka models and H2O's older ones are such streams. Which classes run code when they are read depends on the program,
so every stream counts as code (CWE-502). Source: Java Object Serialization Specification, chapter 6.
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.core.text import printable
from gate.formats.interface import Flaw, Inspection, Source

SEARCHED = 4 * 1024 * 1024
"""Bytes that are searched for names of classes."""
NAMES = 10
"""Names that are reported."""
_CLASS = re.compile(rb"\x72\0([\x01-\xff])((?:[\w$\[;/]+\.)+[\w$;]+)")
"""TC_CLASSDESC, the length of the name, and a name with a package."""


def read(source: Source) -> Inspection:
    """Report the stream. Facts: `classes`, the first names in it."""
    names: list[str] = []
    for found in _CLASS.finditer(source.read(0, SEARCHED)):
        name = printable(found[2][: found[1][0]].decode("ascii", "replace"))
        if name not in names:
            names.append(name)
        if len(names) == NAMES:
            break
    shown = f", among them {', '.join(names[:3])}" if names else ""
    message = f"a stream of serialised Java objects: reading it runs code of the classes that it names{shown}"
    facts: dict[str, Json] = {"classes": list(names)}
    return Inspection("java", "weights", (Flaw("weights/embedded-code", message, 0),), facts)
