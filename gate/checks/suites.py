"""Family `suites`: the rows of a dataset are what training expects."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material


def check(material: Material, context: Context) -> Checked:
    """Reports datasets without a suite; one that is declared is not run by this version."""
    artifact = material.artifact
    if artifact is None or artifact.kind != "dataset":
        return Checked()
    if artifact.suite is None:
        fix = "write an expectation suite for it, and name the file under `suite:`"
        message = f"no rule says what the rows of {artifact.name} must be: it has no `suite:`"
        return Checked((material.finding("suites/missing", message, fix),), {"suite": None})
    message = f"the suite of {artifact.name} was not run: this version of the gate runs none"
    fix = "use a version that runs suites, or leave `suite:` out of the entry until then"
    return Checked((material.undecided(message, fix),), {"suite": artifact.suite})
