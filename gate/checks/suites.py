"""Family `suites`: the rows of a dataset are what training expects."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material


def check(material: Material, context: Context) -> Checked:
    """Runs the suite that is declared; reports datasets without one."""
    artifact = material.artifact
    if artifact is None or artifact.kind != "dataset":
        return Checked()
    if artifact.suite is None:
        fix = "write an expectation suite for it, and name the file under `suite:`"
        message = f"no rule says what the rows of {artifact.name} must be: it has no `suite:`"
        return Checked((material.finding("suites/missing", message, fix),), {"suite": None})
    from gate.checks.rows import judge  # a run without suites imports none of it

    return judge(material, artifact, context).checked
