"""Names that promise a format: what is nothing known under one of them is damaged, cut off, or something else.

Content decides what a file is, never its name. But weights whose first bytes were overwritten must not pass for a file
that holds none. A text is what it looks like, under whatever name: a note, or the error page of a server.
"""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source

_PROMISED = {
    ".gguf": "gguf",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".keras": "keras",
    ".npy": "npy",
    ".npz": "npz",
    ".safetensors": "safetensors",
}
"""Extensions, in lower case, of formats whose every file has a mark by which it is known."""
_LOOKED_AT = 4096


def as_named(found: Inspection, source: Source, path: str) -> Inspection:
    """What was `found`; or that bytes which no reader knows are none of the format that the name promises."""
    if found.format != "unknown" or found.flaws:
        return found
    name = path.rpartition("/")[2].lower()
    promised = _PROMISED.get(name[name.rfind(".") :]) if "." in name else None
    if promised is None or _is_text(source.read(0, _LOOKED_AT)):
        return found
    message = f"named as {promised}, and is none: it is damaged, cut off, or something else"
    return Inspection("unknown", "weights", (Flaw("weights/malformed", message, 0),))


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and b"\0" not in head  # cut within a letter
    return b"\0" not in head
