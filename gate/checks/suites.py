"""Family `suites`: the rows of a dataset are what training expects."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material
from gate.dbom.model import Artifact


def check(material: Material, context: Context) -> Checked:
    """Runs the suite that is declared, reports datasets without one, and compares with the previous version."""
    artifact = material.artifact
    if artifact is None or artifact.kind != "dataset":
        return Checked()
    rows, drift = _rows(material, artifact, context), _drift(material, artifact, context)
    return Checked((*rows.findings, *drift.findings), {**rows.facts, **drift.facts})


def _rows(material: Material, artifact: Artifact, context: Context) -> Checked:
    if artifact.suite is None:
        fix = "write an expectation suite for it, and name the file under `suite:`"
        message = f"no rule says what the rows of {artifact.name} must be: it has no `suite:`"
        return Checked((material.finding("suites/missing", message, fix),), {"suite": None})
    from gate.checks.rows import judge  # a run without suites imports none of it

    return judge(material, artifact, context).checked


def _drift(material: Material, artifact: Artifact, context: Context) -> Checked:
    """What changed since the previous version, where a policy limits it."""
    if artifact.previous is None or context.suite_demand is None:
        return Checked()
    most = context.suite_demand(material.subject, context.stage).max_drift
    if most is None:
        return Checked()
    from gate.checks.drift import judge

    return judge(material, artifact, context, most)
