"""What to do about a flaw of a weight file: a sentence, and a command where one helps."""

from __future__ import annotations

import shlex

from gate.core.text import printable, shorten
from gate.formats.interface import Flaw, Inspection
from gate.formats.tensors import form_of, has_tensors, objects

_ANY = {
    "weights/pickle-format": (
        "use a safetensors version of it; of a model that is yours, save one with safetensors.torch.save_file, "
        "and declare that file instead"
    ),
    "weights/unscannable": "store it in a format that the gate reads, such as safetensors",
    "weights/malformed": "write the file again with the library of its format, or fetch an undamaged copy",
    "weights/archive-tampered": "do not load it; write the archive again from its parts, or fetch it from its origin",
    "weights/polyglot": "do not load it; fetch it from its origin, or write it again in one format",
    "weights/unsafe-pickle": "do not load it; fetch a safetensors version of the model from its origin",
    "weights/unknown-global": "use a safetensors version of it, or one that imports less",
    "weights/path-traversal": "do not unpack it; fetch it again from its origin",
    "weights/embedded-code": (
        "use a version of the model without code; code that you need, review and keep in your own repository"
    ),
    "weights/external-reference": "export the model again, with everything inside it or beside it",
    "gate/undecided": 'install what is missing: pip install "dbom-gate[weights]"',
}
DENIED = "use a version of it that does without, or take the name off `pickles: deny:` in the policy"
"""For what is wrong because the policy says so."""


def remedy(flaw: Flaw, flaws: list[Flaw], inspection: Inspection, path: str) -> str:
    """What to do about one of the `flaws` of the file at `path`."""
    if flaw.rule == "weights/unknown-global" and flaw.imported:
        name = printable(shorten(flaw.imported))
        return f"if it is harmless, list {name} under `pickles: allow:` in the policy; better, use safetensors"
    form = form_of(inspection)
    pickled = form is not None and form[0] not in ("npy", "npz")  # where those have a flaw, it is arrays of objects
    if pickled and all(other.rule == "weights/pickle-format" for other in flaws):
        beside = objects(inspection)
        if not beside and not has_tensors(inspection):
            return "it holds plain values and no tensors: save them in a format for data, such as JSON"
        if not beside:
            command = f"gate convert {shlex.quote(printable(path))}"
            what = "what it holds of tensors and plain values"
            return f"run `{command}`, which writes {what} as safetensors, and load that"
        if any(name.startswith("sklearn.") for name in beside):
            return "it holds objects of scikit-learn: save it with `skops.io.dump(model, PATH)` and declare that file"
    return _ANY[flaw.rule]
