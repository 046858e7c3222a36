"""What `gate import` takes from DVC: each output that is here and is what DVC recorded, by its SHA-256."""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple

from gate.cli.add import kind_of
from gate.cli.measure import measure
from gate.cli.tracked import compare, project_of
from gate.core.errors import DocumentError, Problem
from gate.core.text import printable
from gate.dbom.model import Artifact, Dbom, Origin
from gate.dbom.write import free_name
from gate.dvc.compare import ALGORITHM
from gate.dvc.interface import Out
from gate.dvc.read import read
from gate.exchange.interface import Incomplete, Taken

_FOR_CHECK = ("dvc/unpinned-import", "dvc/undeclared")
"""Flaws that are for `gate check` to tell: they keep nothing from being declared."""


class Measured(NamedTuple):
    """What is taken, and the text of each listing that it names, by its path."""

    taken: Taken
    listings: dict[str, bytes]


def taken(path: str, root: str, dbom: Dbom) -> Measured:
    """The outputs of the document of DVC at `path` beneath `root`, under names that no entry of `dbom` has.

    Raises `DocumentError` for what is wrong with the document, and `UsageError` for what is not as DVC recorded it.
    """
    found = read(root, path)
    wrong = [flaw for flaw in found.flaws if flaw.rule not in _FOR_CHECK]
    if wrong:
        raise DocumentError([Problem(flaw.location, flaw.message, flaw.fix) for flaw in wrong])
    artifacts: list[Artifact] = []
    incomplete: list[Incomplete] = []
    listings: dict[str, bytes] = {}
    for out in found.outs:
        declared = next((one for one in dbom.artifacts if one.path == out.path), None)
        name = declared.name if declared else free_name(out.path, dbom)
        if not os.path.lexists(os.path.join(root, out.path)):
            commands = (["dvc", "pull", out.document], ["gate", "import", path])
            incomplete.append(Incomplete(name, "no file here", " && ".join(map(shlex.join, commands))))
            continue
        artifact, listing = _artifact(out._replace(project=project_of(path, root)), name, root)
        artifacts.append(artifact)
        dbom = dbom._replace(artifacts=(*dbom.artifacts, artifact))
        if listing is not None and artifact.listing and declared is None:
            listings[artifact.listing] = listing
    return Measured(Taken(tuple(artifacts), None, tuple(incomplete)), listings)


def _artifact(out: Out, name: str, root: str) -> tuple[Artifact, bytes | None]:
    """What lies there now, compared with what DVC recorded in the same pass."""
    new = Artifact("dataset", name, out.path, out.location, dict.fromkeys(("name", "path", "sha256"), out.location))
    found = measure(new, root, (ALGORITHM,))
    print(f"{printable(out.path)}: {compare(out, found, root)}")
    listing = f"dbom/{name}.sha256" if found.listing is not None else None
    source = out.source or Origin()
    whole = new._replace(kind=kind_of(found), sha256=found.sha256, size=found.size, listing=listing, source=source)
    return whole, found.listing
