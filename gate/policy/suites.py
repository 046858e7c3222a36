"""What a policy asks of suites: plain data, read from the document by `load`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gate.core.model import STAGES, Location, Stage, Subject
from gate.policy.model import Selector

if TYPE_CHECKING:
    from gate.policy.model import Policies, Policy

LEAST = 1
"""Expectations and rows that there must be whatever a policy says: without either, any suite succeeds."""


class CustomFile(NamedTuple):
    """A Python file with expectations that may be run: `path` is relative to the root, `sha256` in lower case."""

    path: str
    sha256: str
    location: Location


class SuiteDemand(NamedTuple):
    """What a suite must have: `kinds` are globs of types of expectations, each of which must match one.

    Rows are those of the whole dataset. `max_drift` is the greatest PSI that a column may have against the previous
    version; with None nothing is compared. `custom` are the files that the suite may bring along.
    """

    location: Location
    min_expectations: int = LEAST
    min_rows: int = LEAST
    kinds: tuple[str, ...] = ()
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]
    custom: tuple[CustomFile, ...] = ()
    max_drift: float | None = None

    def applies(self, subject: Subject, stage: Stage) -> bool:
        """Whether it is about `subject` at `stage`."""
        return STAGES.index(stage) >= STAGES.index(self.from_stage) and self.selector.matches(subject)


def suite_demand(policies: Policies, subject: Subject, stage: Stage) -> SuiteDemand:
    """The strictest value of each thing that any document of any member asks, and what all trusted ones allow."""
    from gate.policy.groups import documents  # it imports much that the hook does without

    said = (demand for document in documents(policies.members) for demand in document.suites)
    asked = strictest(demand for demand in said if demand.applies(subject, stage))
    trusted = policies.members if policies.trusted is None else policies.trusted
    return asked._replace(custom=_shared([_custom(one, subject, stage) for one in trusted if not one.is_pack]))


def _custom(policy: Policy, subject: Subject, stage: Stage) -> tuple[CustomFile, ...]:
    """What every file in the tree allows: nothing may be added to what a file allows that is extended."""
    inherited = [_custom(base, subject, stage) for base in policy.extends if not base.is_pack]
    own = [one for demand in policy.suites if demand.applies(subject, stage) for one in demand.custom]
    speaks = any(demand.custom for demand in policy.suites)
    return _shared([*([tuple(own)] if speaks or not inherited else []), *inherited])


def _shared(said: Sequence[tuple[CustomFile, ...]]) -> tuple[CustomFile, ...]:
    """What is in all of `said`, each once, wherever it stands."""
    named = [{one[:2] for one in files} for files in said]
    found = {one[:2]: one for files in said[:1] for one in files if all(one[:2] in names for names in named)}
    return tuple(found.values())


def strictest(said: Iterable[SuiteDemand]) -> SuiteDemand:
    """The strictest value of each part of what is said, and all kinds."""
    best = SuiteDemand(Location(""))
    for asked in said:
        best = best._replace(
            location=best.location if best.location.path else asked.location,
            min_expectations=max(best.min_expectations, asked.min_expectations),
            min_rows=max(best.min_rows, asked.min_rows),
            kinds=tuple(dict.fromkeys((*best.kinds, *asked.kinds))),
            max_drift=min((one.max_drift for one in (best, asked) if one.max_drift is not None), default=None),
        )
    return best
