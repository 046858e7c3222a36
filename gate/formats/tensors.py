"""Files that may hold nothing but tensors: those that `gate convert` reads, as far as their names say."""

from __future__ import annotations

import re

from gate.formats.interface import Inspection

FORMS = ("torch-zip", "torch-legacy", "pickle", "joblib", "npy", "npz")
"""The formats that are converted."""
PACKED = ("gzip", "zlib", "bz2", "xz", "lzma", "lz4", "zstd")
"""What they may be compressed with, once: joblib does so by itself."""
_OF_TENSORS = re.compile(
    r"collections\.OrderedDict|_codecs\.encode|(?:builtins|__builtin__)\.bytes|joblib\.numpy_pickle\.NumpyArrayWrapper"
    r"|numpy\.(?:ndarray|memmap|dtype|_?core\.(?:multiarray\.(?:_reconstruct|scalar)|numeric\._frombuffer))"
    r"|torch\.(?:\w+Storage|Size|Tensor|b?float\w+|u?int\d+|storage\.\w+|nn\.parameter\.\w+"
    r"|_utils\._rebuild_(?:tensor|parameter)\w*|serialization\._get_layout)"
)
"""What pickles of tensors, arrays and plain values import."""


def form_of(inspection: Inspection) -> tuple[str, str] | None:
    """The format to convert from and what it is compressed with (or nothing); None for what is not converted."""
    packed = inspection.format if inspection.format in PACKED else ""
    form = inspection.facts.get("inside") if packed else inspection.format
    return (form, packed) if isinstance(form, str) and form in FORMS else None


def has_tensors(inspection: Inspection) -> bool:
    """Whether its pickles name what makes tensors or arrays."""
    return any(name.startswith(("torch.", "numpy.")) for name in inspection.imported)


def objects(inspection: Inspection) -> list[str]:
    """What it imports that neither tensors nor plain values need."""
    return sorted(name for name in inspection.imported if not _OF_TENSORS.fullmatch(name))
