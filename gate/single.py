"""One artifact, as a person names it on the command line, judged by one family of checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gate.checks import integrity
from gate.checks.examine import examine_all
from gate.checks.interface import Checked, Context, Examined, Material
from gate.core.model import Examination, Stage, Verdict
from gate.dbom.model import Artifact
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.judge import decide, outcome
from gate.policy.model import Policies

Progress = Callable[[int], object]


class Single(NamedTuple):
    """The artifact with what one pass over its files established."""

    artifact: Artifact
    material: Material
    files: tuple[Examined, ...]


def examine(root: str, artifact: Artifact, jobs: int, progress: Progress | None = None) -> Single:
    """Reads the files of an artifact whose paths are relative to `root`; its signatures are left alone."""
    plan = plan_artifact(artifact._replace(signature=None), Places(root))
    examined = tuple(file for found in examine_all(plan.batches, jobs, progress) for file in found)
    return Single(artifact, plan.material(examined), examined)


def verdict(
    single: Single, family: str, checked: Checked, policies: Policies, stage: Stage, notes: tuple[str, ...]
) -> Verdict:
    """The verdict on what the check of `family` answered; where a digest is declared, the bytes must be those."""
    material = single.material
    declared = single.artifact.sha256 is not None
    whole = integrity.check(material, Context(stage)) if declared else Checked(tuple(integrity.entries(material)))
    facts = {"integrity": whole.facts, family: checked.facts} if declared else {family: checked.facts}
    decisions = decide(policies, [*whole.findings, *checked.findings], stage)
    return Verdict(
        outcome=outcome(decisions, len(single.files)),
        decisions=decisions,
        artifacts=(Examination(material.subject, whole.facts.get("verified") is True, facts),),
        policies=policies.names(),
        stage=stage,
        files=len(single.files),
        bytes=sum(file.size for file in single.files),
        sha256={file.path: file.sha256 for file in single.files if file.sha256},
        notes=notes,
    )
