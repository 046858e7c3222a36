"""What a fleet is made of, and what comes out for each repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gate.core.model import Outcome

CODES: dict[Outcome, int] = {"blocked": 1, "undecided": 4, "nothing-to-check": 3, "pass": 0}
"""Exit codes, the gravest first."""
Report = Mapping[str, Any]
"""A report as `gate check --report json` writes it, or a run of SARIF."""


class Repository(NamedTuple):
    """One repository: `place` is an absolute path or the URL of a git repository, `name` unique in the fleet."""

    name: str
    place: str


class Drift(NamedTuple):
    """How a repository's own policy stands to the central one.

    `own` is its file, empty where it has none; `extends` says that the central one is among what it builds on, byte by
    byte. `looser` and `stricter` are sentences, one for each rule.
    """

    own: str = ""
    extends: bool = False
    looser: tuple[str, ...] = ()
    stricter: tuple[str, ...] = ()


class Judged(NamedTuple):
    """What came out for one repository; where nothing did, `problem` says why and `fix` what to do.

    `sarif` is one run. `revision` is the commit that was judged, where it was fetched.
    """

    repository: Repository
    outcome: Outcome
    report: Report | None = None
    sarif: Report | None = None
    drift: Drift = Drift()
    problem: str = ""
    fix: str = ""
    revision: str = ""


class Fleet(NamedTuple):
    """All of it; `policies` are the names of the central ones, `notes` what a person must know to read the rest."""

    judged: tuple[Judged, ...]
    policies: tuple[str, ...]
    stage: str
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The gravest of all."""
        found = {one.outcome for one in self.judged}
        return next((outcome for outcome in CODES if outcome in found), "nothing-to-check")

    @property
    def exit_code(self) -> int:
        """As for one repository."""
        return CODES[self.outcome]
