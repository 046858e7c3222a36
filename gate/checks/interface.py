"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from gate.core.model import UNDECIDED, Finding, Json, Location, Related, Stage, Subject
from gate.dbom.model import Artifact, Signature
from gate.files.lfs import Pointer
from gate.files.walk import Odd
from gate.formats.interface import Inspection

if TYPE_CHECKING:
    from datetime import datetime

    from gate.dvc.interface import Kept
    from gate.hub.asking import Asking
    from gate.objects.interface import Object
    from gate.policy.sources import SourceRules
    from gate.policy.suites import SuiteDemand
    from gate.policy.trust import Group, Requirement, Revoked, Root, SummaryDemand

Status = Literal["read", "missing", "link", "outside", "special", "unreadable", "changed", "failed", "larger"]
"""How the attempt to read one file ended; `outside` is a link that leads out of the root.

`larger` is an object that was not read, because all of its artifact is larger than declared.
"""


class Examined(NamedTuple):
    """What one pass over one open file established; `path` is relative to the root.

    `sha256` is None where no digest was asked for. `pointer` is set where a Git LFS pointer stands in for
    the content. `line_endings_only` means that the expected digest is that of the same text with other line
    endings. `detail` explains a status other than `read`, and `fix` says what to do where that is not the usual.
    `digests` are those by other algorithms, in hexadecimal. `object` is what was read of object storage; its address is
    the path then.
    """

    path: str
    status: Status
    size: int = 0
    sha256: str | None = None
    inspection: Inspection | None = None
    pointer: Pointer | None = None
    line_endings_only: bool = False
    detail: str = ""
    digests: Mapping[str, str] = {}
    fix: str = ""
    object: Object | None = None


class Signed(NamedTuple):
    """One signature that an entry declares: the content of the file, None where `problem` says why there is none."""

    declared: Signature
    content: bytes | None
    problem: str = ""


class ListingFlaw(NamedTuple):
    """A rule that the listing of a directory breaks, and how."""

    rule: str
    message: str


def no_content(limit: int) -> bytes | None:
    """What is read again where nothing has to be."""
    return None


def _nothing_open(path: str) -> AbstractContextManager[int]:
    raise FileNotFoundError(path)


class Material(NamedTuple):
    """What lies at the path of a subject; `artifact` is None for what the DBOM does not declare.

    `odd` are the entries of a directory that are neither files nor directories. `listing` maps the paths of
    a directory, relative to it, to their declared digests; `listing_flaw` says why there is none. `signatures`
    are the declared ones. `content` reads all of a file again, as few kinds of signature need it: None for one that
    is larger than its argument. `open` opens one of `files` again, by its path: a descriptor, or OSError.
    """

    subject: Subject
    location: Location
    files: tuple[Examined, ...]
    artifact: Artifact | None = None
    is_directory: bool = False
    odd: tuple[Odd, ...] = ()
    listing: Mapping[str, str] | None = None
    listing_flaw: ListingFlaw | None = None
    signatures: tuple[Signed, ...] = ()
    content: Callable[[int], bytes | None] = no_content
    open: Callable[[str], AbstractContextManager[int]] = _nothing_open

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


class Trusting(Protocol):
    """What policies say about signatures: see `gate.policy.model.Policies`."""

    def trust_groups(self, subject: Subject, /) -> tuple[Group, ...]:
        """Who may sign `subject`."""

    def known_roots(self) -> tuple[Root, ...] | None:
        """Every trust root that is named; None where none is."""

    def requirement(self, subject: Subject, stage: Stage, /) -> Requirement:
        """How many must, and when."""

    def revoked(self) -> Revoked:
        """What no longer counts."""

    def summary_demands(self, subject: Subject, stage: Stage, /) -> tuple[tuple[SummaryDemand, Group], ...]:
        """Which verification summaries there must be."""


class Context(NamedTuple):
    """What every check may know beside the material.

    `allowed` and `denied` are names, or patterns of names, that a policy lets pickles import or forbids them.
    The rest is for the family `signatures`: `trust` is what policies say about them, `now` the time of the run, aware
    of its zone, `summaries` the verification summaries that were handed in, each with its path. For the family
    `suites`: `root` is where the repository lies, `engine_suites` what evaluates, `suite_demand` what policies ask,
    `datasets` those by name that others are compared with. `dvc` is what DVC keeps. `sources` is what policies ask of
    them, `hub` whether and how the Hugging Face Hub is asked.
    """

    stage: Stage
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    trust: Trusting | None = None
    now: datetime | None = None
    summaries: tuple[tuple[str, bytes], ...] = ()
    root: str = ""
    engine_suites: Literal["auto", "reference"] = "auto"
    suite_demand: Callable[[Subject, Stage], SuiteDemand] | None = None
    datasets: Mapping[str, Material] = {}
    sources: SourceRules | None = None
    hub: Asking | None = None
    dvc: Kept | None = None


class Checked(NamedTuple):
    """What a check answers: findings, and facts as plain data."""

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Json] = {}


class Check(Protocol):
    """One family. It never decides, prints, or raises on what it reads."""

    def __call__(self, material: Material, context: Context, /) -> Checked:
        """The findings and facts of this family about `material`."""
