"""Whether remotes of DVC verify what they hand out, and whether a policy lets data come from them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.text import printable, shorten
from gate.dvc.config import PATH
from gate.dvc.interface import Config, Flaw, Remote

ADDRESS = r"[a-z][a-z0-9+]*://[A-Za-z0-9][A-Za-z0-9._:-]*(?:/[A-Za-z0-9._/ +=,~-]*)?|/[^\x00-\x1f%]*"
"""An address with a host or bucket and without user, query or escapes; or an absolute directory. DVC would put other
keys of its configuration in the place of `%(key)s`."""
FIX = "use a remote of the list, or have those who own the policy add it"
DIVERTING = ("url", "endpointurl", "oss_endpoint")
"""Options of a remote that say whom DVC talks to."""


class Remotes(NamedTuple):
    """The addresses under `dvc: {remotes: ...}` of a policy, and the root that local ones are relative to."""

    listed: frozenset[str]
    root: str

    def flaws(self, config: Config) -> Iterator[Flaw]:
        """What is wrong with the remotes of a project."""
        path = posixpath.join(config.project, PATH)
        for remote in config.remotes.values():
            at = remote.places.get("verify", remote.location)
            name = shorten(remote.name, 60)
            if remote.options.get("verify", "").lower() != "true":
                message = f"DVC takes what the remote {name} hands out without comparing it with what was recorded"
                fix = f"run `dvc remote modify {name} verify true`"
                yield Flaw("dvc/unverified-remote", path, at, message, fix)
            if self.listed and (refused := self.refused(remote, config)):
                at = remote.places.get(refused, remote.location)
                yield Flaw("dvc/untrusted-remote", path, at, refusal(remote, refused), FIX)

    def refused(self, remote: Remote, config: Config) -> str:
        """The option of `remote` that leads to what is not listed; empty where none does."""
        said = {key: remote.options.get(key, "") for key in DIVERTING}
        wrong = (key for key in DIVERTING if not self.is_listed(address(said[key], self.root, config)))
        return next((key for key in wrong if said[key] or key == "url"), "")

    def is_listed(self, place: str) -> bool:
        """Whether `place` is an address of the list, or beneath one."""
        if not re.fullmatch(ADDRESS, place) or ".." in place.split("/"):
            return False
        return any(place == one.rstrip("/") or place.startswith(one.rstrip("/") + "/") for one in self.listed)


def refusal(remote: Remote, refused: str) -> str:
    """Why nothing may come from `remote`: the option `refused` leads to what is not listed."""
    name, said = shorten(remote.name, 60), shorten(remote.options.get(refused, ""), 100)
    if not said:
        return f"the remote {name} has no `{refused}`"
    return f"the remote {name} has the `{refused}` {said}, which no `dvc: {{remotes: ...}}` of the policy lists"


def address(said: str, root: str, config: Config) -> str:
    """The address of a remote; that of a directory is relative to the `.dvc` with the configuration."""
    if "://" in said or not said:
        return said.rstrip("/")
    return os.path.normpath(os.path.join(root, config.project, ".dvc", said))


def address_problem(text: str) -> str | None:
    """Why `text` is no address that a policy could list, or None."""
    if re.fullmatch(ADDRESS, text) and ".." not in text.split("/") and text != "/":
        return None
    return f'"{printable(text[:80])}" is neither an address such as s3://bucket/path nor an absolute directory'
