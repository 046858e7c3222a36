"""CatBoost: a flatbuffer behind its length, and data only. Source: `model.cpp` (`SerializeModel`) of CatBoost."""

from __future__ import annotations

from gate.formats.interface import Flaw, Inspection, Source


def read(source: Source) -> Inspection:
    """Check that the trees lie in the file. Facts: `core`, their bytes."""
    length = int.from_bytes(source.read(4, 4), "little")
    flaws: tuple[Flaw, ...] = ()
    if length < 8 or not source.read(8 + length - 1, 1):
        message = f"the model takes {length:,} bytes, and fewer follow"
        flaws = (Flaw("weights/malformed", message, 4),)
    return Inspection("catboost", "weights", flaws, {"core": length})
