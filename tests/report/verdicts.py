"""Verdicts built by hand, as the flow would hand them on."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.model import (
    About,
    Decision,
    Examination,
    Finding,
    Grounds,
    Json,
    Kind,
    Location,
    Outcome,
    Related,
    Ruling,
    Subject,
    Verdict,
)
from gate.report.interface import Context

CONTEXT = Context(version="0.1.0")
BASELINE = Location("gate:baseline", 12, 3)
DIGEST = "9f2c" * 16


def decision(
    rule: str = "integrity/digest-mismatch",
    ruling: Ruling = "block",
    *,
    path: str = "models/sign.safetensors",
    name: str | None = "sign-classifier",
    kind: Kind | None = "model",
    message: str = "models/sign.safetensors is not the declared file",
    fix: str = "restore it, or run `gate update sign-classifier --version V`",
    location: Location | None = None,
    related: tuple[Related, ...] | None = None,
    evidence: Mapping[str, Json] | None = None,
    origin: Location = BASELINE,
    about: About | None = None,
    grounds: Grounds | None = None,
) -> Decision:
    """One decided finding about a declared model."""
    where = location or Location("dbom.yaml", 12, 11, len(path), f"    path: {path}")
    places = (Related(path),) if related is None else related
    return Decision(
        Finding(rule, Subject(kind, name, path), message, fix, where, places, evidence or {}),
        ruling,
        origin,
        about,
        grounds,
    )


def artifact(name: str | None, kind: Kind, path: str, verified: bool = True) -> Examination:
    """One examined artifact."""
    return Examination(
        Subject(kind, name, path),
        verified,
        {"integrity": {"verified": verified}, "weights": {"format": "safetensors", "tensors": 3}},
    )


def verdict(
    *decisions: Decision,
    outcome: Outcome | None = None,
    artifacts: tuple[Examination, ...] = (),
    sha256: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Verdict:
    """A verdict on those decisions; blocked when one of them blocks."""
    blocked = any(d.ruling == "block" for d in decisions)
    return Verdict(
        outcome or ("blocked" if blocked else "pass"),
        decisions,
        artifacts,
        ("gate:baseline",),
        "pull-request",
        files=14,
        bytes=3_355_443,
        sha256=sha256 or {},
        notes=notes,
    )


def everything() -> Verdict:
    """One verdict with every ruling, several places, an undeclared file and notes."""
    return verdict(
        decision(
            "dbom/no-license",
            "warn",
            path="data/traffic-signs",
            name="traffic-signs",
            kind="dataset",
            message='the dataset "traffic-signs" has no licence',
            fix="write its SPDX identifier to `source.license`",
            location=Location("dbom.yaml", 4, 11, 18, "    path: data/traffic-signs"),
            related=(),
        ),
        decision(
            "weights/pickle-format",
            path="models/sign.pt",
            message="models/sign.pt is a pickle, and loading a pickle runs the code in it",
            fix="publish the weights as safetensors",
            related=(Related("models/sign.pt", "", 0, "archive/data.pkl"),),
            evidence={"format": "torch", "sha256": DIGEST},
        ),
        decision(related=(Related("models/sign.safetensors", "the first byte that differs", 4096),)),
        decision(
            "weights/malformed",
            "waived",
            path="models/old.onnx",
            name="old",
            message="models/old.onnx ends in the middle of a field",
            fix="export it again",
            related=(Related("models/old.onnx", "", 1_048_576),),
            origin=Location("gate-waivers.yaml", 31, 11),
            about=About("models/old.onnx", "0d1e" * 16),
            grounds=Grounds("2027-02-19", "vendor-pending", "the vendor exports it again in March", "@acme/ml"),
        ),
        decision(
            "dbom/no-origin",
            "adopted",
            path="models/old.onnx",
            name="old",
            message="old does not say where it came from",
            fix="add `url:` under `source:` of old",
            origin=Location("gate-adopted.yaml", 7, 11),
            about=About("models/old.onnx", "0d1e" * 16),
            grounds=Grounds("2027-01-31"),
        ),
        decision(
            "dbom/undeclared-weights",
            "warn",
            path="models/backup.pt",
            name=None,
            message="models/backup.pt is not in the DBOM",
            fix="gate add models/backup.pt --source URL",
            location=Location("dbom.yaml", 1, 0, 0, "dbom: 1"),
            related=(Related("models/backup.pt"),),
        ),
        decision(
            "gate/undecided",
            path="models/locked.safetensors",
            name="locked",
            message="models/locked.safetensors cannot be read: permission denied",
            fix="chmod u+r models/locked.safetensors",
        ),
        decision("suites/missing", "off", path="data/traffic-signs", name="traffic-signs", kind="dataset"),
        decision(
            "acme/internal-mirror-only",
            "warn",
            message="the origin is not the mirror",
            fix="fetch it from artifacts.acme.example",
        ),
        artifacts=(
            artifact("traffic-signs", "dataset", "data/traffic-signs"),
            artifact("sign-classifier", "model", "models/sign.safetensors", verified=False),
            artifact("old", "model", "models/old.onnx"),
            artifact("locked", "model", "models/locked.safetensors"),
            artifact(None, "model", "models/backup.pt", verified=False),
        ),
        sha256={"models/sign.safetensors": "ab" * 32, "models/backup.pt": "cd" * 32, "models/sign.pt": DIGEST},
        notes=("no policy was named and none lies beside dbom.yaml: gate:baseline applies",),
    )
