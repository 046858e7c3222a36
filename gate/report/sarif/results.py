"""One SARIF result per finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.core.model import Decision, Finding, Location, Related
from gate.core.text import printable, shorten
from gate.report.sarif.artifacts import Artifacts
from gate.report.view import place

FINGERPRINT = "gateFinding/v1"

MAX_RELATED = 100
"""GitHub keeps no more locations of one result."""

SNIPPET = 1_000
"""Characters: a DBOM written as one line of JSON must not be repeated by each result."""


def result_of(
    decision: Decision, rule_index: Mapping[str, int], fingerprint: str, artifacts: Artifacts
) -> dict[str, object]:
    """The result of an error or a warning."""
    finding = decision.finding
    result: dict[str, object] = {
        "ruleId": printable(finding.rule),
        "ruleIndex": rule_index[finding.rule],
        "level": "error" if decision.ruling == "block" else "warning",
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _primary(finding.location, artifacts)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = _all_related(finding.related[:MAX_RELATED], artifacts)
    return result


def _all_related(places: Sequence[Related], artifacts: Artifacts) -> list[dict[str, object]]:
    """The places, each once: the schema demands that they differ."""
    locations: list[dict[str, object]] = []
    for related in places:
        if (location := _related(related, artifacts)) not in locations:
            locations.append(location)
    return locations


def _message(finding: Finding) -> str:
    text = _sentence(finding.message)
    if (more := len(finding.related) - MAX_RELATED) > 0:
        text += f" {more:,} more places are in the json report."
    return text + (f" Fix: {_sentence(finding.fix)}" if finding.fix else "")


def _sentence(text: str) -> str:
    # "[text](target)" is a link in a SARIF message; nobody but the gate may put one there.
    text = printable(text).replace("](", "] (")
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _primary(location: Location, artifacts: Artifacts) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": artifacts.location(location.path)}
    if not location.line:  # bytes, for a weight file has no lines (docs/adr/0007)
        physical["region"] = {"byteOffset": 0, "byteLength": location.length}
        return physical
    physical["region"] = _region(location)
    if location.column and location.snippet:
        physical["contextRegion"] = {"startLine": location.line, "snippet": _snippet(location.snippet)}
    return physical


def _region(location: Location) -> dict[str, object]:
    region: dict[str, object] = {"startLine": location.line}
    text = location.snippet
    if location.column:
        region["startColumn"] = location.column
        start = location.column - 1
        if location.length:
            region["endColumn"] = location.column + location.length
            text = text[start : start + location.length]
        else:
            text = text[start:]
    if text:
        region["snippet"] = _snippet(text)
    return region


def _snippet(text: str) -> dict[str, object]:
    return {"text": shorten(text.rstrip("\r\n"), SNIPPET)}


def _related(related: Related, artifacts: Artifacts) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": artifacts.location(related.path)}
    text = place(related)
    location: dict[str, object] = {"physicalLocation": physical}
    if related.member is not None:
        location["logicalLocations"] = [{"name": printable(related.member), "kind": "member"}]
    elif related.offset is not None:
        # An offset into a member says nothing about the bytes of the archive, so only its words are given.
        physical["region"] = {"byteOffset": related.offset}
    elif related.line is not None:
        physical["region"] = {"startLine": related.line}
    location["message"] = {"text": _sentence(f"{text}: {related.message}" if related.message else text)}
    return location
