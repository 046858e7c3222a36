"""Opens the files of a dataset for the process that reads its rows."""

from __future__ import annotations

import contextlib
import os
import resource

from gate.checks.interface import Material
from gate.core.errors import UnableError
from gate.core.text import printable
from gate.data.interface import Piece

SPARE = 256
"""Descriptors that are left for everything else."""


def pieces_of(material: Material, stack: contextlib.ExitStack) -> list[Piece]:
    """Every file of the material, open until `stack` closes, in the order of their paths; raises `UnableError`."""
    _make_room(len(material.files), stack)
    pieces = []
    for path in sorted(file.path for file in material.files):
        try:
            descriptor = stack.enter_context(material.open(path))
            size = os.fstat(descriptor).st_size
        except OSError as error:
            message = f"{printable(path)} cannot be opened again: {error.strerror or type(error).__name__}"
            raise UnableError(message, "stop what changes the files, then run the gate again") from None
        pieces.append(Piece(path, descriptor, size))
    return pieces


def _make_room(files: int, stack: contextlib.ExitStack) -> None:
    """Lets this process have one descriptor for each file, as far as the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = files + SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        message = f"its {files:,} files are more than this process may open at a time ({hard:,})"
        raise UnableError(message, f"raise the limit: `ulimit -n {needed}`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
