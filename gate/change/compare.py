"""What a change did to the DBOM: entries, digests, signatures, suites and scans that may not just go."""

from __future__ import annotations

from collections.abc import Iterator

from gate.change.versions import is_lower
from gate.core.model import Finding, Json, Location
from gate.core.text import printable
from gate.dbom.model import Artifact, Dbom

_DROPPABLE = (
    ("sha256", "dbom/digest-dropped", "digest: its bytes would no longer be verified"),
    ("signature", "dbom/signature-dropped", "signature: nobody would vouch for it any more"),
    ("suite", "dbom/suite-dropped", "suite: its rows would no longer be tested"),
    ("scan", "dbom/scan-dropped", "poisoning scan: it would no longer be looked for"),
)


def compare(before: Dbom, now: Dbom) -> Iterator[Finding]:
    """Every way in which `now` promises less than `before`."""
    for old in before.artifacts:
        new = _successor(old, before, now)
        if new is None:
            yield _dropped(old, now)
            continue
        yield from _kept(old, new)
        yield from _version(old, new)


def changes(before: Dbom, now: Dbom) -> Iterator[str]:
    """Sentences on changed suites, scan settings and listings: no findings, and still for a reviewer to see."""
    for old in before.artifacts:
        new = _successor(old, before, now)
        for key in ("suite", "scan", "listing", "signature"):
            was, is_now = getattr(old, key), getattr(new, key) if new else None
            if new and was and is_now and was != is_now:
                yield f"this change gives {new.name} another `{key}:`"


def _successor(old: Artifact, before: Dbom, now: Dbom) -> Artifact | None:
    """The same artifact after the change: by name, or under a new name with the same path or the same bytes."""
    same = now.find(old.name)
    if same is None:
        renamed = [a for a in now.artifacts if before.find(a.name) is None]
        same = next((a for a in renamed if a.path == old.path), None) or next(
            (a for a in renamed if old.sha256 and a.sha256 == old.sha256), None
        )
    return same if same is not None and same.kind == old.kind else None


def _dropped(old: Artifact, now: Dbom) -> Finding:
    other = now.find(old.name)
    what = f"is declared as a {other.kind} now" if other else "is no longer declared"
    message = f"the {old.kind} {old.name} ({printable(old.path)}) {what}"
    location = other.alert if other else now.location
    fix = "restore its entry; what the project no longer uses is for the owners of the base branch to remove"
    return Finding("dbom/artifact-dropped", old.subject, message, fix, location)


def _kept(old: Artifact, new: Artifact) -> Iterator[Finding]:
    for key, rule, consequence in _DROPPABLE:
        if getattr(old, key, None) is not None and getattr(new, key) is None:
            message = f"{new.name} lost its {consequence}"
            yield _about(new, rule, message, f"restore `{key}:` of {new.name}", new.alert)


def _version(old: Artifact, new: Artifact) -> Iterator[Finding]:
    was, now = printable(old.version or "none"), printable(new.version or "none")
    at = new.at.get("version", new.alert)
    evidence: dict[str, Json] = {"before": old.version, "now": new.version}
    if old.version is not None and (new.version is None or is_lower(new.version, old.version)):
        message = f"the version of {new.name} went down, from {was} to {now}"
        fix = f"declare a version above {was}; an older one may have flaws that were mended since"
        yield _about(new, "dbom/version-lowered", message, fix, at)._replace(evidence=evidence)
    elif old.sha256 and new.sha256 and old.sha256 != new.sha256 and old.version == new.version:
        message = f"the bytes of {new.name} changed and its version did not: still {now}"
        fix = f"run `gate update {new.name} --version NEW`"
        yield _about(new, "dbom/version-not-raised", message, fix, at)._replace(evidence=evidence)


def _about(artifact: Artifact, rule: str, message: str, fix: str, location: Location) -> Finding:
    return Finding(rule, artifact.subject, message, fix, location)
