"""What a file of policy tests says, and what came of it, as immutable types."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from gate.core.model import Decision, Json, Location, Outcome, Stage
from gate.dbom.model import Artifact

Word = Literal["block", "warn", "off", "waived", "adopted", "none"]
"""What a case expects of a rule: a decision, or that there is no finding of it."""
WORDS: tuple[Word, ...] = get_args(Word)
OUTCOMES: tuple[Outcome, ...] = ("pass", "blocked", "undecided", "nothing-to-check")


class Stated(NamedTuple):
    """A finding that a case takes for granted; without `path` it is about the artifact's."""

    rule: str
    location: Location
    path: str | None = None
    message: str | None = None


class Given(NamedTuple):
    """What is known of one artifact, if it is about one: `declared` says whether the DBOM has it.

    `facts` are by check family. `findings` is None where the case names none: then there is one of each rule that it
    expects a decision on.
    """

    artifact: Artifact | None
    declared: bool = False
    facts: Mapping[str, Mapping[str, Json]] = {}
    findings: tuple[Stated, ...] | None = None


class Repository(NamedTuple):
    """A miniature repository, by its path relative to the test file."""

    path: str
    location: Location


class Expectation(NamedTuple):
    """What must become of the findings of `rule`, which stands at `rule_at`, or of those at `path` alone.

    `location` is that of the word.
    """

    rule: str
    rule_at: Location
    word: Word
    location: Location
    path: str | None = None


class Expected(NamedTuple):
    """What a case expects: the verdict, where it speaks of it, and decisions."""

    decisions: tuple[Expectation, ...] = ()
    verdict: Outcome | None = None
    verdict_at: Location | None = None


class Case(NamedTuple):
    """One case; `date` is the day on which it is judged, today where it is None."""

    name: str
    location: Location
    given: Given | Repository
    expected: Expected
    stage: Stage = "train"
    branch: str | None = None
    date: datetime.date | None = None


class PolicyReference(NamedTuple):
    """A pack, or a file by its path relative to the test file."""

    text: str
    location: Location


class CaseFile(NamedTuple):
    """One file of cases; `name` is how messages call it, `directory` where it lies, `root` the repository around it."""

    name: str
    directory: str
    root: str
    policies: tuple[PolicyReference, ...]
    cases: tuple[Case, ...]


class Judged(NamedTuple):
    """What the policy made of a case."""

    decisions: tuple[Decision, ...]
    outcome: Outcome


class Difference(NamedTuple):
    """One thing that is not as the case expects; `location` is the expectation, or the case where it has none."""

    location: Location
    message: str


class Played(NamedTuple):
    """A case and what is wrong with what came of it; nothing where it passed."""

    case: Case
    differences: tuple[Difference, ...]
