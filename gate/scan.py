"""Weight files on their own: no DBOM, nothing but what the content can do.

The pre-commit hook runs this on every commit, so nothing is imported here that it does not need: no YAML
parser, no thread pool for a single file, and no digests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.checks import integrity, weights
from gate.checks.examine import Batch, examine_all
from gate.checks.interface import Context, Examined, Material
from gate.core.model import Examination, Finding, Location, Stage, Subject, Verdict
from gate.files.root import absent
from gate.files.walk import walk
from gate.judge import decide, outcome
from gate.policy.model import Policies

Progress = Callable[[int], object]


class Request(NamedTuple):
    """What to scan: `paths` as a person named them, relative to the directory `root` or absolute."""

    root: str
    paths: tuple[str, ...]
    policies: Policies
    stage: Stage = "train"
    jobs: int = 1
    notes: tuple[str, ...] = ()


def scan(request: Request, progress: Progress | None = None) -> Verdict:
    """The verdict on weight files; raises `UsageError` for a path that does not exist."""
    odd: list[Examined] = []
    batches = [batch for path in request.paths for batch in _batches(request.root, path, odd)]
    files = [file for found in examine_all(batches, request.jobs, progress) for file in found]
    policies = request.policies
    context = Context(request.stage, policies.allowed("pickles"), policies.denied())
    findings: list[Finding] = []
    artifacts: list[Examination] = []
    for file in [*files, *odd]:
        material = Material(Subject("model", None, file.path), Location(file.path, length=file.size), (file,))
        findings += integrity.check(material, context).findings
        checked = weights.check(material, context)
        findings += checked.findings
        if file.inspection and file.inspection.role == "weights":
            artifacts.append(Examination(material.subject, False, {"weights": checked.facts}))
    decisions = decide(policies, findings, request.stage)
    return Verdict(
        outcome=outcome(decisions, len(files)),
        decisions=decisions,
        artifacts=tuple(artifacts),
        policies=policies.names(),
        stage=request.stage,
        files=len(files),
        bytes=sum(file.size for file in files),
        notes=request.notes,
    )


def _batches(root: str, path: str, odd: list[Examined]) -> Iterator[Batch]:
    """The files at `path`, which a person named: a link there is followed, links within a directory are not."""
    full = os.path.join(root, path)
    shown = os.path.normpath(path)
    if not os.path.lexists(full):
        raise absent(path)
    real = os.path.realpath(full)
    if not os.path.isdir(real):
        directory, name = os.path.split(real)
        yield Batch(directory, "", (name,), "", alias=shown, digest="none")
        return
    lead = "" if shown == "." else shown.rstrip("/") + "/"
    directories = list(walk(real, history=False))
    walked = {f"{d.path}/{name}" if d.path else name for d in directories for name in d.files}
    walked |= {d.path for d in directories}
    for found in directories:
        yield Batch(real, found.path, found.files, (lead + found.path).rstrip("/"), digest="none")
        for entry in found.odd:
            target = os.path.realpath(os.path.join(real, entry.path))
            if entry.kind != "link":
                odd.append(Examined(lead + entry.path, entry.kind))
            elif os.path.lexists(target) and os.path.relpath(target, real) not in {*walked, "."}:
                inside = os.path.commonpath([real, target]) == real
                odd.append(Examined(lead + entry.path, "link" if inside else "outside"))
