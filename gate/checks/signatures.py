"""Family `signatures`: who vouches for an artifact."""

from __future__ import annotations

from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Material
from gate.checks.summaries import demanded
from gate.core.model import Finding, Related
from gate.core.text import printable


def check(material: Material, context: Context) -> Checked:
    """Judges what is declared and what policies demand; reports entries without a signature."""
    own, more = _declared(material, context), demanded(material, context)
    return Checked((*_revoked(material, context), *own.findings, *more.findings), {**own.facts, **more.facts})


def _revoked(material: Material, context: Context) -> Iterator[Finding]:
    """Bytes that a policy revokes, signed or not, declared or not."""
    revoked = context.trust.revoked().digests if context.trust else frozenset[str]()
    declared = material.artifact.sha256 if material.artifact else None
    if declared in revoked:
        yield _revocation(material, declared or "", material.subject.path)
    for file in material.files if revoked else ():
        if file.sha256 in revoked and file.sha256 != declared:
            yield _revocation(material, file.sha256 or "", file.path)


def _revocation(material: Material, digest: str, path: str) -> Finding:
    message = f"{printable(path)}: the policy revokes these bytes ({digest[:16]}…)"
    fix = "use a version that is not revoked; what a policy revokes stays so until the policy changes"
    return material.finding("signatures/revoked", message, fix, related=(Related(path),))


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
