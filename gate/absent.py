"""Brings what is declared and not here, before anything is judged: `gate check --pull`.

Each way of keeping content apart from git has a puller. It brings what it keeps to the path of the artifact, and the
check that follows judges the bytes like any others.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple, Protocol

from gate.core.model import Finding
from gate.core.text import count, printable
from gate.dbom.model import Artifact
from gate.files import git
from gate.policy.model import Policies

NAMED = 10
"""Artifacts that a note names."""
PULLERS: dict[str, str] = {
    "dvc": "gate.dvc.pull:pull",
    "mirror": "gate.vendor.pull:pull",
}
"""Each is asked for what those before it did not bring."""


class Where(NamedTuple):
    """The repository: what git names of it (None where git does not say), and the policies that judge."""

    root: str
    tracked: list[str] | None
    policies: Policies


class Brought(NamedTuple):
    """What became of it: findings about what could not be had, and sentences about what was."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class Puller(Protocol):
    """One way to bring content."""

    def __call__(self, absent: Sequence[Artifact], where: Where, /) -> Brought:
        """Brings those of `absent` that it keeps to their paths, whole or not at all; the others are not its business.

        Raises `UsageError` where the policies do not say from where it may fetch. Nothing is brought from a place that
        they do not name.
        """


def bring(root: str, taken: Sequence[Artifact], policies: Policies) -> Brought:
    """Has the pullers bring what of `taken` is not here; what is here, and names a mirror, must be in it."""
    from gate.vendor.claims import unkept

    absent = _absent(root, taken)
    missing = {artifact.name for artifact in absent}
    findings = unkept([artifact for artifact in taken if artifact.name not in missing], policies)
    if not absent:
        return Brought(tuple(findings))
    with git.listing(root) as listing:
        where = Where(root, listing.paths() if listing else None, policies)
    wanted, notes = len(absent), list[str]()
    for name in PULLERS.values():
        if absent:
            brought = _load(name)(absent, where)
            findings += brought.findings
            notes += brought.notes
            absent = _absent(root, absent)
    if found := wanted - len(absent):
        notes.append(f"fetched, for it was declared and not here: {count(found, 'artifact')}")
    if absent:
        names = ", ".join(printable(artifact.name) for artifact in absent[:NAMED])
        more = f" and {len(absent) - NAMED:,} more" if len(absent) > NAMED else ""
        notes.append(f"not here, and not fetched: {names}{more}")
    return Brought(tuple(findings), tuple(notes))


def _absent(root: str, artifacts: Sequence[Artifact]) -> list[Artifact]:
    return [one for one in artifacts if "://" not in one.path and not os.path.lexists(os.path.join(root, one.path))]


def _load(name: str) -> Puller:
    module, _, function = name.partition(":")
    puller: Puller = getattr(import_module(module), function)
    return puller
