"""What `gate-waivers.yaml` and `gate-adopted.yaml` say, as immutable types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias, get_args

from gate.core.model import Finding, Grounds, Location

WAIVERS_NAME = "gate-waivers.yaml"
ADOPTED_NAME = "gate-adopted.yaml"
"""Both lie beside the DBOM."""

Reason: TypeAlias = Literal["false-positive", "accepted-risk", "fix-pending", "vendor-pending", "test-fixture"]
REASONS: tuple[Reason, ...] = get_args(Reason)
WHY = 10
"""The fewest characters of the reason in words."""


class Key(NamedTuple):
    """What an entry is bound to: a rule, and bytes at a path; `sha256` in lower case."""

    rule: str
    path: str
    sha256: str


class Waiver(NamedTuple):
    """One entry of the waivers file; it counts to the end of the day `expires` (UTC).

    `at` has the places of its keys.
    """

    key: Key
    reason: Reason
    why: str
    approver: str
    created: dt.date
    expires: dt.date
    at: Mapping[str, Location]

    @property
    def location(self) -> Location:
        """Where it stands."""
        return self.at["rule"]

    @property
    def grounds(self) -> Grounds:
        """What reports say about it."""
        return Grounds(self.expires.isoformat(), self.reason, self.why, self.approver)


class Adoption(NamedTuple):
    """The file of adopted findings, which expire together. `location` is the whole, `at` has the places of its keys."""

    created: dt.date
    expires: dt.date
    entries: Mapping[Key, Location]
    location: Location
    at: Mapping[str, Location]


class Book(NamedTuple):
    """Both files as they count.

    `owners` are those of the waivers file in CODEOWNERS, `sha256` is its digest. Where a change is judged, `pending`
    are waivers that its base does not have, `adoption` is what both have, `notes` tell the difference, and `findings`
    that the base could not be asked. `paths` are the files that are there.
    """

    waivers: tuple[Waiver, ...] = ()
    adoption: Adoption | None = None
    owners: tuple[str, ...] = ()
    sha256: str = ""
    pending: frozenset[Key] = frozenset()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    paths: tuple[str, ...] = ()
