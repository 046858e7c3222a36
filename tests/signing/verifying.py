"""`gate verify` over minted bundles: a file, its bundle and the trust root, as a person would have them."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from tests.localsigstore import Instance
from tests.localsigstore.encoding import Json
from tests.localsigstore.keys import PrivateKey, pem
from tests.support import Repo, Result

from .judging import DATA, PERSON, WORKFLOW_URI

DEV = ("--identity", PERSON["email"], "--issuer", PERSON["iss"])
RELEASE = ("--identity", WORKFLOW_URI, "--issuer", "https://token.actions.githubusercontent.com")
ROOT = ("--trusted-root", "root.json")


class Bench(NamedTuple):
    """A directory with the file `weights`, and an instance whose root lies beside it."""

    repo: Repo
    instance: Instance

    def trust(self, root: Json | bytes) -> None:
        self.repo.write("root.json", root if isinstance(root, bytes) else json.dumps(root))

    def place(self, bundle: Json | bytes | str, name: str = "weights") -> None:
        """Puts the bundle beside `name`."""
        content = json.dumps(bundle) if isinstance(bundle, dict) else bundle
        self.repo.write(f"{name}.sigstore.json", content)

    def verify(self, bundle: Json | bytes | str, *arguments: str, who: tuple[str, ...] = DEV) -> Result:
        """The result for the bundle over `weights`, by the person unless others are named."""
        self.place(bundle)
        root = ROOT if "--identity" in who and "--certificate" not in who else ()
        return self.repo.gate("verify", "weights", *who, *root, *arguments)

    def accepts(self, bundle: Json | bytes | str, *arguments: str, who: tuple[str, ...] = DEV) -> str:
        """What is printed about a good one."""
        result = self.verify(bundle, *arguments, who=who)
        assert result.code == 0, result.out + result.err
        return result.out

    def refuses(
        self, bundle: Json | bytes | str, reason: str, *more: str, who: tuple[str, ...] = DEV, rule: str = "invalid"
    ) -> None:
        """Exit 1, for this reason."""
        result = self.verify(bundle, *more, who=who)
        assert result.code == 1, result.out + result.err
        assert f"error[signatures/{rule}]" in result.out
        assert reason in result.out

    def key(self, key: PrivateKey, name: str = "key.pub") -> tuple[str, ...]:
        """The arguments that name a key as the signer."""
        self.repo.write(name, pem(key))
        return ("--key", name, *ROOT)


@pytest.fixture
def bench(bare: Repo, sigstore_instance: Instance) -> Bench:
    bare.write("weights", DATA)
    made = Bench(bare, sigstore_instance)
    made.trust(sigstore_instance.trusted_root())
    return made
