"""What a change did to the DBOM: entries, digests, signatures, suites and scans that may not just go."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gate.change.versions import is_lower, is_same
from gate.core.model import Finding, Json, Location
from gate.core.text import printable
from gate.dbom.model import Artifact, Dbom

_DROPPABLE = (
    ("sha256", "dbom/digest-dropped", "digest: its bytes would no longer be verified"),
    ("signature", "dbom/signature-dropped", "signature: fewer would vouch for it, or nobody"),
    ("suite", "dbom/suite-dropped", "suite: its rows would no longer be tested"),
    ("scan", "dbom/scan-dropped", "poisoning scan: it would no longer be looked for"),
)


def compare(before: Dbom, now: Dbom, root: str) -> Iterator[Finding]:
    """Every way in which `now` promises less than `before`; `root` is where the files of `now` are."""
    for old, new in pairs(before, now):
        if new is None:
            yield _dropped(old, now)
            continue
        yield from _kept(old, new)
        yield from _version(old, new)
        if new.path != old.path and os.path.lexists(os.path.join(root, old.path)) and not _covers(now, old.path):
            message = f"{new.name} names another path, and {printable(old.path)} is still there, no longer declared"
            fix = f"remove {printable(old.path)}, or give it an entry of its own"
            yield _about(new, "dbom/artifact-dropped", message, fix, new.alert)


def changes(before: Dbom, now: Dbom) -> Iterator[str]:
    """Sentences on what else changed: no findings, and still for a reviewer to see."""
    for old, new in pairs(before, now):
        for key in ("path", "suite", "scan", "data", "listing", "signature", "previous", "sensitivity"):
            was, is_now = getattr(old, key, None), getattr(new, key, None)
            if new and was and was != is_now:
                yield f"this change gives {new.name} {'another' if is_now else 'no'} `{key}:`"
        if new:
            yield from _selected(old, new)


def _selected(old: Artifact, new: Artifact) -> Iterator[str]:
    """What may have other entries of a policy select it: also what was not there before."""
    if old.tags != new.tags:
        told = [", ".join(tags) or "none" for tags in (old.tags, new.tags)]
        yield f"this change gives {new.name} other `tags:`, {told[1]} instead of {told[0]}"
    if old.source.host != new.source.host:
        told = [printable(host) or "none" for host in (old.source.host, new.source.host)]
        yield f"this change gives {new.name} a source at another host, {told[1]} instead of {told[0]}"


def pairs(before: Dbom, now: Dbom) -> list[tuple[Artifact, Artifact | None]]:
    """Each old artifact with what it is now: of the same name, or new with the same path, or with the same bytes.

    An artifact succeeds one other at most: two that become one are a loss.
    """
    free = [a for a in now.artifacts if before.find(a.name) is None]
    found: dict[str, Artifact] = {}
    for old in before.artifacts:
        if same := now.find(old.name):
            found[old.name] = same
    for alike in (_same_path, _same_bytes):
        for old in before.artifacts:
            heir = None if old.name in found else next((a for a in free if alike(a, old)), None)
            if heir is not None:
                free.remove(heir)
                found[old.name] = heir
    heirs = ((old, found.get(old.name)) for old in before.artifacts)
    return [(old, new if new is not None and new.kind == old.kind else None) for old, new in heirs]


def _same_path(new: Artifact, old: Artifact) -> bool:
    return new.path == old.path


def _same_bytes(new: Artifact, old: Artifact) -> bool:
    return old.sha256 is not None and new.sha256 == old.sha256


def _covers(dbom: Dbom, path: str) -> bool:
    return any(a.path == path or path.startswith(a.path + "/") for a in dbom.artifacts)


def _dropped(old: Artifact, now: Dbom) -> Finding:
    other = now.find(old.name)
    what = f"is declared as a {other.kind} now" if other else "is no longer declared"
    message = f"the {old.kind} {old.name} ({printable(old.path)}) {what}"
    location = other.alert if other else now.location
    fix = "restore its entry; what the project no longer uses is for the owners of the base branch to remove"
    return Finding("dbom/artifact-dropped", old.subject, message, fix, location)


def _kept(old: Artifact, new: Artifact) -> Iterator[Finding]:
    for key, rule, consequence in _DROPPABLE:
        if _lost(getattr(old, key), getattr(new, key)):
            message = f"{new.name} lost its {consequence}"
            yield _about(new, rule, message, f"restore `{key}:` of {new.name}", new.alert)


def _lost(was: object, now: object) -> bool:
    """Whether something is gone; of several signatures each one counts."""
    if isinstance(was, tuple) and isinstance(now, tuple):
        return len(now) < len(was)
    return was is not None and now is None


def _version(old: Artifact, new: Artifact) -> Iterator[Finding]:
    was, now = printable(old.version or "none"), printable(new.version or "none")
    at = new.at.get("version", new.alert)
    evidence: dict[str, Json] = {"before": old.version, "now": new.version}
    if old.version is not None and (new.version is None or is_lower(new.version, old.version)):
        message = f"the version of {new.name} went down, from {was} to {now}"
        fix = f"declare a version above {was}; an older one may have flaws that were mended since"
        yield _about(new, "dbom/version-lowered", message, fix, at)._replace(evidence=evidence)
    elif old.sha256 and new.sha256 and old.sha256 != new.sha256 and is_same(old.version, new.version):
        message = f"the bytes of {new.name} changed and its version did not: still {now}"
        fix = f"run `gate update {new.name} --version NEW`"
        yield _about(new, "dbom/version-not-raised", message, fix, at)._replace(evidence=evidence)


def _about(artifact: Artifact, rule: str, message: str, fix: str, location: Location) -> Finding:
    return Finding(rule, artifact.subject, message, fix, location)
