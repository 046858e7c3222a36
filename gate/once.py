"""One suite on one dataset, as a person names them, without a DBOM."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from gate.checks import rows
from gate.checks.examine import examine_all
from gate.checks.integrity import entries
from gate.checks.interface import Context
from gate.core.model import Examination, Location, Stage, Verdict
from gate.dbom.model import Artifact
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.judge import decide, outcome
from gate.policy.model import Policies
from gate.suites.interface import Suite
from gate.suites.run import Choice, Evaluated

Progress = Callable[[int], object]


class Request(NamedTuple):
    """The suite and the dataset, each an absolute path beneath `root` without links, and how they are judged."""

    root: str
    suite: str
    data: str
    policies: Policies
    stage: Stage = "train"
    jobs: int = 1
    engine: Choice = "auto"
    notes: tuple[str, ...] = ()


class Once(NamedTuple):
    """The verdict, and the outcomes as far as it came to that."""

    verdict: Verdict
    suite: Suite | None
    evaluated: Evaluated | None


def once(request: Request, progress: Progress | None = None) -> Once:
    """Whether the rows of the dataset pass the suite; findings stand at the suite, for nothing declares it."""
    place = Location(request.suite, 1)
    name = os.path.basename(request.data)
    artifact = Artifact("dataset", name, request.data, place, {"suite": place}, suite=request.suite)
    plan = plan_artifact(artifact, Places(request.root))
    examined = [file for found in examine_all(plan.batches, request.jobs, progress) for file in found]
    material = plan.material(examined)
    policies = request.policies
    context = Context(
        request.stage, root=request.root, engine_suites=request.engine, suite_demand=policies.suite_demand
    )
    judged = rows.judge(material, artifact, context)
    decisions = decide(policies, [*entries(material), *judged.checked.findings], request.stage)
    verdict = Verdict(
        outcome=outcome(decisions, len(examined)),
        decisions=decisions,
        artifacts=(Examination(material.subject, False, {"suites": judged.checked.facts}),),
        policies=policies.names(),
        stage=request.stage,
        files=len(examined),
        bytes=sum(file.size for file in examined),
        sha256={file.path: file.sha256 for file in examined if file.sha256},
        notes=request.notes,
    )
    return Once(verdict, judged.suite, judged.evaluated)
