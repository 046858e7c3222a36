"""Family `weights`: what the file format can do when it is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Examined, Material
from gate.checks.remedies import DENIED, remedy
from gate.core.globs import matches
from gate.core.model import Finding, Json, Related
from gate.core.text import printable, shorten
from gate.formats.executables import disguised
from gate.formats.interface import Flaw, Inspection
from gate.formats.registry import PLAIN

GLOBALS = 100
"""Names of globals that the facts of one artifact list."""
_UNSAFE, _UNKNOWN = "weights/unsafe-pickle", "weights/unknown-global"


def check(material: Material, context: Context) -> Checked:
    """Reports every flaw that the format readers found, as far as the policy does not vouch for what is imported."""
    known = [file for file in material.files if file.inspection is not None and file.inspection != PLAIN]
    findings = tuple(finding for file in known for finding in _findings(material, file, context))
    facts: dict[str, Json] = {"formats": dict(Counter(file.inspection.format for file in known if file.inspection))}
    if not material.is_directory and known and (inspection := known[0].inspection):
        facts |= {"format": inspection.format, **inspection.facts}
        if inspection.imported:
            facts["globals"] = [shorten(name) for name in sorted(inspection.imported)[:GLOBALS]]
    return Checked(findings, facts)


def _findings(material: Material, file: Examined, context: Context) -> Iterator[Finding]:
    if file.inspection is None:
        return
    flaws = [*_vouched(file.inspection, context)]
    if disguised(file.inspection.format, file.path):
        message = f"a program ({file.inspection.format}) under the name of weights or data"
        flaws.insert(0, Flaw("weights/embedded-code", message, 0))
    for flaw in flaws:
        related = (Related(file.path, "", flaw.offset, flaw.member),)
        message = f"{printable(file.path)}: {flaw.message}"
        evidence: dict[str, Json] = {"format": file.inspection.format, "sha256": file.sha256}
        if flaw.imported:
            evidence["global"] = shorten(flaw.imported)
        denied = flaw.imported is not None and flaw not in file.inspection.flaws
        fix = DENIED if denied else remedy(flaw, flaws, file.inspection, file.path)
        yield material.finding(flaw.rule, message, fix, related=related, evidence=evidence)


def _vouched(inspection: Inspection, context: Context) -> Iterator[Flaw]:
    """The flaws without those that the policy allows, and with what it denies."""
    for flaw in inspection.flaws:
        if flaw.imported is None or not _allowed(flaw, context):
            yield flaw
    known = {flaw.imported for flaw in inspection.flaws}
    for name in sorted(inspection.imported - known):
        if _matched(name, context.denied):
            message = f"imports {printable(shorten(name))}, which the policy denies"
            yield Flaw(_UNSAFE, message, imported=name)


def _allowed(flaw: Flaw, context: Context) -> bool:
    """Whether the policy vouches for the global. What runs code needs its full name: no pattern reaches it."""
    name = flaw.imported or ""
    if _matched(name, context.denied):
        return False
    return name in context.allowed or (flaw.rule == _UNKNOWN and _matched(name, context.allowed))


def _matched(name: str, globs: frozenset[str]) -> bool:
    return any(matches(glob, name) for glob in globs)
