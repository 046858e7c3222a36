"""Writing several new files, all of them or none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.files.atomic import write_atomic


def write_new(root: str, files: Mapping[str, bytes]) -> None:
    """Writes each of `files`, by its path beneath `root`, in order; none may exist.

    Whatever goes wrong, also an interrupt, the files and directories made until then are removed again.
    """
    undo: list[tuple[str, bool]] = []
    try:
        for path, data in files.items():
            _make_parents(root, path, undo)
            full = os.path.join(root, path)
            if os.path.lexists(full):
                raise UsageError(f"{printable(path)} exists already", "nothing was changed; run the command again")
            write_atomic(full, data)
            undo.append((full, False))
    except BaseException:
        for made, is_directory in reversed(undo):
            with contextlib.suppress(OSError):  # a directory that somebody else uses by now stays
                os.rmdir(made) if is_directory else os.unlink(made)
        raise


def _make_parents(root: str, path: str, undo: list[tuple[str, bool]]) -> None:
    """Makes the directories above `path` one by one; a link among them is refused, as it could lead anywhere."""
    current = root
    for part in path.split("/")[:-1]:
        current = os.path.join(current, part)
        shown = printable(os.path.relpath(current, root))
        if os.path.islink(current):
            raise UsageError(f"{shown} is a symbolic link", "nothing was changed; put the directory itself there")
        try:
            os.mkdir(current)
            undo.append((current, True))
        except FileExistsError:
            if not os.path.isdir(current):
                raise UsageError(f"{shown} is no directory", f"nothing was changed; {path} goes there") from None
        except OSError as error:
            raise UsageError(f"cannot make {shown}: {error.strerror}", "nothing was changed") from None
