"""`gate check` over one signed artifact: a DBOM, a policy, keys and roots, written as JSON, which is YAML too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.localsigstore import GITHUB, Instance
from tests.localsigstore.encoding import Json
from tests.localsigstore.keys import PrivateKey, pem
from tests.support import Found, Repo, found_in, sha256

from .judging import DATA, WORKFLOW_URI

PATH = "data/x"
RELEASE = {
    "name": "release",
    "identity": WORKFLOW_URI,
    "issuer": GITHUB,
    "source_repository": "https://github.com/acme/train",
}
"""The signer of the workflow of `judging`, as policies write it."""


class Judged(NamedTuple):
    """What `gate check` says of the signatures."""

    code: int
    findings: list[Found]
    facts: Mapping[str, Any]

    @property
    def said(self) -> str:
        """The one finding of the family, as RULE: MESSAGE; empty where there is none."""
        found = [f"{one.rule}: {one.message}" for one in self.findings if one.rule.startswith(("signatures/", "gate/"))]
        assert len(found) < 2, found
        return "".join(found)

    @property
    def first(self) -> Mapping[str, Any]:
        """The facts of the first signature."""
        found: Mapping[str, Any] = self.facts["signatures"][0]
        return found


class Desk(NamedTuple):
    """A repository with the artifact `x`, whose signatures are judged."""

    repo: Repo
    instance: Instance

    def declare(self, *signatures: str | Mapping[str, str], data: bytes = DATA, **more: Any) -> None:
        """Writes the artifact and its DBOM, with these bundles."""
        self.repo.write(PATH, data)
        entry = {"name": "x", "path": PATH, "sha256": sha256(data), "version": "1", **more}
        given = [{"bundle": one} if isinstance(one, str) else dict(one) for one in signatures]
        if given:
            entry["signature"] = given if len(given) > 1 else given[0]
        self.dbom(entry)

    def dbom(self, *entries: Mapping[str, Any]) -> None:
        self.repo.write("dbom.yaml", json.dumps({"dbom": 1, "datasets": list(entries)}))

    def place(self, bundle: Json | str | bytes, name: str = "x.sigstore.json") -> str:
        self.repo.write(name, json.dumps(bundle) if isinstance(bundle, dict) else bundle)
        return name

    def root(self, document: Json | None = None, name: str = "local") -> dict[str, str]:
        """A trust root as a policy names it; that of the instance unless another is given."""
        content = json.dumps(document or self.instance.trusted_root())
        return self._pinned(name, f"roots/{name}.json", content)

    def key(self, key: PrivateKey, name: str = "key", **more: Any) -> dict[str, Any]:
        """A key as a policy names it."""
        return {**self._pinned(name, f"keys/{name}.pub", pem(key)), **more}

    def _pinned(self, name: str, file: str, content: str | bytes) -> dict[str, str]:
        self.repo.write(file, content)
        return {"name": name, "file": file, "sha256": sha256(content)}

    def policy(self, name: str = "gate-policy.yaml", **parts: Any) -> None:
        """Writes the policy; with `trust_roots` of the instance where it has identities and says nothing of roots."""
        if "identities" in parts and "trust_roots" not in parts:
            parts["trust_roots"] = [self.root()]
        self.repo.write(name, json.dumps({"policy": 1, **parts}))

    def check(self, *arguments: str) -> Judged:
        report = self.repo.report(*arguments)
        facts = [one["facts"].get("signatures", {}) for one in report["artifacts"] if one["name"] == "x"]
        return Judged(report["exit_code"], list(found_in(report)), facts[0] if facts else {})

    def judge(self, bundle: Json | str | bytes, *signers: Mapping[str, Any], **parts: Any) -> Judged:
        """The judgement on one bundle over the artifact, where the policy trusts these identities."""
        self.declare(self.place(bundle))
        self.policy(identities=list(signers or (RELEASE,)), **parts)
        return self.check()


@pytest.fixture
def desk(repo: Repo, sigstore_instance: Instance) -> Desk:
    return Desk(repo, sigstore_instance)


def link_out(repo: Repo, name: str, content: bytes) -> None:
    """A link at `name` to a file that lies beside the repository."""
    outside = Path(repo.root).parent / "outside"
    outside.write_bytes(content)
    repo.link(name, outside)
