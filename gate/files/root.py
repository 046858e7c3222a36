"""Which directory is the repository."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.core.text import printable

DBOM_NAME = "dbom.yaml"
POLICY_NAME = "gate-policy.yaml"


def upwards(directory: str) -> str:
    """The directory from `directory` upwards with a DBOM, else the one with `.git`; `directory` where there is none.

    Raises `UsageError` where two on the way have one: a DBOM that a change adds closer by must not put the one
    of the repository, and the policy beside it, out of sight.
    """
    found: list[str] = []
    current = directory
    while True:
        if any(os.path.lexists(os.path.join(current, name)) for name in (DBOM_NAME, POLICY_NAME)):
            found.append(current)
        top = os.path.lexists(os.path.join(current, ".git"))
        parent = os.path.dirname(current)
        if top or parent == current:
            break
        current = parent
    if len(found) > 1:
        names = " and ".join(os.path.relpath(path, directory) for path in found)
        raise UsageError(f"a {DBOM_NAME} or {POLICY_NAME} is in each of {printable(names)}", "say which: --root DIR")
    if found:
        return found[0]
    return current if top else directory
