"""The vocabulary as small immutable types.

Everything the flow hands on is one of these: checks state `Finding`s and facts, the policy turns each
finding into a `Decision`, all decisions together are the `Verdict`, and reports render the verdict.
Named tuples rather than dataclasses because the pre-commit hook imports this module and must start in
milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gate.core.catalogue import Rule

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Plain data: what facts and evidence are made of."""

Kind = Literal["dataset", "model"]
Severity = Literal["low", "medium", "high", "critical"]
Enforcement = Literal["off", "warn", "block"]
Ruling = Literal["off", "warn", "waived", "adopted", "block"]
Outcome = Literal["pass", "blocked", "undecided", "nothing-to-check"]
Stage = Literal["pre-commit", "pull-request", "train", "release"]

KINDS: tuple[Kind, ...] = ("dataset", "model")
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
"""Mildest first."""
ENFORCEMENTS: tuple[Enforcement, ...] = ("off", "warn", "block")
"""Loosest first."""
STAGES: tuple[Stage, ...] = ("pre-commit", "pull-request", "train", "release")
"""In the order in which a change meets them."""

UNDECIDED = "gate/undecided"
"""The rule of everything that the gate itself was unable to establish."""


class Location(NamedTuple):
    """A place in a text file that a person can open, or a whole file of bytes.

    `path` is relative to the root with forward slashes. `line` and `column` count from 1. `length` is how
    many columns to underline, `snippet` the text of the line. Where `line` is 0 the whole file is meant,
    and `length` is its size in bytes.
    """

    path: str
    line: int = 0
    column: int = 0
    length: int = 0
    snippet: str = ""

    def __str__(self) -> str:
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])


class Subject(NamedTuple):
    """What a finding is about, as policies select it: `name` is None for what the DBOM does not declare.

    `host` is that of the URL that the DBOM says it came from, in lower case; `tags` are those of its entry.
    """

    kind: Kind | None
    name: str | None
    path: str
    host: str | None = None
    tags: tuple[str, ...] = ()


class Related(NamedTuple):
    """A place in the judged bytes: `offset` in bytes from the start of `path` (or of its archive `member`).

    `line` counts from 1, in a file that is text.
    """

    path: str
    message: str = ""
    offset: int | None = None
    member: str | None = None
    line: int | None = None


class Finding(NamedTuple):
    """One rule broken by one subject at one place, with the evidence; its key `sha256` is the digest of the bytes.

    `message` says what is wrong in one sentence, `fix` what to run or change. `location` is the primary
    place in a reviewed text file; the judged file goes to `related`.
    """

    rule: str
    subject: Subject
    message: str
    fix: str
    location: Location
    related: tuple[Related, ...] = ()
    evidence: Mapping[str, Json] = {}


class About(NamedTuple):
    """The bytes that a finding is about: a file, or a directory by the digest of its listing, as they were found."""

    path: str
    sha256: str


class Grounds(NamedTuple):
    """What a waiver says; of an adopted finding there is nothing but the day (YYYY-MM-DD) after which it blocks."""

    expires: str
    reason: str = ""
    why: str = ""
    approver: str = ""


class Decision(NamedTuple):
    """What the policy makes of a finding, and `origin`, where the policy says so.

    Of one that is waived or adopted `origin` is the entry that says so. `about` is None where no bytes are known that
    a waiver could be bound to, or where nobody asked.
    """

    finding: Finding
    ruling: Ruling
    origin: Location
    about: About | None = None
    grounds: Grounds | None = None


class Examination(NamedTuple):
    """What was established about one artifact, declared or not: `facts` by check family."""

    subject: Subject
    verified: bool
    facts: Mapping[str, Mapping[str, Json]]


class Verdict(NamedTuple):
    """The whole: all that a report may know.

    `files` counts the files that were examined, `sha256` maps paths to digests that were computed, and
    `notes` are sentences that a person must read to understand what was and was not judged. `custom` has the rules of
    the policies that are not in the catalogue, by id.
    """

    outcome: Outcome
    decisions: tuple[Decision, ...]
    artifacts: tuple[Examination, ...]
    policies: tuple[str, ...]
    stage: Stage
    files: int
    bytes: int
    sha256: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()
    custom: Mapping[str, Rule] = {}

    @property
    def exit_code(self) -> int:
        """0 pass, 1 blocked, 3 nothing to check, 4 undecided."""
        return {"pass": 0, "blocked": 1, "nothing-to-check": 3, "undecided": 4}[self.outcome]

    @property
    def declared(self) -> tuple[Examination, ...]:
        """The artifacts that the DBOM declares."""
        return tuple(a for a in self.artifacts if a.subject.name is not None)

    @property
    def completeness(self) -> float | None:
        """Percentage of declared artifacts whose checksum was verified; None where there was none to verify."""
        declared = self.declared
        if not declared or not all("integrity" in artifact.facts for artifact in declared):
            return None
        return 100.0 * sum(artifact.verified for artifact in declared) / len(declared)

    @property
    def suites(self) -> tuple[int, int]:
        """How many declared datasets have a suite, and how many there are, as far as suites were looked at."""
        facts = [artifact.facts["suites"] for artifact in self.declared if "suites" in artifact.facts]
        return sum(one.get("suite") is not None for one in facts), len(facts)
