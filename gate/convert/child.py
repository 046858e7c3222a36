"""What runs in the limited process: reads one descriptor, writes another, and answers on a third.

It is started by `sandbox`, with next to nothing in its environment. Libraries are imported first; then, before a
byte of the input is interpreted as a pickle, it gives up opening anything (file, socket, pipe), starting anything,
and more memory than the size of the input justifies.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import resource
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from gate.convert import arrays
from gate.convert.flatten import LeafOf, flatten
from gate.convert.leaf import MissingError, RefusedError
from gate.convert.write import share, size, write
from gate.core.model import Json
from gate.core.text import shorten
from gate.limited import end_with_parent, limit, limit_memory, reply

NAMED = 20
"""Names of each kind that the answer lists."""
VALUES = "gate.values"
"""The key of the metadata under which plain values are kept, as JSON."""
HEADER = 128 * 1024 * 1024
"""Bytes that the output may have beyond its tensors."""
_TORCH = (b"torch._utils", b"torch.storage")
_ENCODINGS = ("latin-1", "ascii", "cp437", "raw-unicode-escape")
"""What pickles and zips are decoded with, beside UTF-8: Python reads codecs from files when they are first used."""
_CHUNK = 1024 * 1024


class Task(NamedTuple):
    """Three descriptors, the format of the input, and the limits.

    `packed` is what the input is compressed with, or empty. `seconds` are of the processor; `room` is how many
    bytes the tensors may take, and `memory` how many more the process may after its libraries are in.
    """

    source: int
    output: int
    answer: int
    form: str
    packed: str
    seconds: int
    memory: int
    room: int


def main(argument: str) -> None:
    """Carries out `argument`, a `Task` as JSON; the answer is one JSON object."""
    end_with_parent()
    task = Task(**json.loads(argument))
    reply(task.answer, answer(task))


def answer(task: Task) -> dict[str, Json]:
    """What came of it: `outcome` is `converted`, or with a `message` `refused`, `missing` or `failed`."""
    try:
        return _convert(task)
    except RefusedError as error:
        return {"outcome": "refused", "message": str(error)}
    except MissingError as error:
        return {"outcome": "missing", "message": str(error)}
    except MemoryError:
        return {"outcome": "failed", "message": "it needs more memory than its size justifies"}
    except Exception as error:  # whatever it is, the answer says so: nothing else leaves this process
        return {"outcome": "failed", "message": f"{type(error).__name__}: {shorten(str(error), 300)}"}


def _convert(task: Task) -> dict[str, Json]:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, task.seconds)
    limit(resource.RLIMIT_FSIZE, task.room + HEADER)
    with _content(task) as content:
        load, leaf_of, framework = _loader(task.form, content)
        _lock(task.memory)
        flat = flatten(load(content), leaf_of)
    if not flat.tensors:
        raise RefusedError("it holds no tensor")
    shared = share(flat.tensors, frozenset(("format", VALUES)))
    if (total := sum(map(size, shared.stored.values()))) > task.room:
        raise RefusedError(f"its tensors would take {total:,} bytes, too many for a file of its size")
    metadata = {"format": framework, **shared.aliases}
    if flat.values:
        metadata[VALUES] = json.dumps(flat.values)
    return {
        "outcome": "converted",
        "sha256": write(task.output, shared.stored, metadata),
        "tensors": len(shared.stored),
        "aliases": _named([f"{name} = {kept}" for name, kept in shared.aliases.items()]),
        "copies": _named(shared.overlapping),
        "values": _named(list(flat.values)),
        "dropped": _named([f"{name}: {why}" for name, why in flat.dropped.items()]),
    }


def _named(names: list[str]) -> dict[str, Json]:
    return {"count": len(names), "names": [shorten(name) for name in names[:NAMED]]}


def _content(task: Task) -> BinaryIO:
    """The input; what is compressed is unpacked into memory, on the budget that readers have for it."""
    if not task.packed:
        return open(task.source, "rb", closefd=False)
    from gate.checks.examine import DescriptorSource
    from gate.formats.codecs import MissingError as DecoderMissingError
    from gate.formats.codecs import decoder
    from gate.formats.streams import Unpacked, budget_of

    source = DescriptorSource(task.source, os.fstat(task.source).st_size)
    try:
        unpacked = Unpacked(decoder(task.packed, source), budget_of(source))
    except DecoderMissingError as error:
        raise MissingError(str(error)) from None
    content = io.BytesIO()
    while piece := unpacked.read(content.tell(), _CHUNK):
        content.write(piece)
    content.seek(0)
    return content


def _loader(form: str, content: BinaryIO) -> tuple[Callable[[BinaryIO], object], LeafOf, str]:
    """What reads this format, with its libraries imported, and what the metadata is to call the framework."""
    is_torch = form.startswith("torch-")
    if is_torch or (form in ("pickle", "joblib") and _names_torch(content)):
        try:
            from gate.convert import checkpoints
        except ImportError:
            raise MissingError("torch safetensors") from None
        checkpoints.prepare()
        load = checkpoints.load if is_torch else checkpoints.load_pickle
        return load, checkpoints.leaf_of, "pt"
    try:
        import numpy as np  # noqa: F401 # here for the last time that anything can be imported
    except ImportError:
        raise MissingError("numpy safetensors") from None
    return (arrays.load_plain if form in ("npy", "npz") else arrays.load), arrays.leaf_of, "np"


def _names_torch(content: BinaryIO) -> bool:
    """Whether the names of torch's tensors occur anywhere: only then is torch worth importing."""
    held = b""
    found = False
    while not found and (piece := content.read(_CHUNK)):
        found = any(name in held + piece for name in _TORCH)
        held = piece[-16:]
    content.seek(0)
    return found


def _lock(memory: int) -> None:
    """From here on nothing can be opened or started, and `memory` more bytes are all there is.

    An administrator is not bound by the limit on processes. Without /proc (macOS) memory is not limited.
    """
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    limit_memory(memory)
    limit(resource.RLIMIT_NPROC, 0)
    limit(resource.RLIMIT_NOFILE, 0)
