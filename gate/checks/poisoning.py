"""Family `poisoning`: a dataset does not carry a backdoor."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material


def check(material: Material, context: Context) -> Checked:
    """Runs the scan that is declared; reports datasets without one."""
    artifact = material.artifact
    if artifact is None or artifact.kind != "dataset":
        return Checked()
    if artifact.scan is None:
        fix = "name how to read it under `scan:`, such as `scan: {modality: tabular, labels: COLUMN}`"
        message = f"{artifact.name} is not scanned for poisoning: it has no `scan:`"
        return Checked((material.finding("poisoning/not-scanned", message, fix),), {"scan": None})
    from gate.checks.scanned import judge, options_of  # a run without scans imports none of it

    return judge(material, options_of(material), context).checked
