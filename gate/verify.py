"""One signature over one file or directory, judged by signers that the caller names: no DBOM and no policy file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from gate.checks.examine import examine_all
from gate.checks.integrity import entries
from gate.checks.interface import Checked, Context, Signed
from gate.checks.vouching import vouched
from gate.core.model import Examination, Location, Stage, Subject, Verdict
from gate.dbom.model import Artifact, Signature
from gate.files.root import absent
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.judge import decide, outcome
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, load_pack
from gate.policy.trust import VOUCHING, Group, Requirement, Revoked, Root, SummaryDemand
from gate.signing.bundles.material import SUFFIXES
from gate.signing.bundles.oms import PREDICATE_TYPES

Progress = Callable[[int], object]


class Request(NamedTuple):
    """What to verify: `path` as a person named it, the content of the `bundle` file, and who may have signed."""

    path: str
    bundle: str
    content: bytes
    group: Group
    jobs: int = 1


class NamedSigners(NamedTuple):
    """What the caller says in place of a policy."""

    group: Group

    def trust_groups(self, _subject: Subject, /) -> tuple[Group, ...]:
        """The signers, whatever the subject is."""
        return (self.group,)

    def known_roots(self) -> tuple[Root, ...] | None:
        """Those of the caller."""
        return self.group.roots

    def requirement(self, _subject: Subject, _stage: Stage, /) -> Requirement:
        """One signature, of any time."""
        return Requirement(Location(""))

    def revoked(self) -> Revoked:
        """Nothing."""
        return Revoked()

    def summary_demands(self, _subject: Subject, _stage: Stage, /) -> tuple[tuple[SummaryDemand, Group], ...]:
        """None."""
        return ()


def verify(request: Request, progress: Progress | None = None) -> Verdict:
    """The verdict on the signature, by `gate:baseline`; raises `UsageError` for a path that does not exist."""
    real = os.path.realpath(request.path)
    if not os.path.lexists(real):
        raise absent(request.path)
    root, name = os.path.split(real)
    inside = os.path.relpath(os.path.realpath(request.bundle), root)
    signed = Signed(Signature(request.bundle), request.content)
    place = Location(request.path)
    plan = plan_artifact(Artifact("model", os.path.basename(name), name, place, {}), Places(root), (signed,))
    files = [file for found in examine_all(plan.batches, request.jobs, progress) for file in found]
    own = inside if inside.endswith(SUFFIXES) else None  # a bundle is not over itself
    material = plan.material(file for file in files if file.path != own)
    now = datetime.now(timezone.utc)
    stage: Stage = "train"
    checked: Checked = vouched(material, Context(stage, trust=NamedSigners(request.group), now=now))
    policies = Policies((load_pack(DEFAULT),))
    decisions = decide(policies, [*entries(material), *checked.findings], stage)
    return Verdict(
        outcome=outcome(decisions, len(files)),
        decisions=decisions,
        artifacts=(Examination(Subject(None, None, request.path), False, {"signatures": checked.facts}),),
        policies=policies.names(),
        stage=stage,
        files=len(files),
        bytes=sum(file.size for file in files),
        notes=tuple(_notes(checked)),
    )


def _notes(checked: Checked) -> Iterator[str]:
    """What a statement says is not judged here, and some say that an artifact is bad."""
    stated = checked.facts.get("signatures")
    for facts in stated if isinstance(stated, list) else ():
        kind = facts.get("predicate_type") if isinstance(facts, dict) else None
        if isinstance(kind, str) and kind not in (*VOUCHING, *PREDICATE_TYPES):
            yield f"the signature was judged, and not what the statement says; its type is {kind}"
