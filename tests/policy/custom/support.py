"""Repositories with custom rules, and what the gate says to them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support import Found, Repo

pytest.importorskip("cel_expr_python", reason="custom rules need Python 3.11")


def policy(*rules: dict[str, Any], **more: Any) -> str:
    """A policy with these rules; what a rule leaves out is filled in."""
    filled = [{"id": f"acme/r{number}", "message": "it is wrong", **rule} for number, rule in enumerate(rules)]
    return yaml.safe_dump({"policy": 1, **more, "custom": filled}, sort_keys=False)


def declare(repo: Repo, name: str = "a", content: str = "x,y\n1,2\n", **source: str) -> None:
    """A dataset `name` with a source."""
    repo.write(f"data/{name}.csv", content)
    options = [part for key, value in source.items() for part in (f"--{key}", value)]
    added = repo.gate("add", f"data/{name}.csv", "--name", name, "--version", "1", *options)
    assert added.code == 0, added.err


def judged(repo: Repo, *rules: dict[str, Any], options: tuple[str, ...] = ()) -> list[Found]:
    """The findings of custom rules, and what is undecided, under a policy with these rules."""
    repo.write("gate-policy.yaml", policy(*rules))
    found = repo.findings(*options)
    return [one for one in found if one.rule.startswith(("acme/", "gate/"))]


def broken(repo: Repo, expression: str, *, options: tuple[str, ...] = (), **rule: Any) -> list[str]:
    """What one rule finds: `acme/r0` for each artifact that breaks it, `gate/undecided` where that is not known."""
    return [one.rule for one in judged(repo, {"assert": expression, **rule}, options=options)]
