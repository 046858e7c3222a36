"""`verified_path`, and what every way to load shares: which artifact is meant, and whether it is as declared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gate.checks import integrity, weights
from gate.checks.examine import MAX_BATCH, examine
from gate.checks.interface import Context, Examined
from gate.core.errors import UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Stage
from gate.core.text import did_you_mean, printable
from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact
from gate.engine import spread
from gate.files.root import DBOM_NAME, upwards
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places, Plan
from gate.loading.errors import UnknownArtifactError, VerificationError
from gate.objects.url import is_object
from gate.policy.default import default_policy
from gate.policy.files import Fetching
from gate.policy.load import load_policies

STAGE: Stage = "train"
"""Where loading happens: a Git LFS pointer is not the content there."""


class Declared(NamedTuple):
    """An artifact of the DBOM, and the places in which it may lie."""

    artifact: Artifact
    places: Places


def verified_path(name: str, *, root: str | os.PathLike[str] | None = None) -> Path:
    """The absolute path of the artifact `name`, a file or a directory, after all of it was verified.

    Every byte is read and compared with `dbom.yaml`; of a directory every file, and none may be missing or
    added. A model is refused as well when loading it could run code or its format is broken. `root` is the
    repository; without it the nearest directory upwards from the working directory with a `dbom.yaml` or
    `.git` is. Links may lead where `cache_roots` of the policy allows.

    The answer is about the moment of reading: it does not keep others from writing to the files before you open
    them. `load_weights` has no such gap.

    Raises `VerificationError` when the artifact is not what was declared, `UnknownArtifactError` when none has
    that name, and other `GateError`s when the DBOM or the policy cannot be used.
    """
    declared = find(name, root)
    plan = plan_artifact(declared.artifact, declared.places)
    batches = [part for batch in plan.batches for part in batch.split(MAX_BATCH)]
    found = spread(
        examine,
        batches,
        failed=lambda batch, error: batch.failed(error),
        done=lambda _: None,
        jobs=default_jobs(),
        processes=False,
    )  # no processes: the caller's program may have threads, and no guard against being imported again
    require(declared, plan, [file for files in found for file in files])
    return Path(declared.places.root, declared.artifact.path)


def find_root(root: str | os.PathLike[str] | None) -> str:
    """The absolute path of the repository: `root`, or what is found upwards from the working directory."""
    if root is None:
        return upwards(os.getcwd())
    if not os.path.isdir(root):
        raise UsageError(f"{printable(os.fspath(root))} is not a directory: pass the root of the repository")
    return os.path.abspath(root)


def find(name: str, root: str | os.PathLike[str] | None) -> Declared:
    """The artifact `name` of the repository at `root`; raises `UnknownArtifactError` and what documents raise."""
    where = find_root(root)
    file = os.path.join(where, DBOM_NAME)
    if not os.path.lexists(file):
        shown = printable(where)
        raise UsageError(f"there is no {DBOM_NAME} in {shown}: go to the repository, or pass it as `root`")
    dbom = load_dbom(file, DBOM_NAME)
    artifact = dbom.find(name)
    if artifact is None:
        known = [a.name for a in dbom.artifacts]
        hint = did_you_mean(name, known) or f"declared are {', '.join(known) or 'none'}"
        raise UnknownArtifactError(f'no artifact is called "{printable(name)}": {hint}')
    if is_object(artifact.path):
        message = f"{artifact.name} lies on object storage, at {printable(artifact.path)}, so it has no path here"
        raise UsageError(f"{message}: `gate check` verifies it where it is; download it, and declare the file")
    policy = default_policy(where)
    fetching = Fetching(locked=True, offline=False)  # nobody would see a note
    policies = load_policies((policy,), where, os.path.expanduser("~"), fetching=fetching) if policy else None
    return Declared(artifact, Places(where, policies.allowed("cache_roots") if policies else frozenset()))


def require(declared: Declared, plan: Plan, files: list[Examined]) -> None:
    """Raises `VerificationError` unless the artifact is what was declared."""
    artifact = declared.artifact
    material = plan.material(files)
    compared = integrity.check(material, Context(STAGE))
    findings = [*compared.findings]
    if artifact.kind == "model":
        findings += weights.check(material, Context(STAGE)).findings
    if compared.facts["verified"] is not True and not findings:
        message = f"{artifact.name} has no `sha256:` to compare {printable(artifact.path)} with"
        findings.append(material.finding("dbom/incomplete", message, f"run `gate update {artifact.name}`"))
    if findings:
        raise VerificationError(artifact.name, findings)
