"""The reader of HDF5: Keras models, weights of every origin, and data."""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.hdf5.attributes import Attribute
from gate.formats.hdf5.file import File, MalformedError, UnsupportedError
from gate.formats.hdf5.superblock import locate, superblock
from gate.formats.hdf5.walk import Walk
from gate.formats.interface import BytesSource, Flaw, Inspection, Source
from gate.formats.streams import CorruptError, ExhaustedError

CONFIGURATIONS = frozenset(("model_config", "training_config"))
"""Attributes that Keras builds objects from (`legacy_h5_format.py`)."""
KERAS_ATTRIBUTES = CONFIGURATIONS | {"keras_version", "layer_names"}
KERAS_MEMBERS = frozenset(("model_weights", "optimizer_weights", "_layer_checkpoint_dependencies", "layers", "vars"))
"""Members of the root that Keras 2 and Keras 3 (`saving_lib.py`) write."""
PICKLED_ROWS = b"object"
"""The `PSEUDOATOM` of a PyTables array whose rows are pickles (`tables/atom.py`)."""


def read(source: Source) -> Inspection:
    """Walk the container; the role is `weights` if it looks like Keras, otherwise `data`.

    Facts: `superblock` (its version), `objects`, `datasets`, and `keras` (the version that wrote it) if it says so.
    """
    base = locate(source)
    if base is None:
        return Inspection("unknown", "other")
    file = File(source, base)
    try:
        block = superblock(file)
    except MalformedError as error:
        return Inspection("hdf5", "weights", (Flaw("weights/malformed", str(error), error.offset),))
    except (UnsupportedError, ExhaustedError) as error:
        return Inspection("hdf5", "weights", (Flaw("weights/unscannable", str(error), base),))
    except CorruptError as error:
        return Inspection("hdf5", "weights", (Flaw("weights/malformed", str(error), base),))
    return _judge(Walk(file, block))


def _judge(walk: Walk) -> Inspection:
    keras = False
    facts: dict[str, Json] = {}
    for path, attribute in walk.attributes():
        keras = keras or attribute.name in KERAS_ATTRIBUTES
        label = f'attribute "{shorten(attribute.name)}" of {shorten(path)}'
        try:
            _attribute(walk, label, attribute, facts)
        except (MalformedError, UnsupportedError) as error:
            walk.failed(label, error)
    keras = keras or not KERAS_MEMBERS.isdisjoint(walk.root_names)
    return Inspection("hdf5", "weights" if keras else "data", walk.flaws(), {**walk.facts(), **facts})


def _attribute(walk: Walk, label: str, attribute: Attribute, facts: dict[str, Json]) -> None:
    """Judge the attributes that programs make more of than text."""
    place = attribute.values.place
    if attribute.name in CONFIGURATIONS:
        if not attribute.form:
            raise UnsupportedError("this configures a model and is no text, so it is not read", place)
        for text in attribute.texts():
            _configuration(walk, label, text, place)
    elif attribute.name == "keras_version":
        for text in attribute.texts():
            facts["keras"] = shorten(text.rstrip(b"\0").decode("utf-8", "replace"), 40)
    elif attribute.form == "fixed":
        for text in attribute.texts():
            _fixed(walk, label, attribute.name, text, place)


def _configuration(walk: Walk, label: str, text: bytes, place: int) -> None:
    from gate.formats.config.keras import check_known
    from gate.formats.config.reader import parse

    try:
        document = parse(text.rstrip(b"\0"))
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"this configures a model and is no readable JSON: {error}", place) from None
    for flaw in check_known(document):
        walk.flaw(flaw.rule, f"{label}: {flaw.message}", place)


def _fixed(walk: Walk, label: str, name: str, text: bytes, place: int) -> None:
    """PyTables, and with it pandas, unpickles texts of fixed length that end with a dot (`attributeset.py`)."""
    if name == "PSEUDOATOM" and text.rstrip(b"\0") == PICKLED_ROWS:
        raise UnsupportedError("the rows of this PyTables array are pickles, which are not looked into", place)
    text = text.rstrip(b"\0")
    if not text.endswith(b".") or len(text) < 3:
        return
    from gate.formats.registry import inspect

    found = inspect(BytesSource(text))
    for flaw in found.flaws if found.format == "pickle" else ():
        if flaw.rule not in ("weights/pickle-format", "weights/malformed"):
            walk.flaw(flaw.rule, f"{label}, a pickle for PyTables: {flaw.message}", place)
