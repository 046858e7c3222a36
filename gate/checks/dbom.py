"""Family `dbom`: what is there is declared, and what is declared says where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Material
from gate.core.model import Finding, Json, Related
from gate.core.text import printable
from gate.dbom.model import Artifact

_BRANCHES = frozenset(("main", "master", "head", "latest", "trunk", "dev", "develop", "nightly", "stable", "heads"))
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HUB_HOSTS = frozenset(("huggingface.co", "hf.co"))


def check(material: Material, context: Context) -> Checked:
    """Judges the entry itself, or the lack of one."""
    artifact = material.artifact
    if artifact is None:
        return Checked(tuple(_undeclared(material)))
    findings = (*_origin(material, artifact), *_complete(material, artifact))
    facts: dict[str, Json] = {
        "version": artifact.version,
        "origin": artifact.source.url,
        "revision": artifact.source.revision,
        "license": artifact.source.license,
    }
    return Checked(findings, facts)


def _undeclared(material: Material) -> Iterator[Finding]:
    path = printable(material.subject.path)
    related = tuple(Related(file.path) for file in material.files[:10])
    fix = f"declare it: `gate add {path} --source URL`"
    if material.subject.kind == "model":
        message = f"{path} holds weights ({_format(material)}) that no DBOM entry declares"
        yield material.finding("dbom/undeclared-weights", message, fix, related=related)
    elif material.subject.kind == "dataset":
        what = f"{len(material.files):,} media files" if material.is_directory else f"data ({_format(material)})"
        message = f"{path} holds {what} that no DBOM entry declares"
        yield material.finding("dbom/undeclared-data", message, fix, related=related)


def _format(material: Material) -> str:
    inspection = material.files[0].inspection if material.files else None
    return inspection.format if inspection else "behind a link to what is not judged"


def _origin(material: Material, artifact: Artifact) -> Iterator[Finding]:
    source, name = artifact.source, artifact.name
    if not source.license:
        fix = f"add `license:` with its SPDX identifier under `source:` of {name}"
        yield material.finding("dbom/no-license", f"{name} says nothing about its licence", fix, at="source")
    if not source.url:
        fix = f"add `url:` under `source:` of {name}"
        yield material.finding("dbom/no-origin", f"{name} does not say where it came from", fix, at="source")
    elif not is_pinned(source.url, source.host, source.revision):
        found = f'the revision "{printable(source.revision)}" can move' if source.revision else "no revision is given"
        fix = "set `revision:` to a 40-digit commit" + ("" if source.host in _HUB_HOSTS else " or a released version")
        yield material.finding("dbom/unpinned-origin", f"the origin of {name} is not pinned: {found}", fix, at="source")


def is_pinned(url: str, host: str, revision: str | None) -> bool:
    """Whether `revision` always names the same content: on a hub only a commit does, elsewhere also a release.

    A release has a digit in its name, and nothing in it names a branch.
    """
    if not revision:
        return False
    if host in _HUB_HOSTS or url.startswith("hf:"):
        return _COMMIT.fullmatch(revision) is not None
    parts = revision.lower().split("/")
    return any(char.isdigit() for char in revision) and not any(part in _BRANCHES or part == ".." for part in parts)


def _complete(material: Material, artifact: Artifact) -> Iterator[Finding]:
    missing = [key for key in ("sha256", "version") if not getattr(artifact, key)]
    if missing:
        keys = " and ".join(f"`{key}:`" for key in missing)
        fix = f"run `gate update {artifact.name} --version VERSION`"
        consequence = "; without a digest nothing about its bytes is verified" if "sha256" in missing else ""
        yield material.finding("dbom/incomplete", f"{artifact.name} has no {keys}{consequence}", fix)
