"""What `gate init` finds, as immutable types."""

from __future__ import annotations

from typing import NamedTuple

from gate.core.model import Kind
from gate.dbom.model import Origin


class Proposal(NamedTuple):
    """A file or directory to declare.

    `kind` is None where only the whole content can say it. `dvc` is the DVC file that names the path, and
    `source` what it knows about where that came from.
    """

    path: str
    kind: Kind | None = None
    is_directory: bool = False
    dvc: str = ""
    source: Origin = Origin()


class Left(NamedTuple):
    """Something that cannot be declared as it is: why, and what to do; `unreadable` where nobody looked into it."""

    path: str
    why: str
    fix: str = ""
    unreadable: bool = False


class Out(NamedTuple):
    """A file or directory that the DVC file `document` keeps, relative to the root."""

    path: str
    document: str
    source: Origin = Origin()


class Discovery(NamedTuple):
    """Everything that was found, in the order of the paths; `absent` are outs of DVC that are not here."""

    proposals: tuple[Proposal, ...] = ()
    left: tuple[Left, ...] = ()
    absent: tuple[Out, ...] = ()
    suites: tuple[str, ...] = ()
    files: int = 0


def ancestors(path: str) -> tuple[str, ...]:
    """`path` and the directories above it, without the root."""
    parts = path.split("/")
    return tuple("/".join(parts[:i]) for i in range(len(parts), 0, -1))
