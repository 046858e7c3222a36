"""Which directory is the repository, and the paths that a person names in it."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.objects.url import is_object, normal

DBOM_NAME = "dbom.yaml"
POLICY_NAME = "gate-policy.yaml"
BUNDLE_SUFFIX = ".sigstore.json"
"""What the name of a signature adds to that of what is signed, as the clients of Sigstore have it."""


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


def beneath(path: str, root: str) -> str:
    """`path`, as named in the working directory, relative to `root`; empty for the root itself.

    The address of an object stays what it is.
    """
    if is_object(path):
        return normal(path)
    full = os.path.abspath(path)
    relative = os.path.relpath(
        os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full)), os.path.realpath(root)
    )
    if os.path.realpath(full) == os.path.realpath(root):
        relative = os.curdir
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        raise UsageError(f"{printable(path)} lies outside of {printable(root)}", "name paths inside the repository")
    return "" if relative == os.curdir else relative


def absent(path: str, fix: str = "check the spelling") -> UsageError:
    """The error for a path that was named, where only files will do and there is none."""
    if is_object(path):
        return UsageError(f"{printable(path)} is no file", "declare it with `gate add`, and run `gate check`")
    return UsageError(f"{printable(path)} does not exist", fix)


def policy_reference(reference: str, root: str) -> str:
    """A pack as it is, a file relative to `root`; raises `UsageError` for an address."""
    if "://" in reference:
        fix = "name a file that has it in `extends:`"
        raise UsageError(f"{printable(reference)} is neither a pack nor a file", fix)
    return reference if reference.startswith("gate:") else os.path.relpath(os.path.abspath(reference), root)
