"""How much each dataset says of what the minimum elements of an SBOM for AI ask.

The profile is the one for datasets of "SBOM for AI, minimum elements" (G7, with CISA and BSI, May 2026): ten elements.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import count, printable
from gate.dbom.model import Artifact, Dbom


class Element(NamedTuple):
    """One of the ten: whether a dataset has it, and the keys of its entry that give it."""

    name: str
    keys: str
    has: Callable[[Artifact], bool]


ELEMENTS = (
    Element("name", "name", lambda a: bool(a.name)),
    Element("description", "description", lambda a: bool(a.description)),
    Element("content", "data or scan", lambda a: bool(a.data or a.scan)),
    Element("identifier", "version", lambda a: bool(a.version)),
    Element("hash", "sha256", lambda a: bool(a.sha256)),
    Element("provenance", "source.url and source.supplier", lambda a: bool(a.source.url and a.source.supplier)),
    Element("statistics", "size and suite", lambda a: a.size is not None and bool(a.suite)),
    Element("sensitivity", "sensitivity", lambda a: bool(a.sensitivity)),
    Element(
        "dependencies",
        "derived_from or previous; `derived_from: []` where there are none",
        lambda a: bool({"derived_from", "previous"} & a.at.keys()),
    ),
    Element("licence", "source.license", lambda a: bool(a.source.license)),
)


class Said(NamedTuple):
    """What one dataset says, and what it does not."""

    name: str
    has: tuple[Element, ...]
    lacks: tuple[Element, ...]


def completeness(dbom: Dbom) -> list[Said]:
    """Each dataset, in the order of the DBOM."""
    datasets = [artifact for artifact in dbom.artifacts if artifact.kind == "dataset"]
    has = [tuple(element for element in ELEMENTS if element.has(artifact)) for artifact in datasets]
    return [
        Said(artifact.name, had, tuple(element for element in ELEMENTS if element not in had))
        for artifact, had in zip(datasets, has, strict=True)
    ]


def as_text(dbom: Dbom) -> str:
    """A line for each dataset, with what is missing below it; then all of them together."""
    found = completeness(dbom)
    if not found:
        return f"{printable(dbom.path)} declares no datasets\n"
    lines = []
    for one in found:
        lines.append(f"{one.name}: {_percent([one])}%, {len(one.has)} of {len(ELEMENTS)} elements")
        lines += [f"  lacks {element.name}: {element.keys}" for element in one.lacks]
    lines.append(f"{count(len(found), 'dataset')}: {_percent(found)}% of the minimum elements of an SBOM for AI")
    return "\n".join(lines) + "\n"


def as_json(dbom: Dbom) -> str:
    """The same for programs; `percent` is null where there is no dataset."""
    found = completeness(dbom)
    datasets: list[Json] = [
        {
            "name": one.name,
            "percent": _percent([one]),
            "has": [element.name for element in one.has],
            "lacks": [element.name for element in one.lacks],
        }
        for one in found
    ]
    document: dict[str, Json] = {"percent": _percent(found) if found else None, "datasets": datasets}
    return json.dumps(document, indent=2) + "\n"


def _percent(found: list[Said]) -> int:
    """Rounded down: 100 means all of them."""
    return 100 * sum(len(one.has) for one in found) // (len(ELEMENTS) * len(found))
