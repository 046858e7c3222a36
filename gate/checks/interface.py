"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from gate.core.model import UNDECIDED, Finding, Json, Location, Related, Stage, Subject
from gate.dbom.model import Artifact
from gate.files.lfs import Pointer
from gate.files.walk import Odd
from gate.formats.interface import Inspection

Status = Literal["read", "missing", "link", "outside", "special", "unreadable", "changed", "failed"]
"""How the attempt to read one file ended; `outside` is a link that leads out of the root."""


class Examined(NamedTuple):
    """What one pass over one open file established; `path` is relative to the root.

    `sha256` is None where no digest was asked for. `pointer` is set where a Git LFS pointer stands in for
    the content. `line_endings_only` means that the expected digest is that of the same text with other line
    endings. `detail` explains a status other than `read`.
    """

    path: str
    status: Status
    size: int = 0
    sha256: str | None = None
    inspection: Inspection | None = None
    pointer: Pointer | None = None
    line_endings_only: bool = False
    detail: str = ""


class ListingFlaw(NamedTuple):
    """A rule that the listing of a directory breaks, and how."""

    rule: str
    message: str


class Material(NamedTuple):
    """What lies at the path of a subject; `artifact` is None for what the DBOM does not declare.

    `odd` are the entries of a directory that are neither files nor directories. `listing` maps the paths of
    a directory, relative to it, to their declared digests; `listing_flaw` says why there is none.
    """

    subject: Subject
    location: Location
    files: tuple[Examined, ...]
    artifact: Artifact | None = None
    is_directory: bool = False
    odd: tuple[Odd, ...] = ()
    listing: Mapping[str, str] | None = None
    listing_flaw: ListingFlaw | None = None

    def finding(
        self,
        rule: str,
        message: str,
        fix: str,
        *,
        related: tuple[Related, ...] = (),
        evidence: Mapping[str, Json] | None = None,
        at: str = "",
    ) -> Finding:
        """A finding about this material, at the value of the entry's key `at` or at its alert line."""
        location = self.artifact.at.get(at, self.location) if self.artifact else self.location
        return Finding(rule, self.subject, message, fix, location, related, evidence or {})

    def undecided(self, message: str, fix: str, path: str = "") -> Finding:
        """A finding that the gate itself was unable to judge something."""
        related = (Related(path),) if path else ()
        return self.finding(UNDECIDED, message, fix, related=related)


class Context(NamedTuple):
    """What every check may know beside the material.

    `allowed` and `denied` are names, or patterns of names, that a policy lets pickles import or forbids them.
    """

    stage: Stage
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


class Checked(NamedTuple):
    """What a check answers: findings, and facts as plain data."""

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Json] = {}


class Check(Protocol):
    """One family. It never decides, prints, or raises on what it reads."""

    def __call__(self, material: Material, context: Context, /) -> Checked:
        """The findings and facts of this family about `material`."""
