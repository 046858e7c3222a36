"""The check families, in the order in which reports show their facts."""

from __future__ import annotations

from importlib import import_module

from gate.checks.interface import Check

CHECKS: dict[str, str] = {
    "dbom": "gate.checks.dbom:check",
    "integrity": "gate.checks.integrity:check",
    "dvc": "gate.checks.dvc:check",
    "weights": "gate.checks.weights:check",
    "signatures": "gate.checks.signatures:check",
    "sources": "gate.checks.sources:check",
    "hub": "gate.checks.hub:check",
    "suites": "gate.checks.suites:check",
    "poisoning": "gate.checks.poisoning:check",
}


def load_check(family: str) -> Check:
    """The check of a family of `CHECKS`."""
    module, _, name = CHECKS[family].partition(":")
    check: Check = getattr(import_module(module), name)
    return check
