"""Every known format and who reads it: `inspect` is how anyone asks what a file is."""

from __future__ import annotations

from typing import cast

from gate.formats.interface import Flaw, Inspection, Reader, Role, Source
from gate.formats.pickle.glance import worth_walking
from gate.formats.sniff import END_OF_DIRECTORY, HDF5, HEAD, TAIL, sniff
from gate.formats.streams import CorruptError, ExhaustedError, Unpacked

FORMATS: dict[str, str] = {
    "safetensors": "gate.formats.safetensors:read",
    "pickle": "gate.formats.pickle.reader:read",
    "zip": "gate.formats.zip:read",
    "tar": "gate.formats.tar:read",
    "npy": "gate.formats.numpy:read",
    "gzip": "gate.formats.compressed:read",
    "bz2": "gate.formats.compressed:read",
    "xz": "gate.formats.compressed:read",
    "lzma": "gate.formats.compressed:read",
    "zlib": "gate.formats.compressed:read",
    "lz4": "gate.formats.compressed:read",
    "zstd": "gate.formats.compressed:read",
    "hdf5": "weights",
    "gguf": "weights",
    "ggml": "weights",
    "onnx": "weights",
    "tflite": "weights",
    "saved-model": "weights",
    "mxnet": "weights",
    "7z": "weights",
    "rar": "weights",
    "parquet": "data",
    "arrow": "data",
    "elf": "other",
    "pe": "other",
    "ape": "other",
}
"""Format name to its reader, imported when the first such file is met. Formats without a reader have their role
here instead; what holds weights and cannot be read is a flaw."""

PLAIN = Inspection("unknown", "other")
"""The answer for what is neither weights nor data: one object, for most files are."""


def inspect(source: Source) -> Inspection:
    """What `source` is and what is wrong with it. Raises nothing that comes from its content.

    OSError of the source itself (an unreadable disk, say) does pass: it says nothing about the content.
    """
    return inspect_sized(source, source.size)


def inspect_sized(source: Source, size: int) -> Inspection:
    """`inspect` for a source whose size is costly to establish: `size` is what is claimed or assumed."""
    try:
        return _inspect(source, size)
    except OSError:
        raise
    except Exception as error:  # the one place: a reader that fails must not become a file that passes
        if isinstance(error, CorruptError):
            return Inspection("unknown", "other", (Flaw("weights/malformed", str(error)),))
        why = str(error) if isinstance(error, ExhaustedError) else f"the reader failed with {type(error).__name__}"
        return Inspection("unknown", "other", (Flaw("weights/unscannable", f"not examined to its end: {why}"),))


def _inspect(source: Source, size: int) -> Inspection:
    head = source.read(0, HEAD)
    tail = _tail(source, size)
    name = sniff(head, tail, size)
    if name is None:
        if not _has_late_superblock(source, size):
            return PLAIN
        name = "hdf5"
    found = _read(name, source)
    if name not in ("pickle", "zip") and worth_walking(head, size):
        found = _with_other(found, _read("pickle", source))
    if END_OF_DIRECTORY in (tail or head) and not (name == "zip" and head.startswith(b"PK")):
        found = _with_zip(found, name, source)
    return PLAIN if found == PLAIN else found  # a candidate that was none after all


def _tail(source: Source, size: int) -> bytes:
    """The last bytes, empty where the head holds everything or reading them means decompressing everything."""
    if size <= HEAD or isinstance(source, Unpacked):
        return b""
    return source.read(max(0, size - TAIL), TAIL)


def _has_late_superblock(source: Source, size: int) -> bool:
    """HDF5 behind a user block: the superblock may start at 512 and every doubling (HDF5 format, II.A)."""
    offset = HEAD
    while offset + len(HDF5) <= size and not isinstance(source, Unpacked):
        if source.read(offset, len(HDF5)) == HDF5:
            return True
        offset *= 2
    return False


def _read(name: str, source: Source) -> Inspection:
    target = FORMATS[name]
    module, _, function = target.partition(":")
    if function:
        from importlib import import_module

        return cast(Reader, getattr(import_module(module), function))(source)
    if target == "weights":
        message = f"recognised as {name}, which can hold weights and which this version cannot read"
        return Inspection(name, "weights", (Flaw("weights/unscannable", message),))
    return Inspection(name, cast(Role, target))


def _with_zip(found: Inspection, name: str, source: Source) -> Inspection:
    """Add what a zip at the end of the file holds.

    Zip readers look from the end, so there the same bytes are a second file. A zip of ordinary files behind a
    program or a script is a self-extracting archive and no finding; an archive that merely ends with a
    stored zip is one only if that zip runs to the last byte.
    """
    from gate.formats.zip import read_appended

    behind = read_appended(source, exact=name in ("tar", "zip"))
    if behind is None:
        return found
    harmless = not behind.flaws and behind.role == "other" and found.role == "other" and not found.flaws
    return found if harmless else _with_other(found, behind)


def _with_other(found: Inspection, other: Inspection) -> Inspection:
    """Both inspections of a file that is two formats at once."""
    if other.format == "unknown":
        return found
    message = f"the same bytes are {_named(found)} and {_named(other)}: which one is loaded depends on the program"
    flaw = Flaw("weights/polyglot", message, 0)
    role: Role = "weights" if "weights" in (found.role, other.role) else found.role
    return Inspection(found.format, role, (flaw, *found.flaws, *other.flaws), {**found.facts, "also": other.format})


def _named(found: Inspection) -> str:
    return "an unknown format" if found.format == "unknown" else found.format
