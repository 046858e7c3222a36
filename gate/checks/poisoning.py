"""Family `poisoning`: a dataset does not carry a backdoor."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material


def check(material: Material, context: Context) -> Checked:
    """Reports datasets without scan settings; a scan that is declared is not run by this version."""
    artifact = material.artifact
    if artifact is None or artifact.kind != "dataset":
        return Checked()
    if artifact.scan is None:
        fix = "name how to read it under `scan:`, such as `scan: {modality: tabular, labels: COLUMN}`"
        message = f"{artifact.name} is not scanned for poisoning: it has no `scan:`"
        return Checked((material.finding("poisoning/not-scanned", message, fix),), {"scan": None})
    message = f"{artifact.name} was not scanned for poisoning: this version of the gate has no scan"
    fix = "use a version that has the scan, or leave `scan:` out of the entry until then"
    return Checked((material.undecided(message, fix),), {"scan": artifact.scan.modality})
