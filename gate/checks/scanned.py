"""What becomes of one declared scan: samples are read in a limited process, and each piece of evidence is a finding."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.checks.interface import Checked, Context, Material
from gate.checks.pieces import pieces_of
from gate.checks.readable import changed, unread, what_is_wrong
from gate.core.errors import UnableError
from gate.core.model import UNDECIDED, Finding, Json, Related
from gate.core.text import count, printable, shorten
from gate.data.interface import DataError, Layout, Place
from gate.poisoning.answer import Clue, Scanned
from gate.poisoning.run import Options, scan

NOT_SCANNED = "poisoning/not-scanned"
_RULES = {"block": "poisoning/found", "warn": "poisoning/suspicious"}
_NOISE = "label-noise"
"""The kind of evidence that has a rule of its own."""


class Judged(NamedTuple):
    """The answer of the check, with the scan as far as it came to that."""

    checked: Checked
    scanned: Scanned | None = None


def judge(material: Material, options: Options, context: Context, tick: Callable[[], object] = lambda: None) -> Judged:
    """Whether the samples of a dataset look poisoned."""
    name = material.subject.name
    facts: dict[str, Json] = {"scan": options.modality, "scanned": False}
    not_scanned = f"{name} was not scanned for poisoning"
    stop = unread(material, context, not_scanned)
    if stop is not None:
        return Judged(Checked(stop, facts))
    try:
        with contextlib.ExitStack() as stack:
            scanned = scan(pieces_of(material, stack), options, tick)
    except DataError as error:
        return Judged(Checked((_unreadable(material, error),), facts))
    except UnableError as error:
        return Judged(Checked((material.undecided(f"{not_scanned}: {error.message}", error.fix),), facts))
    if touched := changed(material, scanned.sha256, f"{name} was scanned"):
        return Judged(Checked((touched,), facts))
    return Judged(Checked(tuple(_findings(material, scanned)), {**facts, **_facts(scanned)}), scanned)


def options_of(material: Material) -> Options:
    """How the entry of the DBOM says that it is to be scanned."""
    artifact = material.artifact
    if artifact is None or artifact.scan is None:
        raise ValueError(f"{material.subject.name} declares no scan")
    layout = Layout(*artifact.data) if artifact.data else Layout()
    return Options(artifact.scan.modality, artifact.scan.labels, layout)


def _unreadable(material: Material, error: DataError) -> Finding:
    """No sample was looked at: that is no warning, for whoever made the data can bring it about."""
    fix = "correct the file, or say how it is to be read under `scan:` and `data:` of the entry"
    text = f"{material.subject.name} was not scanned for poisoning: {what_is_wrong(error)}"
    return material.finding(UNDECIDED, text, fix, related=(Related(error.path),), at="scan")


def _findings(material: Material, scanned: Scanned) -> Iterator[Finding]:
    name = material.subject.name
    for clue in scanned.clues:
        if clue.level != "note":
            yield _finding(material, scanned, clue)
    for detector, reason in scanned.undecided.items():
        fix = "run it with more time or memory at hand, or scan a part of the data with `gate poison`"
        yield material.undecided(f"{name} was not scanned by {detector}: {reason}", fix)
    if scanned.smallest is None and not scanned.undecided:
        message = f"nothing in {name} could be tested for poisoning: {'; '.join(scanned.untested[:5])}"
        fix = "give the scan more samples and classes, or take `scan:` out of the entry"
        yield material.finding(UNDECIDED, printable(message), fix, at="scan")
    if scanned.skipped:
        message = f"not all of {name} was scanned for poisoning: {'; '.join(scanned.skipped)}"
        fix = "repair or remove what cannot be read"
        evidence: dict[str, Json] = {"skipped": list(scanned.skipped)}
        yield material.finding(NOT_SCANNED, printable(message), fix, evidence=evidence, at="scan")


def _finding(material: Material, scanned: Scanned, clue: Clue) -> Finding:
    rule = "poisoning/label-noise" if clue.kind == _NOISE else _RULES[clue.level]
    samples = count(clue.suspects, "sample")
    message = f"{material.subject.name}: {clue.message}; {samples} of {scanned.samples:,}"
    message += "" if clue.p is None else f", p = {clue.p:.1g}"
    declared = material.artifact is not None and material.artifact.scan is not None
    how = material.subject.name if declared else f"{material.subject.path} --modality {scanned.modality}"
    fix = f"look at them: `gate poison {how} --html scan.html`; then remove them, or restore the data"
    evidence: dict[str, Json] = {
        "detector": clue.detector,
        "kind": clue.kind,
        "p": clue.p,
        "effects": dict(clue.effects),
        "trigger": clue.trigger or None,
        "parts": dict(clue.parts),
        "confirmed": clue.confirmed,
        "suspects": clue.suspects,
        "samples": scanned.samples,
    }
    related = tuple(_related(place) for place in clue.places)
    return material.finding(rule, printable(message), printable(fix), related=related, evidence=evidence, at="scan")


def _related(place: Place) -> Related:
    """Lines count from 1, as editors show them, rows from 0; a file that is one sample needs neither."""
    if place.line is not None:
        return Related(place.path, line=place.line)
    return Related(place.path, shorten(f"row {place.row:,}")) if place.row else Related(place.path)


def _facts(scanned: Scanned) -> dict[str, Json]:
    return {
        "scanned": not scanned.undecided,
        "outcome": "undecided" if scanned.undecided and scanned.outcome != "block" else scanned.outcome,
        "samples": scanned.samples,
        "total": scanned.total,
        "classes": len(scanned.classes),
        "detectors": list(scanned.detectors),
        "notes": [clue.message for clue in scanned.clues if clue.level == "note"],
        "untested": list(scanned.untested),
        "skipped": list(scanned.skipped),
        "smallest": scanned.smallest,
    }
