"""The whole way of one file: a private copy, the static scan of it, the limited process, the look at what it wrote."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.checks.examine import DescriptorSource
from gate.convert import sandbox
from gate.core.errors import UnableError, UsageError
from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.files.beneath import FILE_FLAGS
from gate.files.digest import CHUNK, Digest, digest
from gate.formats.interface import Inspection
from gate.formats.registry import inspect

ACCEPTED = "weights/pickle-format"
"""The only flaw that a file may have: it says that the names in the pickle are all harmless."""

Progress = Callable[[int], object]


class Copy(NamedTuple):
    """Bytes that nobody else can reach: an open descriptor without a name, their digest, and what they are."""

    descriptor: int
    digest: Digest
    inspection: Inspection

    @property
    def blocked(self) -> bool:
        """Whether it has a flaw beyond being a pickle."""
        return any(flaw.rule != ACCEPTED for flaw in self.inspection.flaws)


class Notes(NamedTuple):
    """What happened to some names: how many they are, and the first of them."""

    number: int
    names: tuple[str, ...]


class Converted(NamedTuple):
    """A safetensors file that was verified, still at a place of its own.

    `aliases` are stored once under another name, `copies` had memory in common with another tensor, `values` are
    kept in the metadata, `dropped` are not kept.
    """

    path: str
    digest: Digest
    tensors: int
    aliases: Notes
    copies: Notes
    values: Notes
    dropped: Notes


@contextlib.contextmanager
def workplace(directory: str) -> Iterator[str]:
    """A directory in `directory` that only this user can enter; it goes away with everything in it."""
    try:
        folder = tempfile.mkdtemp(prefix=".gate-convert-", dir=directory)
    except OSError as error:
        message = f"cannot write to {printable(directory)}: {error.strerror}"
        raise UsageError(message, "choose a directory that can be written, with --out") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def private_copy(path: str, folder: str, progress: Progress) -> Iterator[Copy]:
    """A copy of the file at `path`, scanned: what is scanned is then what is loaded, whatever happens at `path`.

    Raises `UsageError` where there is no file, and `UnableError` where it cannot be read or changes meanwhile.
    """
    kept = os.path.join(folder, "source")
    try:
        found = _copied(path, kept, progress)
        descriptor = os.open(kept, os.O_RDONLY | os.O_CLOEXEC)
        os.unlink(kept)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{printable(path)} does not exist", "check the spelling") from None
    except OSError as error:
        raise UnableError(f"{printable(path)} cannot be copied: {error.strerror}", "nothing was written") from None
    try:
        yield Copy(descriptor, found, inspect(DescriptorSource(descriptor, found.size)))
    finally:
        os.close(descriptor)


def _copied(path: str, target: str, progress: Progress) -> Digest:
    state, size = hashlib.sha256(), 0
    source = os.open(os.path.realpath(path), FILE_FLAGS)
    try:
        before = os.fstat(source)
        if not stat.S_ISREG(before.st_mode):
            raise UsageError(f"{printable(path)} is not a file", "name the checkpoint itself")
        with open(target, "xb") as file:
            while piece := os.pread(source, CHUNK, size):
                file.write(piece)
                state.update(piece)
                size += len(piece)
                progress(len(piece))
        after = os.fstat(source)
    finally:
        os.close(source)
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or size != after.st_size:
        raise UnableError(
            f"{printable(path)} was written to while it was read", "stop what writes to it, then try again"
        )
    return Digest(state.hexdigest(), size)


def convert(copy: Copy, form: str, packed: str, folder: str, progress: Progress) -> Converted:
    """Writes `copy`, which is not blocked, as safetensors into `folder`.

    Raises `UsageError` for what safetensors cannot hold, and `UnableError` when a library is missing, when the
    process fails, and when what it wrote is not what it says.
    """
    path = os.path.join(folder, "converted")
    output = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        answer = sandbox.run(sandbox.task(copy.descriptor, output, form, packed), progress)
        _require(answer)
        if digest(copy.descriptor) != copy.digest:
            raise UnableError("the copy that was converted has changed meanwhile", "nothing was written")
        return _verified(answer, path, output)
    finally:
        os.close(output)


def _require(answer: dict[str, Json]) -> None:
    """Raises unless the process says that it converted the file."""
    outcome, message = answer.get("outcome"), shorten(str(answer.get("message")), 1000)
    if outcome == "refused":
        fix = "save a dict of tensors and plain values, such as model.state_dict(), and convert that"
        raise UsageError(f"it cannot become safetensors: {message}", fix)
    if outcome == "missing":
        raise UnableError("a library is missing that reads this format", f"pip install {message}")
    if outcome != "converted":
        raise UnableError(f"the conversion failed: {message}", "nothing was written")


def _verified(answer: dict[str, Json], path: str, output: int) -> Converted:
    """What the process says it wrote, once it is what is there; nothing else of the answer is believed."""
    written = digest(output)
    inspection = inspect(DescriptorSource(output, written.size))
    tensors = inspection.facts.get("tensors")
    if inspection.format != "safetensors" or inspection.flaws or not isinstance(tensors, int):
        raise UnableError("the process that converts did not write valid safetensors", "nothing was kept of it")
    if (answer.get("sha256"), answer.get("tensors")) != (written.sha256, tensors):
        raise UnableError("what the process that converts wrote is not what it verified", "nothing was kept of it")
    notes = [_notes(answer.get(key)) for key in ("aliases", "copies", "values", "dropped")]
    return Converted(path, written, tensors, *notes)


def _notes(found: Json) -> Notes:
    if not isinstance(found, dict):
        return Notes(0, ())
    count, names = found.get("count"), found.get("names")
    shown = tuple(shorten(name) for name in names if isinstance(name, str)) if isinstance(names, list) else ()
    return Notes(count if isinstance(count, int) else len(shown), shown)
