"""Family `weights`: what the file format can do when it is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Examined, Material
from gate.core.model import Finding, Json, Related
from gate.core.text import printable
from gate.formats.interface import Flaw
from gate.formats.registry import PLAIN

_FIX = {
    "weights/pickle-format": (
        "use a safetensors version of it; of a model that is yours, save one with safetensors.torch.save_file, "
        "and declare that file instead"
    ),
    "weights/unscannable": "store it in a format that the gate reads, such as safetensors",
    "weights/malformed": "write the file again with the library of its format, or fetch an undamaged copy",
    "weights/archive-tampered": "do not load it; write the archive again from its parts, or fetch it from its origin",
    "weights/polyglot": "do not load it; fetch it from its origin, or write it again in one format",
}


def check(material: Material, context: Context) -> Checked:
    """Reports every flaw that the format readers found."""
    known = [file for file in material.files if file.inspection is not None and file.inspection != PLAIN]
    findings = tuple(finding for file in known for finding in _flaws(material, file))
    facts: dict[str, Json] = {"formats": dict(Counter(file.inspection.format for file in known if file.inspection))}
    if not material.is_directory and known and (inspection := known[0].inspection):
        facts |= {"format": inspection.format, **inspection.facts}
    return Checked(findings, facts)


def _flaws(material: Material, file: Examined) -> Iterator[Finding]:
    if file.inspection is None:
        return
    for flaw in file.inspection.flaws:
        related = (Related(file.path, "", flaw.offset, flaw.member),)
        message = f"{printable(file.path)}: {flaw.message}"
        evidence: dict[str, Json] = {"format": file.inspection.format, "sha256": file.sha256}
        yield material.finding(flaw.rule, message, _fix(flaw), related=related, evidence=evidence)


def _fix(flaw: Flaw) -> str:
    return _FIX[flaw.rule]
