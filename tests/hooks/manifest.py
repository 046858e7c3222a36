"""The hooks of `.pre-commit-hooks.yaml`, run as pre-commit runs them: the entry, then the names of the staged files."""

from __future__ import annotations

import json
import shlex
from typing import Any

import yaml

from tests.support import PROJECT, Found, Repo, Result, found_in

MANIFEST = PROJECT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text())}


def words(hook: str) -> list[str]:
    """The entry of `hook` without `gate`."""
    program, *words = shlex.split(HOOKS[hook]["entry"])
    assert program == "gate"
    return words


def run_hook(repo: Repo, hook: str, *names: str) -> Result:
    """What the entry does with these files."""
    return repo.gate(*words(hook), *names)


def findings(repo: Repo, hook: str, *names: str) -> list[Found]:
    """What it finds in them."""
    *options, end = words(hook)
    result = repo.gate(*options, "--report", "json", end, *names)
    assert result.out, result.err
    return list(found_in(json.loads(result.out)))


def blocked(repo: Repo, hook: str, *names: str) -> set[tuple[str, str]]:
    """The rule and the file, as reports write its name, of each finding that fails the hook."""
    found = [finding for finding in findings(repo, hook, *names) if finding.ruling == "block"]
    assert run_hook(repo, hook, *names).code == (1 if found else 0)
    return {(finding.rule, path) for finding in found for path in finding.related}
