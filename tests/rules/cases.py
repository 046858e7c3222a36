"""The format of a case, and how it is played.

about: one sentence
files: {PATH: CONTENT}          the tree before; CONTENT is text, or one of
                                {hex: ...} {base64: ...} {repeat: [text, n]}
                                {safetensors: {NAME: [dtype, shape]}}
add: [[PATH, --name, x, ...]]   `gate add` runs, in order
then: {PATH: CHANGE}            what changes afterwards; CHANGE is CONTENT, null to delete, or one of
                                {link: target} {fifo: true} {replace: [old, new]}
policy: text of gate-policy.yaml
hub: {NAME: {commit: ..., files: {PATH: CONTENT}, scans: {PATH: WORD}}}
                                repositories of a local hub, `datasets/NS/NAME` or `NS/NAME`, that `gate check` asks
change: true                    what stands before `then` is committed, and judged as the base of a change
run: [check, ...]               or [scan, ...]; the default is [check]
at: dbom.yaml:5                 positive cases: where a finding of the rule must stand
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from tests.facts import refuse_unknown_facts
from tests.localhub import LocalHub
from tests.support import Found, Repo, found_in, safetensors

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Case:
    """One file."""

    file: Path
    about: str
    files: dict[str, Any] = field(default_factory=dict)
    add: list[list[str]] = field(default_factory=list)
    then: dict[str, Any] = field(default_factory=dict)
    policy: str = ""
    hub: dict[str, Any] = field(default_factory=dict)
    change: bool = False
    run: list[str] = field(default_factory=lambda: ["check"])
    at: str = ""

    @property
    def rule(self) -> str:
        return "/".join(self.file.parts[-4:-2])

    def __str__(self) -> str:
        return f"{self.rule}/{self.file.stem}"


@dataclass(frozen=True)
class Played:
    """What the gate said to a case."""

    text: str
    files: int
    findings: list[Found]


def cases(side: str) -> list[Case]:
    files = sorted(FOLDER.glob(f"*/*/{side}/*.yaml"))
    return [Case(file, **yaml.safe_load(file.read_text("utf-8"))) for file in files]


def play(case: Case, repo: Repo, report: Path) -> Played:
    """Builds the tree, declares, changes, and runs the gate once with a report for people and one for programs."""
    for path, content in case.files.items():
        repo.write(path, _content(content))
    for arguments in case.add:
        added = repo.gate("add", *arguments)
        assert added.code == 0, added.err
    if case.change:
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "--message=base")
        repo.git("branch", "base")
    for path, change in case.then.items():
        _change(repo, path, change)
    if case.policy:
        repo.write("gate-policy.yaml", case.policy)
    base = ["--base", "base"] if case.change else []
    with _hub(case.hub) as environment, patch.dict(os.environ, environment):
        result = repo.gate(*case.run, *base, "--report", "text", "--report", f"json={report}")
    assert result.code != 2, result.err
    document = json.loads(report.read_text("utf-8"))
    refuse_unknown_facts(document)
    return Played(result.out, document["files"], list(found_in(document)))


@contextlib.contextmanager
def _hub(repositories: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The environment in which clients ask a hub that has `repositories`."""
    if not repositories:
        yield {}
        return
    with LocalHub() as hub:
        for name, said in repositories.items():
            repository = hub.repository(name)
            repository.publish({path: _content(one) for path, one in said["files"].items()}, commit=said["commit"])
            repository.scans = said.get("scans", {})
        yield {"HF_ENDPOINT": hub.url}


def _change(repo: Repo, path: str, change: Any) -> None:
    if change is None:
        repo.delete(path)
    elif isinstance(change, dict) and "link" in change:
        repo.link(path, change["link"])
    elif isinstance(change, dict) and "fifo" in change:
        repo.fifo(path)
    elif isinstance(change, dict) and "replace" in change:
        repo.edit(path, *change["replace"])
    else:
        repo.write(path, _content(change))


def _content(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    assert isinstance(content, dict)
    assert len(content) == 1
    ((kind, value),) = content.items()
    if kind == "hex":
        return bytes.fromhex(value)
    if kind == "base64":
        return base64.b64decode(value, validate=True)
    if kind == "repeat":
        text, times = value
        return str(text).encode() * int(times)
    assert kind == "safetensors", f"unknown content {kind}"
    return safetensors({name: (dtype, shape) for name, (dtype, shape) in value.items()})
