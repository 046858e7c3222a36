"""Family `signatures`: who vouches for an artifact."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material


def check(material: Material, context: Context) -> Checked:
    """Reports entries without a signature; one that is declared is not verified by this version."""
    artifact = material.artifact
    if artifact is None:
        return Checked()
    if artifact.signature is None:
        fix = "have its maker sign it, and declare the bundle under `signature:`"
        message = f"nobody vouches for {artifact.name}: it has no `signature:`"
        return Checked((material.finding("signatures/missing", message, fix),), {"signed": False})
    message = f"the signature of {artifact.name} was not verified: this version of the gate verifies none"
    fix = "use a version that verifies signatures, or leave `signature:` out of the entry until then"
    return Checked((material.undecided(message, fix),), {"signed": None})
