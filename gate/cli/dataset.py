"""The dataset that a command line names: a path, or an entry of the DBOM."""

from __future__ import annotations

import os
from typing import NamedTuple

from gate.cli import place
from gate.core.errors import UsageError
from gate.core.model import Location
from gate.core.text import did_you_mean, printable
from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact
from gate.files.root import DBOM_NAME, absent
from gate.objects.url import is_object


class Named(NamedTuple):
    """The dataset, and the directory that its paths are relative to; `declared` says that the DBOM has it."""

    root: str
    artifact: Artifact
    declared: bool


def named(word: str, root: str | None = None, dbom: str | None = None) -> Named:
    """What `word` means: a path that is there, unless `root` or `dbom` say where to look, or else a name.

    Raises `UsageError` where it is neither.
    """
    if os.path.lexists(word) and root is None and dbom is None:
        above, (path,) = beneath(word)
        stem = os.path.basename(path).partition(".")[0] or "data"
        return Named(above, Artifact("dataset", stem, path, Location(path), {}), False)
    found = place.find(root, dbom)
    file = found.dbom or DBOM_NAME
    if not os.path.lexists(os.path.join(found.root, file)):
        raise absent(word, "check the spelling, or declare it with `gate add`")
    artifacts = [one for one in load_dbom(os.path.join(found.root, file), file).artifacts if one.kind == "dataset"]
    for artifact in artifacts:
        if artifact.name == word:
            return Named(found.root, artifact, True)
    if is_object(word):
        raise absent(word)
    hint = did_you_mean(word, [one.name for one in artifacts]) or f"name a path, or a dataset of {printable(file)}"
    raise UsageError(f"{printable(word)} is no path and no dataset of {printable(file)}", hint)


def beneath(*paths: str) -> tuple[str, list[str]]:
    """A directory that all paths lie beneath, the working directory if it can be, and the paths relative to it.

    What a person names may be a link, so links are resolved here; none is followed from there on.
    """
    real = [os.path.realpath(path) for path in paths]
    here = os.path.realpath(os.getcwd())
    inside = all(path.startswith(here + os.sep) for path in real)
    root = here if inside else os.path.commonpath([os.path.dirname(path) for path in real])
    return root, [os.path.relpath(path, root) for path in real]
