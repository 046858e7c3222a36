"""Opens the files of a dataset for the process that reads its samples."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import tempfile
from threading import Lock

from gate.checks.interface import Material
from gate.core.errors import UnableError
from gate.core.text import printable, size
from gate.data.interface import Piece

SPARE = 256
"""Descriptors that are left for everything else."""
MAX_COPY = 16 << 30
"""Bytes of files that are copied into one, where there are more of them than may be open."""


class _Held:
    """How many files are open for datasets in this process."""

    lock = Lock()
    files = 0


def pieces_of(material: Material, stack: contextlib.ExitStack) -> list[Piece]:
    """Every file of the material, open until `stack` closes, in the order of their paths; raises `UnableError`."""
    _refuse_without_room(sum(file.size for file in material.files if file.object))
    paths = sorted(file.path for file in material.files)
    if _make_room(len(paths), stack):
        return [_opened(material, path, stack) for path in paths]
    return _copied(material, paths, stack)


def _refuse_without_room(needed: int) -> None:
    """Raises `UnableError` where so many bytes of objects, of which readers get copies, would fill the disk."""
    if needed and needed > (there := shutil.disk_usage(tempfile.gettempdir()).free):
        message = f"its objects are copied to be read, which takes {size(needed)}, and the disk has {size(there)}"
        raise UnableError(message, "set TMPDIR to a directory with more room")


def _opened(material: Material, path: str, stack: contextlib.ExitStack) -> Piece:
    try:
        with material.open(path) as descriptor:  # which keeps the directories above it open too
            own = os.dup(descriptor)
        stack.callback(os.close, own)
        return Piece(path, own, os.fstat(own).st_size)
    except OSError as error:
        raise _gone(path, error) from None


def _copied(material: Material, paths: list[str], stack: contextlib.ExitStack) -> list[Piece]:
    """All files one after the other in a file without a name; that they are the declared ones is for the reader."""
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 # the stack closes it
    pieces = []
    for path in paths:
        start = copy.tell()
        try:
            with material.open(path) as descriptor:
                while data := os.pread(descriptor, 1 << 20, copy.tell() - start):
                    copy.write(data)
        except OSError as error:
            raise _gone(path, error) from None
        if copy.tell() > MAX_COPY:
            message = f"its {len(paths):,} files are more than may be open at a time, and more than {size(MAX_COPY)}"
            raise UnableError(message, f"raise the limit of open files: `ulimit -n {len(paths) + SPARE}`")
        pieces.append(Piece(path, copy.fileno(), copy.tell() - start, start))
    copy.flush()
    return pieces


def _gone(path: str, error: OSError) -> UnableError:
    message = f"{printable(path)} cannot be opened again: {error.strerror or type(error).__name__}"
    return UnableError(message, "stop what changes the files, then run the gate again")


def _make_room(files: int, stack: contextlib.ExitStack) -> bool:
    """Lets this process have one more descriptor for each file; False where the machine does not allow it.

    A worker of a cluster may look at several datasets at a time, so what all of them hold counts.
    """
    with _Held.lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = _Held.files + files + SPARE
        if soft != resource.RLIM_INFINITY and soft < needed:
            if hard != resource.RLIM_INFINITY and hard < needed:
                return False
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        _Held.files += files
    stack.callback(_give_back, files)
    return True


def _give_back(files: int) -> None:
    with _Held.lock:
        _Held.files -= files
