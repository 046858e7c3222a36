"""A directory that is a remote, as DVC may have it: it removes what has another MD5 than its name, and changes modes.

So it gets a directory of its own with what is asked for (`dvc_data.hashfile.db.local` leaves alone what nobody may
write, and so a link is enough for that). The remote stays as it is, with what was tampered with in it.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
from collections.abc import Iterable

from gate.dvc.interface import Out
from gate.dvc.manifest import cache_of, find

_NAME = "lent"
_ROOT = ".dvc/cache"
_SETTLED = 0o444
"""The mode of what DVC takes for unchanged without looking at it."""


def lend(project: str, remote: str, outs: Iterable[Out]) -> str:
    """A directory in `project` with what of `outs` the directory `remote` has; raises OSError."""
    lent = os.path.join(project, _NAME)
    for out in outs:
        assert out.recorded is not None
        near = cache_of(out.recorded)
        far = posixpath.join(remote, near.removeprefix(_ROOT).lstrip("/"))
        objects: Iterable[str] = (out.recorded.md5,)
        if out.recorded.is_directory:
            _lend(far, os.path.join(lent, near), f"{out.recorded.md5}.dir", copied=True)
            objects = (find(lent, out._replace(project="")) or {}).values()
        for name in objects:
            _lend(far, os.path.join(lent, near), name)
    return os.path.join(lent, _ROOT)


def _lend(far: str, near: str, name: str, *, copied: bool = False) -> None:
    source, place = (os.path.join(directory, name[:2], name[2:]) for directory in (far, near))
    try:
        mode = os.stat(source).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISREG(mode) or os.path.lexists(place):
        return
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.access(source, os.R_OK) and (copied or stat.S_IMODE(mode) != _SETTLED):
        shutil.copyfile(source, place)
    else:
        os.symlink(source, place)
