"""Family `signatures`: who vouches for an artifact."""

from __future__ import annotations

from gate.checks.interface import Checked, Context, Material
from gate.checks.summaries import demanded


def check(material: Material, context: Context) -> Checked:
    """Judges what is declared and what policies demand; reports entries without a signature."""
    own, more = _declared(material, context), demanded(material, context)
    return Checked((*own.findings, *more.findings), {**own.facts, **more.facts})


def _declared(material: Material, context: Context) -> Checked:
    artifact = material.artifact
    if artifact is None:
        return Checked()
    if artifact.signature is None:
        fix = "sign it with `gate sign`, or have its maker sign it, and declare the bundle under `signature:`"
        message = f"nobody vouches for {artifact.name}: it has no `signature:`"
        return Checked((material.finding("signatures/missing", message, fix),), {"signed": False})
    try:
        from gate.checks.vouching import vouched
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            raise
        message = f"the signatures of {artifact.name} were not verified: {error.name} is not installed"
        return Checked((material.undecided(message, 'pip install "dbom-gate[sign]"'),), {"signed": None})
    return vouched(material, context)
