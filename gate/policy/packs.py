"""The policy packs that ship with the gate, as plain data.

`policies/*.yaml` are their sources. `gate scan` and the hook decide by a pack without importing a YAML
parser, so each is also kept as JSON; a test holds the two together.
"""

from __future__ import annotations

import functools
import json
import os

from gate.core.model import Enforcement, Location
from gate.policy.model import Entry, Policy

PACKS = ("baseline", "research", "strict")
PREFIX = "gate:"
DEFAULT = "baseline"
"""What a policy builds on that says nothing else, and what judges where there is no policy."""


@functools.cache
def load_pack(name: str) -> Policy:
    """The pack `name`, one of `PACKS`; every document that extends none builds on one."""
    reference = PREFIX + name
    rules: dict[str, tuple[Enforcement, int]] = json.loads(_data(name))
    entries = {rule: (Entry(enforce, Location(reference, line)),) for rule, (enforce, line) in rules.items()}
    return Policy(reference, Location(reference), entries, is_pack=True)


def digest(reference: str) -> str:
    """The SHA-256 of the file that ships as the pack `reference`, such as `gate:baseline`."""
    import hashlib  # only for what attests a verdict; it costs the hook a millisecond

    return hashlib.sha256(_data(reference.removeprefix(PREFIX))).hexdigest()


def _data(name: str) -> bytes:
    with open(os.path.join(os.path.dirname(__file__), "packs", f"{name}.json"), "rb") as file:
        return file.read()
