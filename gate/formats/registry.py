"""Every known format and who reads it: `inspect` is how anyone asks what a file is."""

from __future__ import annotations

from typing import cast

from gate.core.model import Json
from gate.formats.interface import Flaw, Inspection, Reader, Role, Source
from gate.formats.pickle.glance import worth_walking
from gate.formats.protobuf.glance import may_be_message
from gate.formats.recognise import PROGRAMS, YIELDING
from gate.formats.sniff import END_OF_DIRECTORY, HDF5, HEAD, TAIL, sniff
from gate.formats.streams import CorruptError, ExhaustedError, Unpacked

FORMATS: dict[str, str] = {
    "safetensors": "gate.formats.safetensors:read",
    "pickle": "gate.formats.pickle.reader:read",
    "zip": "gate.formats.archives.zip:read",
    "tar": "gate.formats.archives.tar:read",
    "npy": "gate.formats.numpy:read",
    "json": "gate.formats.config.reader:read",
    "sentence-transformers": "gate.formats.config.sentence_transformers:read",
    "jinja": "gate.formats.jinja.reader:read",
    "gzip": "gate.formats.compressed:read",
    "bz2": "gate.formats.compressed:read",
    "xz": "gate.formats.compressed:read",
    "lzma": "gate.formats.compressed:read",
    "zlib": "gate.formats.compressed:read",
    "lz4": "gate.formats.compressed:read",
    "zfile": "gate.formats.compressed:read",
    "zstd": "gate.formats.compressed:read",
    "hdf5": "gate.formats.hdf5.reader:read",
    "gguf": "gate.formats.gguf:read",
    "ggml": "weights",
    "protobuf": "gate.formats.protobuf.recognise:read",
    "tflite": "gate.formats.flatbuffers.tflite:read",
    "executorch": "gate.formats.flatbuffers.executorch:read",
    "xml": "gate.formats.xml.reader:read",
    "r": "gate.formats.r.reader:read",
    "xgboost": "gate.formats.boosters.xgboost:read",
    "lightgbm": "gate.formats.boosters.lightgbm:read",
    "catboost": "gate.formats.boosters.catboost:read",
    "msgpack": "gate.formats.msgpack:read",
    "ocdbt": "gate.formats.ocdbt:read",
    "mxnet": "gate.formats.mxnet:read",
    "java": "gate.formats.java:read",
    "tensorrt": "weights",
    "7z": "gate.formats.archives.sevenzip:read",
    "rar": "weights",
    "parquet": "data",
    "arrow": "data",
    "matlab": "data",
    **dict.fromkeys(PROGRAMS, "other"),
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
    if (name is None or name in YIELDING) and _has_late_superblock(source, size):
        name = "hdf5"
    if name is None:
        return PLAIN
    found = PLAIN if name == "zip" and not head.startswith(b"PK") else _read(name, source)
    if name != "protobuf" and may_be_message(head, size):
        message = _read("protobuf", source)
        found = message if found.format == "unknown" else _with_other(found, message)
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
    from gate.formats.archives.zip import read_appended

    behind = read_appended(source, exact=name == "tar")
    if behind is None:
        return found
    if name in PROGRAMS:
        return _program(found, behind)
    usual = found.role == "other" or name == "tflite"  # whose metadata may come with files, such as labels
    harmless = usual and not behind.flaws and behind.role == "other" and not found.flaws
    if harmless:
        return behind if name == "zip" else found
    return _with_other(found, behind)


def _program(found: Inspection, behind: Inspection) -> Inspection:
    """A program with a zip behind it, such as a self-extracting archive; a llamafile has a model in there."""
    if behind.role != "weights":
        return found._replace(flaws=(*found.flaws, *behind.flaws))
    message = "this model is a program that carries its weights behind it: using it means running it"
    flaw = Flaw("weights/embedded-code", message, 0)
    facts: dict[str, Json] = {**found.facts, "also": behind.format}
    return Inspection(found.format, "weights", (flaw, *found.flaws, *behind.flaws), facts)


def _with_other(found: Inspection, other: Inspection) -> Inspection:
    """Both inspections of a file that is two formats at once."""
    if other.format == "unknown":
        return found
    message = f"the same bytes are {_named(found)} and {_named(other)}: which one is loaded depends on the program"
    flaw = Flaw("weights/polyglot", message, 0)
    role: Role = "weights" if "weights" in (found.role, other.role) else found.role
    facts = {**found.facts, "also": other.format}
    return Inspection(found.format, role, (flaw, *found.flaws, *other.flaws), facts, found.imported | other.imported)


def _named(found: Inspection) -> str:
    return "an unknown format" if found.format == "unknown" else found.format
