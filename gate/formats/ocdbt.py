"""OCDBT: the key-value store in which Orbax keeps JAX checkpoints; data only.

Source: TensorStore, 'OCDBT storage format'. The manifest says how long it is; data files have no magic.
"""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source


def read(source: Source) -> Inspection:
    """Compare the length of the manifest with the file's. No facts."""
    head = source.read(4, 8)
    length = int.from_bytes(head, "little")
    flaws: tuple[Flaw, ...] = ()
    if len(head) < 8 or length < 16 or not source.read(length - 1, 1) or source.read(length, 1):
        flaws = (Flaw("weights/malformed", f"the manifest says it has {length:,} bytes, and the file differs", 4),)
    return Inspection("ocdbt", "weights", flaws)
