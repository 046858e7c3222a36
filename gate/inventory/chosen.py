"""Which of the declared artifacts a run is about."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gate.core.errors import UsageError
from gate.core.model import Stage
from gate.core.text import printable
from gate.dbom.model import Artifact, Dbom
from gate.files.paths import parents, within
from gate.policy.model import Policies


def chosen(dbom: Dbom, paths: Iterable[str]) -> list[Artifact]:
    """The artifacts of which something is at, above or beneath one of `paths`; all where there are none."""
    named = frozenset(paths)
    above = frozenset(parent for path in named for parent in parents(path))
    return [artifact for artifact in dbom.artifacts if _selected(artifact, named, above)]


def _selected(artifact: Artifact, named: frozenset[str], above: frozenset[str]) -> bool:
    """Whether the artifact, its listing, or something above or beneath it was named."""
    listed = artifact.listing is not None and within(artifact.listing, named)
    return listed or within(artifact.path, named) or artifact.path in above


def compared(dbom: Dbom, policies: Policies, stage: Stage, taken: list[Artifact]) -> list[Artifact]:
    """What was not taken and is the previous version of what was, where a policy limits the drift."""
    names = {
        artifact.previous
        for artifact in taken
        if artifact.previous and policies.suite_demand(artifact.subject, stage).max_drift is not None
    }
    return [one._replace(signature=None) for one in dbom.artifacts if one.name in names and one not in taken]


def refuse_unknown(dbom: Dbom, root: str, paths: Iterable[str]) -> None:
    """Raises `UsageError` for a path that is neither there nor declared."""
    for path in paths:
        if not os.path.lexists(os.path.join(root, path)) and not chosen(dbom, (path,)):
            raise UsageError(f"{printable(path)} is neither a file nor declared in the DBOM", "check the spelling")
