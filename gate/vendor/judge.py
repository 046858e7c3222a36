"""What is in quarantine, judged before anybody can have it: formats, and rows and poison where somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gate.checks import integrity, weights
from gate.checks.examine import Batch, examine_all
from gate.checks.interface import Checked, Context, Material
from gate.core.model import Examination, Finding, Json, Location, Related, Stage, Subject, Verdict
from gate.dbom.model import Artifact
from gate.inventory.plan import Plan
from gate.judge import decide, outcome
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, load_pack
from gate.vendor.fetch import Wrong
from gate.vendor.interface import Fetched, Progress


class Judge(NamedTuple):
    """By what is judged; `notes` are for the report, `root` is the repository, in which suites lie."""

    policies: Policies
    stage: Stage
    root: str
    notes: tuple[str, ...]

    def refused(self, artifact: Artifact, wrong: Sequence[Wrong]) -> Verdict:
        """What is not what the upstream announces; no policy has a say in that."""
        findings = [_finding(artifact.subject, one) for one in wrong]
        decisions = decide(Policies((load_pack(DEFAULT),)), findings, self.stage)
        return Verdict("blocked", decisions, (), self.policies.names(), self.stage, len(wrong), 0, notes=self.notes)

    def verdict(self, material: Material, *, verified: bool) -> Verdict:
        """The verdict on what was examined; `verified` says that all of it is what its origin announces."""
        results = dict(_checked(material, self._context()))
        findings = [finding for checked in results.values() for finding in checked.findings]
        decisions = decide(self.policies, findings, self.stage)
        facts = {family: checked.facts for family, checked in results.items() if checked.facts}
        return Verdict(
            outcome=outcome(decisions, len(material.files)),
            decisions=decisions,
            artifacts=(Examination(material.subject, verified, facts),),
            policies=self.policies.names(),
            stage=self.stage,
            files=len(material.files),
            bytes=sum(file.size for file in material.files),
            sha256={file.path: file.sha256 for file in material.files if file.sha256},
            notes=self.notes,
        )

    def _context(self) -> Context:
        allowed, denied = self.policies.allowed("pickles"), self.policies.denied()
        return Context(self.stage, allowed, denied, root=self.root, suite_demand=self.policies.suite_demand)


def examine(
    artifact: Artifact, fetched: Sequence[Fetched], is_directory: bool, jobs: int, progress: Progress
) -> Material:
    """Looks into every file, whose digests are known from when they came in."""
    lead = f"{artifact.path}/" if is_directory else ""
    batches = tuple(_batch(file, lead + file.path if is_directory else artifact.path) for file in fetched)
    found = [file for files in examine_all(batches, jobs, progress) for file in files]
    files = [
        file._replace(sha256=known.sha256) if file.size == known.size else file._replace(status="changed")
        for file, known in zip(found, fetched, strict=True)
    ]
    return Plan(batches, artifact, is_directory).material(files)


def holds_weights(material: Material) -> bool:
    """Whether a file is of a format of weights."""
    return any(file.inspection is not None and file.inspection.role == "weights" for file in material.files)


def _batch(file: Fetched, shown: str) -> Batch:
    directory, _, name = file.place.rpartition("/")
    return Batch(directory, "", (name,), "", alias=shown, digest="none")


def _checked(material: Material, context: Context) -> Iterator[tuple[str, Checked]]:
    """The families that judge content, in the order of `gate check`."""
    artifact = material.artifact
    assert artifact is not None
    yield "integrity", integrity.check(material._replace(artifact=None), context)
    yield "weights", weights.check(material, context)
    if artifact.suite is not None:
        from gate.checks.rows import judge

        yield "suites", judge(material, artifact, context).checked
    if artifact.scan is not None:
        from gate.checks.scanned import judge as scanned
        from gate.checks.scanned import options_of

        yield "poisoning", scanned(material, options_of(material), context).checked


def _finding(subject: Subject, wrong: Wrong) -> Finding:
    fix = "find out who changed it at its origin; what came is kept in quarantine"
    evidence: dict[str, Json] = {"sha256": wrong.sha256}
    return Finding(wrong.rule, subject, wrong.message, fix, Location(subject.path), (Related(wrong.path),), evidence)
