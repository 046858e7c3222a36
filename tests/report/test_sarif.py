"""SARIF: what code scanning and Microsoft's validator make of it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gate.core.catalogue import all_rules
from gate.core.model import Location, Related, Verdict
from gate.report import sarif
from gate.report.sarif import MAX_RESULTS, render
from gate.report.sarif.taxonomies import ATLAS, CWE, OWASP

from .verdicts import CONTEXT, decision, everything, verdict

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "schemas" / "sarif-schema-2.1.0.json"
MULTITOOL = Path(
    os.environ.get("GATE_SARIF_MULTITOOL")
    or ROOT / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
)

DECLINED_NOTES = {
    "SARIF2002": "message ids instead of texts: GitHub requires the text",
    "SARIF2003": "version control provenance: the verdict does not know it",
    "SARIF2009": "rule ids without a slash: ours are family/what-is-wrong",
    "SARIF2011": "a context region: there is none around a whole line",
    "SARIF2012": "a driver with rules: only those that occur are listed, so none where nothing was found",
    "SARIF2013": "embedded files: weights do not belong into a report",
}
"""Advice of level note that does not fit this report; everything else must be clean."""
OFFLINE = {"SARIF2006.UrisShouldBeReachable.Options": {"RuleEnabled": "Disabled"}}
"""Reachable addresses depend on the network of the test, and each of them is asked for."""
FEW = 100
"""Results to which the validated logs are cut: what they look like then does not depend on the number."""


def cases() -> dict[str, Verdict]:
    """Verdicts that differ in which parts of the format they use."""
    odd = decision(
        path="a b/\udcff%é:x.pt",
        message="a link [here](https://evil.example) and {0}",
        related=(*map(Related, ("../../etc/passwd", "/etc/x", "", "C:\\x", ".", ".")), Related("a", "", 7)),
    )
    return {
        "everything": everything(),
        "empty": verdict(),
        "every-rule": verdict(*(decision(rule.id, path=f"m/{rule.id}") for rule in all_rules())),
        "odd-names": verdict(odd, sha256={"../../etc/passwd": "ab" * 32}),
        "scan": verdict(decision(location=Location("models/sign.pt"), related=(Related("models/sign.pt", "", 2),))),
        "undecided": verdict(decision("gate/undecided"), outcome="undecided"),
        "too-many": verdict(*(decision(path=f"m/{i}") for i in range(FEW + 100))),
    }


def run_of(of: Verdict) -> Any:
    """The only run of the rendered log, with what every log must satisfy checked."""
    log = json.loads(render(of, CONTEXT))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(log["runs"]) == 1
    assert all(result["ruleId"] == rules[result["ruleIndex"]]["id"] for result in run["results"])
    fingerprints = [result["partialFingerprints"]["gateFinding/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    return run


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs are cut earlier than they are for users."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", FEW)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", cases())
def test_valid_by_the_official_schema(name: str) -> None:
    """GitHub refuses what is not."""
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    errors = jsonschema.Draft7Validator(schema).iter_errors(json.loads(render(cases()[name], CONTEXT)))
    assert [error.message for error in errors] == []


@pytest.mark.clients
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", cases())
def test_accepted_by_the_multitool(name: str, tmp_path: Path) -> None:
    """Nothing but the notes that are declined with a reason."""
    if not MULTITOOL.exists():
        pytest.skip("set GATE_SARIF_MULTITOOL or npm install @microsoft/sarif-multitool@5.7.0")
    log, out, config = (tmp_path / file for file in ("x.sarif", "out.sarif", "config.json"))
    config.write_text(json.dumps(OFFLINE))
    log.write_text(render(cases()[name], CONTEXT), "utf-8")
    options = [
        "--rule-kind",
        "Sarif;Ghas",
        "--level",
        "Error;Warning;Note",
        "--log",
        "ForceOverwrite",
        "--config",
        config,
    ]
    subprocess.run([MULTITOOL, "validate", log, *options, "-o", out], check=True, capture_output=True)
    # The exit code is 0 whatever was found; the answer is in the file.
    run = json.loads(out.read_text("utf-8-sig"))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"]
    found = {(result.get("level", "warning"), result["ruleId"]) for result in run["results"]}
    snippets = {("note", "SARIF2010")} if name == "scan" else set()  # the bytes of a weight file are no snippet
    assert {one for one in found if one[0] != "note" or one[1] not in DECLINED_NOTES} == snippets


def test_the_primary_location_is_the_reviewed_line_and_the_weights_are_related() -> None:
    """`upload-sarif` reads the primary file line by line, so that must never be a weight file."""
    result = next(r for r in run_of(everything())["results"] if r["ruleId"] == "weights/pickle-format")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "dbom.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {
        "startLine": 12,
        "startColumn": 11,
        "endColumn": 25,
        "snippet": {"text": "models/sign.pt"},
    }
    related = result["relatedLocations"][0]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "models/sign.pt"
    assert "region" not in related["physicalLocation"]
    assert related["logicalLocations"] == [{"name": "archive/data.pkl", "kind": "member"}]


def test_a_whole_file_is_located_by_its_bytes() -> None:
    """`gate scan` points at the weight file, which has no lines."""
    result = run_of(verdict(decision(location=Location("models/sign.pt", length=4096))))["results"][0]
    assert result["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 0, "byteLength": 4096}


def test_digests_and_byte_offsets() -> None:
    """The judged bytes are identified, and the place in them is given."""
    run = run_of(everything())
    related = run["results"][0]["relatedLocations"][0]["physicalLocation"]
    entry = run["artifacts"][related["artifactLocation"]["index"]]
    assert entry["hashes"] == {"sha-256": "ab" * 32}
    assert related["region"] == {"byteOffset": 4096}


def test_only_open_findings_worst_first() -> None:
    """A waived finding would show up as an open alert."""
    run = run_of(everything())
    assert [result["level"] for result in run["results"]] == ["error"] * 3 + ["warning"] * 3
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == sorted({result["ruleId"] for result in run["results"]})
    assert run["invocations"][0]["exitCode"] == 1


def test_a_rule_explains_itself_and_links_to_the_taxonomies() -> None:
    """What GitHub shows beside the alert comes from the catalogue."""
    run = run_of(verdict(decision("weights/pickle-format")))
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["name"] == "WeightsPickleFormat"
    assert rule["helpUri"].endswith("/docs/rules/weights/pickle-format.md")
    assert rule["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-502" in rule["properties"]["tags"]
    targets = {(r["target"]["toolComponent"]["name"], r["target"]["id"]) for r in rule["relationships"]}
    assert targets == {(t["name"], taxon["id"]) for t in run["taxonomies"] for taxon in t["taxa"]}
    assert ("CWE", "CWE-502") in targets


def test_every_taxon_of_the_catalogue_has_a_name() -> None:
    """A new id in the catalogue needs a line in the taxonomy."""
    for rule in all_rules():
        assert set(rule.cwe) <= set(CWE.entries)
        assert set(rule.atlas) <= set(ATLAS.entries)
        assert set(rule.owasp) <= set(OWASP.entries)


def test_addresses_are_relative_and_encoded() -> None:
    """Raw bytes become %XX; what lies outside the root does not tell where."""
    run = run_of(cases()["odd-names"])
    related = run["results"][0]["relatedLocations"]
    uris = [location["physicalLocation"]["artifactLocation"]["uri"] for location in related]
    assert uris == ["passwd", "x", ".", "x", "a"]
    named = run_of(verdict(decision(related=(Related("a b/\udcff%é:x.pt"),))))["results"][0]["relatedLocations"][0]
    assert named["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%FF%25%C3%A9%3Ax.pt"


def test_fingerprints_survive_edits_and_end_with_the_bytes() -> None:
    """The line may move; other bytes are another alert."""

    def fingerprint(line: int, digest: str) -> str:
        moved = decision(location=Location("dbom.yaml", line, 11))
        result = run_of(verdict(moved, sha256={"models/sign.safetensors": digest}))["results"][0]
        return str(result["partialFingerprints"]["gateFinding/v1"])

    assert fingerprint(12, "aa") == fingerprint(99, "aa") != fingerprint(12, "bb")


def test_20_000_findings_are_cut_with_a_word() -> None:
    """Errors stay, and the log says how many results it lacks."""
    many = [decision("dbom/no-license", "warn", path=f"m/{i}") for i in range(19_999)]
    run = run_of(verdict(*many, decision(), notes=("a note",)))
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert [n["level"] for n in notifications] == ["warning", "note"]
    assert notifications[0]["message"]["text"].startswith("15,000 more results left out")


def test_many_places_of_one_finding_are_cut_with_a_word() -> None:
    """GitHub keeps no more than a hundred."""
    result = run_of(verdict(decision(related=tuple(Related(f"d/{i}") for i in range(150)))))["results"][0]
    assert len(result["relatedLocations"]) == 100
    assert "50 more places are in the json report" in result["message"]["text"]
