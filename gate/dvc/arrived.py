"""Puts together what DVC fetched into a cache, from the cache alone.

DVC itself would write whatever a manifest names, also `../../.git/hooks/post-checkout`: the MD5 of a manifest is chosen
by whoever writes the `.dvc` file, and remotes take objects from everybody who may push.
"""

from __future__ import annotations

import os
import posixpath
import shutil

from gate.core.text import shorten
from gate.dvc.interface import Out, Recorded
from gate.dvc.manifest import cache_of, find
from gate.hub.origin import is_inner


def lacking(project: str, out: Out) -> str:
    """The MD5 of the first object of `out` that is not in the cache of `project`; empty where all are."""
    assert out.recorded is not None
    files = {"": out.recorded.md5}
    if out.recorded.is_directory:
        files = find(project, out._replace(project="")) or {"": f"{out.recorded.md5}.dir"}
    absent = (md5 for md5 in files.values() if not os.path.lexists(_stored(project, out.recorded, md5)))
    return next(absent, "")


def assemble(project: str, out: Out, target: str) -> str:
    """Makes `target`, which is not there, from the cache of `project`; why it could not be, or an empty text."""
    assert out.recorded is not None
    files = {"": out.recorded.md5}
    if out.recorded.is_directory:
        manifest = find(project, out._replace(project=""))
        if manifest is None:
            return "DVC brought no manifest of the directory that has the recorded MD5"
        if odd := [path for path in manifest if not is_inner(path)]:
            return f'its manifest names the path "{shorten(odd[0], 80)}", which cannot lie in a directory'
        files = manifest
        os.mkdir(target)
    try:
        for path, md5 in files.items():
            place = os.path.join(target, path) if path else target
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copyfile(_stored(project, out.recorded, md5), place)
    except FileNotFoundError:
        return "DVC did not bring all of it with the recorded MD5"
    except OSError as error:
        return f"it cannot be written ({error.strerror})"
    return ""


def _stored(project: str, recorded: Recorded, md5: str) -> str:
    return posixpath.join(project, cache_of(recorded), md5[:2], md5[2:])
