"""Whether the samples of a dataset can be looked at: its bytes are there, are the declared ones, and stay so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.checks.interface import Context, Material
from gate.core.model import Finding
from gate.core.text import printable
from gate.data.interface import DataError


class Unread(NamedTuple):
    """Why the samples cannot be looked at, what to do, and the file that it is about."""

    why: str
    fix: str
    path: str
    pointer: bool = False


def unreadable(material: Material) -> Unread | None:
    """What keeps the samples from being looked at; None where nothing does."""
    if pointer := next((file for file in material.files if file.pointer), None):
        why = f"{printable(pointer.path)} is a Git LFS pointer without its content"
        return Unread(why, "run `git lfs pull` before the gate", pointer.path, True)
    bad = [file.path for file in material.files if file.status != "read" or file.sha256 is None]
    bad += [entry.path for entry in material.odd]
    if bad or not material.files:
        why = f"{printable(bad[0])} was not read" if bad else f"there is no file at {printable(material.subject.path)}"
        fix = "see to what else is reported about it: the files must be there, and no links; then run the gate again"
        return Unread(why, fix, bad[0] if bad else "")
    return None


def unread(material: Material, context: Context, what: str) -> tuple[Finding, ...] | None:
    """Why the files are not to be looked at; None where they are. `what` begins the sentence: "x was not scanned".

    The stage `pre-commit` accepts Git LFS pointers, so there nothing is said of them.
    """
    found = unreadable(material)
    if found is None:
        return None
    if found.pointer and context.stage == "pre-commit":
        return ()
    return (material.undecided(f"{what}: {found.why}", found.fix, found.path if found.pointer else ""),)


def what_is_wrong(error: DataError) -> str:
    """What is wrong with the data, with the file that it is about."""
    shown, message = printable(error.path), printable(error.message)
    return message if shown in message else f"{shown}: {message}"


def changed(material: Material, sha256: Mapping[str, object], meanwhile: str) -> Finding | None:
    """A file that is no longer the one whose digest was compared; `meanwhile` says what was done."""
    for file in material.files:
        if sha256.get(file.path) != file.sha256:
            message = f"{printable(file.path)} was written to while {meanwhile}"
            return material.undecided(message, "stop what writes to it, then run the gate again", file.path)
    return None
