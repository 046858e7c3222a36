"""The reader of pickles: what is one is a flaw, whatever is in it."""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.pickle.recognise import Pickle, recognise

_NAMES = {
    "pickle": "a Python pickle",
    "joblib": "a joblib file, which is a Python pickle with arrays in between",
    "torch-legacy": "a torch file of the kind before 1.6, which is a series of Python pickles",
}


def read(source: Source) -> Inspection:
    """Tell whether `source` is a pickle; role `other` if it only began like one.

    Facts: `protocol`, `opcodes` (instructions followed) and `complete` (followed to its STOP).
    """
    found = recognise(source)
    if found is None:
        return Inspection("unknown", "other")
    facts = {"protocol": found.protocol, "opcodes": found.opcodes, "complete": found.end == "stop"}
    return Inspection(found.format, "weights", tuple(_flaws(found)), facts)


def _flaws(found: Pickle) -> list[Flaw]:
    if not found.sure:
        message = f"begins like a Python pickle, and no end was found within {found.opcodes:,} instructions"
        return [Flaw("weights/unscannable", message, found.position)]
    flaws = [_format_flaw(found)]
    if found.end == "broken":
        message = f"the pickle cannot be followed past byte {found.position:,}: the instruction there is not possible"
        flaws.append(Flaw("weights/malformed", message, found.position))
    elif found.end == "truncated":
        message = f"the pickle ends inside the instruction at byte {found.position:,}, without STOP"
        flaws.append(Flaw("weights/malformed", message, found.position))
    return flaws


def _format_flaw(found: Pickle) -> Flaw:
    what = f"{_NAMES[found.format]} (protocol {found.protocol})"
    if found.evidence is None:
        return Flaw("weights/pickle-format", f"{what}: a format in which loading can run any code", 0)
    message = f"{what}: loading it runs code from byte {found.evidence:,} on"
    return Flaw("weights/pickle-format", message, found.evidence)
