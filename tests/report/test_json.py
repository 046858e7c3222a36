"""The report for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

import gate.report.json as report
from gate.core.model import Verdict

from .verdicts import CONTEXT, DIGEST, artifact, decision, everything, verdict

SCHEMA = json.loads(Path(report.__file__).with_name("report-1.schema.json").read_text("utf-8"))


def rendered(of: Verdict) -> Any:
    """The report as data, after validation."""
    text = report.render(of, CONTEXT)
    assert text.endswith("}\n")
    assert text.isascii()
    data = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    return data


def test_the_schema_is_one_and_describes_every_field() -> None:
    """No field without a description, no object that takes undescribed fields by accident."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == report.SCHEMA
    for holder in (SCHEMA, *SCHEMA["$defs"].values()):
        assert holder["additionalProperties"] is False
        assert sorted(holder["required"]) == sorted(holder["properties"])
        assert all("description" in field or "$ref" in field for field in holder["properties"].values())


def test_everything_is_in_it() -> None:
    """Waived findings and those that are off too, each with its decision."""
    data = rendered(everything())
    assert (data["verdict"], data["exit_code"], data["stage"]) == ("blocked", 1, "pull-request")
    assert data["counts"]["by_ruling"] == {"block": 3, "warn": 3, "waived": 1, "adopted": 1, "off": 1}
    assert data["counts"]["by_rule"]["weights/malformed"] == 1
    assert data["completeness"] == {"declared": 4, "verified": 3, "percent": 75.0}
    waived = next(finding for finding in data["findings"] if finding["decision"]["ruling"] == "waived")
    assert waived["decision"]["origin"]["path"] == "gate-waivers.yaml"
    assert waived["decision"]["grounds"]["approver"] == "@acme/ml"
    assert waived["about"]["path"] == "models/old.onnx"
    adopted = next(finding for finding in data["findings"] if finding["decision"]["ruling"] == "adopted")
    assert adopted["decision"]["grounds"] == {"expires": "2027-01-31", "reason": "", "why": "", "approver": ""}
    pickle = next(finding for finding in data["findings"] if finding["rule"] == "weights/pickle-format")
    assert pickle["evidence"] == {"format": "torch", "sha256": DIGEST}
    place = {"path": "models/sign.pt", "message": "", "offset": 0, "member": "archive/data.pkl", "line": None}
    assert pickle["related"] == [place]
    assert data["artifacts"][-1]["facts"]["weights"] == {"format": "safetensors", "tensors": 3}


def test_empty() -> None:
    """Nothing declared has no percentage."""
    data = rendered(verdict(outcome="nothing-to-check"))
    assert data["findings"] == data["artifacts"] == []
    assert data["completeness"]["percent"] is None
    assert data["exit_code"] == 3


def test_the_order_of_the_findings_does_not_depend_on_the_order_of_the_checks() -> None:
    """Parallel checks end in any order."""
    one = everything()
    other = one._replace(decisions=one.decisions[::-1], artifacts=one.artifacts[::-1])
    assert report.render(one, CONTEXT) == report.render(other, CONTEXT)


def test_names_that_are_not_utf_8_and_numbers_that_are_not_json() -> None:
    """Both are written so that every parser reads them."""
    odd = decision(
        path="caf\udce9.pt", evidence={"loss": float("nan"), "names": ["\udcff", "a\nb"], "deep": {"\x1b": 1}}
    )
    finding = rendered(verdict(odd, artifacts=(artifact("\udce9", "model", "x"),)))["findings"][0]
    assert finding["subject"]["path"] == "caf\\xe9.pt"
    assert finding["evidence"] == {"loss": "nan", "names": ["\\xff", "a\\nb"], "deep": {"\\u001b": 1}}


def test_20_000_findings() -> None:
    """All of them, each with a fingerprint of its own."""
    data = rendered(verdict(*(decision("dbom/no-license", "warn", path=f"m/{i % 5000}") for i in range(20_000))))
    assert len({finding["fingerprint"] for finding in data["findings"]}) == 20_000
