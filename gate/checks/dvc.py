"""Family `dvc`: what DVC keeps is declared, is what DVC recorded, and comes from where it should."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gate.checks.interface import Checked, Context, Examined, Material
from gate.core.model import Finding, Json, Related, Subject
from gate.core.text import count, printable, shorten
from gate.dbom.model import Artifact
from gate.dvc.compare import ALGORITHM, Difference, difference
from gate.dvc.ignored import Ignored
from gate.dvc.interface import UNDECLARED, Flaw, Kept, Out
from gate.dvc.manifest import find
from gate.dvc.paths import beneath
from gate.dvc.read import SUFFIX
from gate.dvc.remotes import Remotes
from gate.files.paths import within

MAX_REPEATED = 100
"""Outputs of one artifact that get a finding each; the rest are counted in one more."""
NAMED = 5
"""Files of an output that a message names; the evidence has more."""
LISTED = 100
MAX_FINDINGS = 1_000
"""Of one rule, about files of DVC."""


def check(material: Material, context: Context) -> Checked:
    """Whether the files of a declared artifact are those that DVC recorded."""
    artifact, kept = material.artifact, context.dvc
    if artifact is None or kept is None:
        return Checked()
    outs = kept.related(artifact.path)
    if not outs:
        return Checked()
    files = {file.path: file for file in material.files}
    view = _View(material, files, sorted(files), context.root)
    compared = [(out, _compared(view, artifact.path, out)) for out in outs if out.recorded]
    known = [(out, found) for out, found in compared if not isinstance(found, str)]
    findings = [_differs(view, artifact, out, found) for out, found in known if found is not None]
    facts: dict[str, Json] = {
        "documents": [out.document for out in outs[:LISTED]],
        "agrees": not findings if len(known) == len(outs) else None,
    }
    if len(outs) == 1 and (recorded := outs[0].recorded):
        facts["md5"] = recorded.md5
    return Checked((*findings[:MAX_REPEATED], *_more(findings)), facts)


class _View(NamedTuple):
    """The files of an artifact by path, and these in order."""

    material: Material
    files: Mapping[str, Examined]
    ordered: list[str]
    root: str

    def within(self, path: str) -> list[Examined]:
        """The file at `path`, or those beneath."""
        return [self.files[one] for one in (*((path,) if path in self.files else ()), *beneath(self.ordered, path))]


def _compared(view: _View, path: str, out: Out) -> Difference | str | None:
    """How the files of the artifact at `path` differ from what was recorded; a text says why that is not known."""
    assert out.recorded is not None
    shared = max(path, out.path, key=len)  # one lies within the other
    found = {}
    for file in view.within(shared):
        if file.status != "read" or file.pointer or ALGORITHM not in file.digests:
            return "not all of it could be read"
        found[file.path[len(out.path) + 1 :]] = file.digests[ALGORITHM]
    if not found:
        return "it is not here"
    if not out.recorded.is_directory:
        return difference(out, found, None, view.material.open) if "" in found else "it is a directory"
    manifest = find(view.root, out)
    if shared != out.path:
        if manifest is None:
            return "the manifest of the directory is not here"
        inner = shared[len(out.path) + 1 :]
        manifest = {one: md5 for one, md5 in manifest.items() if within(one, (inner,))}
    found = Ignored(view.root, out.project, out.path).counted(found, manifest or ())
    return difference(out, found, manifest, view.material.open)


def _differs(view: _View, artifact: Artifact, out: Out, found: Difference) -> Finding:
    is_declared = bool(artifact.sha256) and all(f.sha256 == artifact.sha256 for f in view.material.files)
    evidence: dict[str, Json] = {
        "recorded": out.recorded.md5 if out.recorded else None,
        "files": list(found.paths[:LISTED]),
        "document": out.document,
    }
    related = tuple(Related(path) for path in found.paths[:LISTED])
    shown, document = printable(out.path), printable(out.document)
    if found.line_endings_only:
        message = f"{shown} has what {document} recorded with other line endings{_named(found, out)}"
        fix = "fetch it again with DVC and keep editors from converting it; or `dvc add` it as it is"
        rule = "dvc/line-endings-only"
    else:
        rest = ", although its SHA-256 is the declared one" if is_declared else ""
        message = f"{shown} is not what {document} recorded{_named(found, out)}{rest}"
        fix = f"fetch it again with DVC; if the change is meant, `dvc add` it and run `gate update {artifact.name}`"
        if is_declared:  # what DVC would fetch are other bytes
            fix = f"what is here is what the DBOM declares: restore {document} from git, or {_recording(out)}"
        if out.recorded and out.recorded.is_directory and not Ignored(view.root, out.project, out.path).is_understood:
            fix += "; `.dvcignore` has a pattern that the gate does not follow, such as `[...]`: write it otherwise"
        rule = "dvc/digest-mismatch"
    return Finding(rule, artifact.subject, message, fix, out.location, related, evidence)


def _recording(out: Out) -> str:
    """How DVC is told to record what is here."""
    if out.document.endswith(SUFFIX):
        return f"`dvc add {shlex.quote(printable(out.path))}` again"
    return "have DVC record what is here with `dvc commit`"


def _named(found: Difference, out: Out) -> str:
    """Which files of a directory differ."""
    if not found.paths or found.paths == (out.path,):
        return ""
    names = ", ".join(shorten(path, 80) for path in found.paths[:NAMED])
    more = f" and {len(found.paths) - NAMED:,} more" if len(found.paths) > NAMED else ""
    return f", by {count(len(found.paths), 'file')}: {names}{more}"


def _more(findings: list[Finding]) -> Iterator[Finding]:
    if more := findings[MAX_REPEATED:]:
        message = f"{count(len(more), 'more output')} like those above"
        yield more[0]._replace(message=message, fix="the fix is the same for all of them", related=(), evidence={})


def check_documents(kept: Kept, artifacts: Iterable[Artifact], root: str, remotes: Remotes) -> Iterator[Finding]:
    """What is wrong with the files of DVC themselves, and with what they keep and nobody declared."""
    numbers: dict[str, int] = {}
    for finding in _all(kept, artifacts, root, remotes):
        numbers[finding.rule] = numbers.get(finding.rule, 0) + 1
        if numbers[finding.rule] <= MAX_FINDINGS:
            yield finding
        elif numbers[finding.rule] == MAX_FINDINGS + 1:
            yield finding._replace(message=f"{finding.message}; those after it are not listed")


def _all(kept: Kept, artifacts: Iterable[Artifact], root: str, remotes: Remotes) -> Iterator[Finding]:
    for flaw in kept.flaws:
        yield _flawed(flaw)
    covered = frozenset(artifact.path for artifact in artifacts)
    ordered = sorted(covered)
    for out in kept.outs.values():
        if not (covered and within(out.path, covered)):
            parts = beneath(ordered, out.path)
            if not (parts and _is_covered_by(parts, out, root)):
                yield _undeclared(out, is_partly=bool(parts))
    for config in kept.configs.values():
        for flaw in remotes.flaws(config):
            yield _flawed(flaw)


def _flawed(flaw: Flaw) -> Finding:
    return Finding(
        flaw.rule, Subject(None, None, flaw.path), printable(flaw.message), printable(flaw.fix), flaw.location
    )


def _is_covered_by(parts: Sequence[str], out: Out, root: str) -> bool:
    """Whether every file of the directory `out` has an entry, as its manifest says where that is here."""
    manifest, declared = find(root, out), frozenset(parts)
    return bool(manifest) and all(within(f"{out.path}/{path}", declared) for path in manifest or ())


def _undeclared(out: Out, *, is_partly: bool) -> Finding:
    shown = printable(out.path)
    partly = ", but for parts of it" if is_partly else ""
    message = f"DVC keeps {shown}, and no entry of the DBOM declares it{partly}"
    what = printable(out.document) if out.document.endswith(SUFFIX) else shown
    return Finding(UNDECLARED, Subject(None, None, out.path), message, f"run `gate add {what}`", out.location)
