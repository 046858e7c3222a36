"""Whether a change has each new version of a dataset compared with the version of its base."""

from __future__ import annotations

from collections.abc import Iterator

from gate.change.compare import pairs
from gate.core.model import Finding, Stage
from gate.dbom.model import Artifact, Dbom
from gate.policy.model import Policies


def uncompared(before: Dbom, now: Dbom, policies: Policies, stage: Stage) -> Iterator[Finding]:
    """Datasets whose drift a policy limits, and that are compared with nothing, or with something else."""
    for old, new in pairs(before, now):
        if new is None or new.kind != "dataset" or policies.suite_demand(new.subject, stage).max_drift is None:
            continue
        named = now.find(new.previous) if new.previous else None
        if old.sha256 is not None and new.sha256 != old.sha256:
            yield from _new_version(old, new, named)
        elif old.previous is not None:
            yield from _same_version(before.find(old.previous), new, named)


def _new_version(old: Artifact, new: Artifact, named: Artifact | None) -> Iterator[Finding]:
    fix = f"keep the version of the base (SHA-256 {old.sha256}) as a dataset of its own, and name it under `previous:`"
    if named is None:
        yield _about(
            new, f"the bytes of {new.name} changed and it has no `previous:`: it is compared with nothing", fix
        )
    elif named.sha256 != old.sha256:
        message = (
            f"the bytes of {new.name} changed and it is compared with {named.name}, which is not what the base has"
        )
        yield _about(new, message, fix)


def _same_version(was: Artifact | None, new: Artifact, named: Artifact | None) -> Iterator[Finding]:
    if was is not None and named is None:
        yield _about(new, f"{new.name} lost its `previous:`: it is compared with nothing", "restore it")
    elif was is not None and named is not None and was.sha256 != named.sha256:
        message = f"{new.name} is compared with {named.name}, which has other bytes than the `previous:` of the base"
        yield _about(new, message, "restore `previous:` and what it names")


def _about(artifact: Artifact, message: str, fix: str) -> Finding:
    return Finding("suites/drift", artifact.subject, message, fix, artifact.at.get("previous", artifact.alert))
