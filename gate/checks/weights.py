"""Family `weights`: what the file format can do when it is loaded."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from gate.checks.interface import Checked, Context, Examined, Material
from gate.core.globs import matches
from gate.core.model import Finding, Json, Related
from gate.core.text import printable, shorten
from gate.formats.executables import disguised
from gate.formats.interface import Flaw, Inspection
from gate.formats.registry import PLAIN

GLOBALS = 100
"""Names of globals that the facts of one artifact list."""
_FIX = {
    "weights/pickle-format": (
        "use a safetensors version of it; of a model that is yours, save one with safetensors.torch.save_file, "
        "and declare that file instead"
    ),
    "weights/unscannable": "store it in a format that the gate reads, such as safetensors",
    "weights/malformed": "write the file again with the library of its format, or fetch an undamaged copy",
    "weights/archive-tampered": "do not load it; write the archive again from its parts, or fetch it from its origin",
    "weights/polyglot": "do not load it; fetch it from its origin, or write it again in one format",
    "weights/unsafe-pickle": "do not load it; fetch a safetensors version of the model from its origin",
    "weights/unknown-global": "if it is harmless, list it under `pickles: allow:` in the policy, or use safetensors",
    "weights/path-traversal": "do not unpack it; fetch it again from its origin",
    "weights/embedded-code": "use a version of the model without code, such as safetensors",
    "weights/external-reference": "export the model again, with everything inside it or beside it",
    "gate/undecided": 'install what is missing: pip install "dbom-gate[weights]"',
}
_CONVERTIBLE = ("pickle", "joblib", "torch-zip", "torch-legacy")
"""Formats that `gate convert` turns into safetensors."""
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
        yield material.finding(flaw.rule, message, _fix(flaw, flaws, file), related=related, evidence=evidence)


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


def _fix(flaw: Flaw, flaws: list[Flaw], file: Examined) -> str:
    """What to do; where nothing but the format is wrong, the command that changes the format."""
    convertible = file.inspection is not None and file.inspection.format in _CONVERTIBLE
    if convertible and all(other.rule == "weights/pickle-format" for other in flaws):
        command = f"gate convert {shlex.quote(printable(file.path))}"
        return f"run `{command}`, which writes what it holds of tensors and plain values as safetensors, and load that"
    return _FIX[flaw.rule]
