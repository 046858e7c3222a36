"""What checks established about an artifact, so that rules of a policy may rely on it."""

from __future__ import annotations

from collections.abc import Mapping

from gate.checks.interface import Checked, Material
from gate.core.model import UNDECIDED, Json

_WITHOUT_CONTENT = ("dbom", "integrity", "sources")
"""Families that need no content: others know nothing of what was not read, or of the pointer in its place."""
_ENDED = {"suites": ("evaluated", "compared"), "poisoning": ("scanned",)}
"""Facts of which one is true where something was looked at: not where no suite and no scan is declared."""


def established(material: Material, results: Mapping[str, Checked]) -> dict[str, Mapping[str, Json]]:
    """The facts of each family that came to an end; of one that is undecided nothing is known."""
    whole = bool(material.files) and not material.odd
    whole = whole and all(file.status == "read" and not file.pointer for file in material.files)
    return {
        family: result.facts
        for family, result in results.items()
        if (whole or family in _WITHOUT_CONTENT) and _came_to_an_end(family, result)
    }


def _came_to_an_end(family: str, result: Checked) -> bool:
    ended = family not in _ENDED or any(result.facts.get(key) for key in _ENDED[family])
    return bool(result.facts) and ended and not any(finding.rule == UNDECIDED for finding in result.findings)
